import type { Breakpoint } from '../../domain/workflow/document.ts';
import { raiseAlert } from '../db/alerts.ts';
import { type CaseChange, changeCase } from '../db/cases.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { leavePath, type Departure } from './leave-path.ts';

/**
 * A rule, limit or value that cannot be evaluated is a fault of ours and never a silent no:
 * operations hear of it, and the case gets the system exception that its workflow names. Once while
 * that exception is open.
 */
export async function leaveForRule(
	workflow: Workflow,
	change: CaseChange,
	departure: Omit<Departure, 'reason' | 'ruleError' | 'breakpoint'> & { breakpoint?: Breakpoint }
): Promise<ReturnType<typeof leavePath>> {
	const { exceptions } = change.state;
	if (exceptions.some(({ type }) => type === workflow.document.ruleError)) return 'person';
	const outcome = leavePath(workflow, change, {
		breakpoint: 'eligibility',
		...departure,
		reason: 'rule-error',
		ruleError: true
	});
	if (outcome === 'person') await raiseAlert(change.trx, 'rule-error', workflow.key);
	return outcome;
}

/** The same for a press that got no further. */
export const reportRuleError = (
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	workflow: Workflow,
	caseId: string,
	action: string
): Promise<void> =>
	changeCase(parts, caseId, { actor: 'customer', flow: 'report-rule-error' }, async (change) => {
		if (!change.state.ended) await leaveForRule(workflow, change, { action });
	});
