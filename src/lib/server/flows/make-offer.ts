import type { Possible } from '../../domain/exceptions/ladder.ts';
import { isSettled } from '../../domain/policy/eligibility.ts';
import { type CaseChange, changeCase, loadCase } from '../db/cases.ts';
import { keepLink, keptUntil } from '../db/links.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import type { Identifying } from './factors.ts';
import { judgeActions, momentOf } from './judge-actions.ts';
import { endMessages } from './end-outreach.ts';
import { leaveForRule } from './leave-for-rule.ts';
import { leavePath } from './leave-path.ts';
import { readFreshFacts, type Refresh, storeFreshFacts } from './refresh-facts.ts';

/** Time for the page's own try, which is nearly always enough. */
const OFFER_JOB_MS = 15_000;

/**
 * After a challenge was passed: is there anything to offer? If not, or if a rule cannot be
 * evaluated, the case leaves its path at eligibility: the facts are read afresh; where they say that
 * nothing is left to do the case ends, and when they change nothing a person gets it. Nothing happens while something is under way or over.
 */
export async function makeOffer(parts: Identifying, caseId: string): Promise<void> {
	const loaded = await loadCase(parts, caseId);
	if (!loaded || loaded.state.ended || loaded.state.submission?.state === 'received') return;
	const workflow = await loadWorkflow(parts.db, loaded.row.workflow, loaded.row.version);
	const seen = judgeActions(workflow, loaded);
	const broken = seen.some(({ ruleError }) => ruleError);
	if (!broken && seen.some(({ eligible }) => eligible)) return;
	const fresh = await readFreshFacts(parts, workflow, loaded.content.customer);
	await changeCase(parts, caseId, { actor: 'system', flow: 'make-offer' }, (change) =>
		reconsider(workflow, change, fresh)
	);
}

/**
 * The same, right after the challenge, so that the next page knows. The job that the challenge's
 * transaction made does it again if this breaks off: a right code must never be lost over it.
 */
export const offerAtOnce = (parts: Identifying, caseId: string): Promise<void> =>
	makeOffer(parts, caseId).catch((error: unknown) =>
		parts.log.error({ error, case: caseId }, 'offer: could not be judged now; its job will')
	);

/** The job for it, in the transaction of the challenge that was passed. */
export const offerJob = ({ jobs }: Identifying, { trx, row, now }: CaseChange): Promise<void> =>
	jobs.send(
		trx,
		'make-offer',
		{ v: 1, case: row.id },
		{ startAfter: new Date(now.getTime() + OFFER_JOB_MS) }
	);

/** Judges once more on fresh facts; only when that does not help a person gets it. */
async function reconsider(workflow: Workflow, change: CaseChange, fresh: Refresh): Promise<void> {
	if (change.state.ended || change.state.submission?.state === 'received') return;
	// A person has it for this very reason already.
	if (change.state.exceptions.some(({ breakpoint }) => breakpoint === 'eligibility')) return;
	if (fresh.ok) storeFreshFacts(workflow, change, fresh.value);
	const verdicts = judgeActions(workflow, change);
	const broken = verdicts.some(({ ruleError }) => ruleError);
	const moment = momentOf(workflow, change);
	if (fresh.ok && isSettled(workflow.compiled, moment)) return end(change);
	const worked = !broken && verdicts.some(({ eligible }) => eligible);
	const breakpoint = 'eligibility' as const;
	const tried = change.state.rungs.some((one) => one.breakpoint === breakpoint);
	// There is something to offer after all, and that this rung can help is on record already.
	if (worked && tried) return;
	const stopped = verdicts.some(({ off }) => off);
	const reason = stopped ? 'switched-off' : 'nothing-eligible';
	const leave = (possible: Possible) =>
		broken
			? leaveForRule(workflow, change, { breakpoint, possible })
			: leavePath(workflow, change, { breakpoint, reason, possible });
	const outcome = await leave({ freshContext: worked });
	// The rung is on record as tried and failed; the next one is a person.
	if (outcome === 'rung-failed') await leave({});
}

/** It was settled elsewhere: nobody is asked or reminded any more, and the link goes on saying so. */
async function end(change: CaseChange): Promise<void> {
	change.must({ do: 'cancel', reason: 'nothing-to-do' });
	await endMessages(change, 'case-cancelled');
	await keepLink(change.trx, change.row.id, keptUntil(change.now));
}
