import { evaluateActions, type Verdict as RuleVerdict } from '../../domain/policy/eligibility.ts';
import type { Grant } from '../../domain/policy/grants.ts';
import type { Moment } from '../../domain/policy/moment.ts';
import { today } from '../../domain/workflow/dates.ts';
import type { CaseState } from '../../domain/case/state.ts';
import { actionPart, type Part } from '../../domain/workflow/switches.ts';
import type { CaseContent } from '../db/cases.ts';
import type { Workflow } from '../db/workflows.ts';

/** What a decision about a case rests on. `now` is the database's clock. */
export interface Standing {
	state: Pick<CaseState, 'withheld' | 'grants'>;
	content: Pick<CaseContent, 'facts' | 'grantLimits'>;
	now: Date;
	/** Parts of the workflow that are off. */
	off: readonly Part[];
}

/**
 * The moment of a decision: these facts, the workflow's own date, what was granted to this case.
 * @param submission judged for this one again: the grant that it used up counts, however late it is
 */
export const momentOf = (
	{ document }: Workflow,
	{ state, content, now }: Omit<Standing, 'off'>,
	submission?: string
): Moment => ({
	facts: content.facts,
	today: today(document.zone, now.getTime()),
	now: now.getTime(),
	grants: grantsOf({ state, content, now }, submission)
});

const grantsOf = ({ state, content, now }: Omit<Standing, 'off'>, submission?: string): Grant[] =>
	state.grants
		.filter(({ usedBy, expiresAt }) =>
			usedBy === null ? Date.parse(expiresAt) > now.getTime() : usedBy === submission
		)
		.map(({ id, action, clauses }) => {
			const limits = content.grantLimits?.[id] ?? {};
			return { id, action, clauses, limits };
		});

/** `off`: it would be eligible, and operations switched it off. */
export type Verdict = RuleVerdict & { off?: true };

/**
 * The verdict on every action of the workflow; what the ladder took off this case is not eligible,
 * unless a person has granted it since, and neither is what is switched off, whatever its rules say.
 */
export function judgeActions(workflow: Workflow, standing: Standing): Verdict[] {
	const moment = momentOf(workflow, standing);
	return evaluateActions(workflow.compiled, moment).map((verdict): Verdict => {
		if (isOff(standing, verdict.action))
			return {
				...verdict,
				eligible: false,
				ruleError: false,
				...(verdict.eligible && { off: true })
			};
		return isWithheld(standing, moment, verdict.action) ? { ...verdict, eligible: false } : verdict;
	});
}

export const isOff = ({ off }: Pick<Standing, 'off'>, action: string): boolean =>
	off.includes(actionPart(action));

export const isWithheld = (
	{ state }: Pick<Standing, 'state'>,
	{ grants }: Moment,
	action: string
): boolean => state.withheld.includes(action) && !grants?.some((grant) => grant.action === action);
