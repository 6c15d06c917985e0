import { type CaseChange, changeCase } from '../db/cases.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { judgeActions } from './judge-actions.ts';
import { leavePath } from './leave-path.ts';

const AT = { breakpoint: 'eligibility', reason: 'switched-off' } as const;

/**
 * A customer is in the middle of what operations have just switched off. While something else can be
 * chosen, that is the rung; it is no choice of the document, because the switch took it already. With
 * nothing left a person gets the case. The action comes back by itself once it is on again.
 */
export function leaveSwitchedOff(workflow: Workflow, change: CaseChange, action: string): void {
	const { state } = change;
	if (state.ended) return;
	if (!judgeActions(workflow, change).some(({ eligible }) => eligible)) {
		leavePath(workflow, change, { ...AT, action });
		return;
	}
	const rung = 'fewer-actions' as const;
	const taken = state.rungs.some((one) => one.breakpoint === AT.breakpoint && one.rung === rung);
	if (!taken) change.must({ do: 'leave-path', ...AT, action, step: { rung, worked: true } });
}

/** The same for a press that got no further. */
export const reportSwitchedOff = (
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	workflow: Workflow,
	caseId: string,
	action: string
): Promise<void> =>
	changeCase(parts, caseId, { actor: 'customer', flow: 'report-switched-off' }, (change) =>
		Promise.resolve(leaveSwitchedOff(workflow, change, action))
	);
