import { nextChallenge, type Reachable } from '../../domain/identity/next-challenge.ts';
import type { CaseChange } from '../db/cases.ts';
import type { Workflow } from '../db/workflows.ts';
import { readFactors } from './factors.ts';
import { leavePath } from './leave-path.ts';
import type { PageVisit } from './load-visit.ts';
import { needOf } from '../../domain/identity/need.ts';

/**
 * Identity is never a dead end: when no factor is left that could reach what the case demands, a
 * person gets it in the same transaction that used the last one up.
 */
export async function raiseIfStuck(
	visit: Pick<PageVisit, 'customerHash' | 'assurance'>,
	workflow: Workflow,
	change: CaseChange,
	reachable: Reachable
): Promise<void> {
	if (change.state.ended) return;
	const { identity } = workflow.document;
	const { factors, now } = await readFactors(
		change.trx,
		visit.customerHash,
		change.state,
		reachable
	);
	const need = needOf(identity, change.state.failures);
	const next = nextChallenge({ identity, need, have: visit.assurance, factors, now });
	if (next.ask === 'person')
		leavePath(workflow, change, { breakpoint: 'identity', reason: next.reason });
}
