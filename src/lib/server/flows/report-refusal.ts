import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { reportRuleError } from './leave-for-rule.ts';
import { reportSwitchedOff } from './leave-switched-off.ts';
import type { ActionRefusal } from './take-action.ts';

/** A press on an action that is refused for a reason of ours leaves the path; pages only show it. */
export async function reportRefusal(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	workflow: Workflow,
	{ caseId, action, reason }: { caseId: string; action: string; reason: ActionRefusal }
): Promise<void> {
	if (reason === 'rule-error') await reportRuleError(parts, workflow, caseId, action);
	if (reason === 'switched-off') await reportSwitchedOff(parts, workflow, caseId, action);
}
