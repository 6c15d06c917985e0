import { evaluateActions, type Verdict } from '../../domain/policy/eligibility.ts';
import type { Grant } from '../../domain/policy/grants.ts';
import type { Moment } from '../../domain/policy/moment.ts';
import { today } from '../../domain/workflow/dates.ts';
import type { CaseState } from '../../domain/case/state.ts';
import type { CaseContent } from '../db/cases.ts';
import type { Workflow } from '../db/workflows.ts';

/** What a decision about a case rests on. `now` is the database's clock. */
export interface Standing {
	state: Pick<CaseState, 'withheld' | 'grants'>;
	content: Pick<CaseContent, 'facts' | 'grantLimits'>;
	now: Date;
}

/**
 * The moment of a decision: these facts, the workflow's own date, what was granted to this case.
 * @param submission judged for this one again: the grant that it used up counts, however late it is
 */
export const momentOf = (
	{ document }: Workflow,
	{ state, content, now }: Standing,
	submission?: string
): Moment => ({
	facts: content.facts,
	today: today(document.zone, now.getTime()),
	now: now.getTime(),
	grants: grantsOf({ state, content, now }, submission)
});

const grantsOf = ({ state, content, now }: Standing, submission?: string): Grant[] =>
	state.grants
		.filter(({ usedBy, expiresAt }) =>
			usedBy === null ? Date.parse(expiresAt) > now.getTime() : usedBy === submission
		)
		.map(({ id, action, clauses }) => {
			const limits = content.grantLimits?.[id] ?? {};
			return { id, action, clauses, limits };
		});

/**
 * The verdict on every action of the workflow; what the ladder took off this case is not eligible,
 * unless a person has granted it since.
 */
export function judgeActions(workflow: Workflow, standing: Standing): Verdict[] {
	const moment = momentOf(workflow, standing);
	return evaluateActions(workflow.compiled, moment).map((verdict) =>
		isWithheld(standing, moment, verdict.action) ? { ...verdict, eligible: false } : verdict
	);
}

export const isWithheld = (
	{ state }: Pick<Standing, 'state'>,
	{ grants }: Moment,
	action: string
): boolean => state.withheld.includes(action) && !grants?.some((grant) => grant.action === action);
