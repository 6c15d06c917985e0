import { evaluateActions, type Verdict } from '../../domain/policy/eligibility.ts';
import type { Moment } from '../../domain/policy/moment.ts';
import { today } from '../../domain/workflow/dates.ts';
import type { FieldValues } from '../../domain/workflow/document.ts';
import type { Workflow } from '../db/workflows.ts';

/** The moment of a decision: these facts, the workflow's own date, the database's clock. */
export const momentOf = ({ document }: Workflow, facts: FieldValues, now: Date): Moment => ({
	facts,
	today: today(document.zone, now.getTime()),
	now: now.getTime()
});

/** The verdict on every action of the workflow; what the ladder took off this case is not eligible. */
export function judgeActions(
	workflow: Workflow,
	facts: FieldValues,
	withheld: readonly string[],
	now: Date
): Verdict[] {
	return evaluateActions(workflow.compiled, momentOf(workflow, facts, now)).map((verdict) =>
		withheld.includes(verdict.action) ? { ...verdict, eligible: false } : verdict
	);
}
