import { fail, ok, type Result } from '../result.ts';
import { isDate } from '../workflow/dates.ts';
import type { Action, Clause, WorkflowDocument } from '../workflow/document.ts';
import type { Verdict } from './eligibility.ts';

/** Bounds that a grant puts on one input, inside those of the document: money in minor units. */
export interface GrantLimit {
	min?: string | number;
	max?: string | number;
}

/** One bounded extra permission for one case: this action, although these clauses do not hold. */
export interface Grant {
	id: string;
	action: string;
	/** Ids of the clauses that it lifts; every other one must hold as always. */
	clauses: string[];
	/** By the input's name. */
	limits: Record<string, GrantLimit>;
}

/** May this clause be lifted, as the document says? */
export const isGrantable = ({ grantable }: Clause): boolean => grantable !== false;

/** Does the grant, if there is one, lift this clause of the action? */
export const lifts = (grant: Grant | undefined, clause: Clause): boolean =>
	grant !== undefined && isGrantable(clause) && grant.clauses.includes(clause.id);

/**
 * - `unknown-action`: the workflow has none of this name.
 * - `needs-none`: the action is open to the customer as it is.
 * - `never-grantable`: a clause that does not hold is one that no grant lifts; `clause`.
 * - `rule-error`: whether it may be done cannot be evaluated; no grant repairs a rule.
 * - `switched-off`: operations stopped the action for everybody; no grant opens it.
 * - `bad-limit`: a limit is for no input of the action, of another type, or upside down; `input`.
 */
export type GrantRefusal =
	'unknown-action' | 'needs-none' | 'never-grantable' | 'rule-error' | 'switched-off' | 'bad-limit';

/**
 * What a grant of this action lifts: exactly the clauses that do not hold now. Fails where no grant
 * could make it possible.
 */
export function grantFor(
	document: WorkflowDocument,
	verdict: Verdict,
	limits: Record<string, GrantLimit>
): Result<Omit<Grant, 'id'>, GrantRefusal, { clause?: string; input?: string }> {
	const { action: key } = verdict;
	const action = Object.hasOwn(document.actions, key) ? document.actions[key] : undefined;
	if (!action) return fail('unknown-action');
	if (verdict.ruleError) return fail('rule-error');
	if (verdict.eligible) return fail('needs-none');
	const failing = action.clauses.filter(({ id }) =>
		verdict.clauses.some((clause) => clause.id === id && clause.holds !== true)
	);
	const never = failing.find((clause) => !isGrantable(clause));
	if (never) return fail('never-grantable', { clause: never.id });
	const wrong = Object.entries(limits).find(([name, limit]) => !fits(action, name, limit));
	if (wrong) return fail('bad-limit', { input: wrong[0] });
	return ok({ action: key, clauses: failing.map(({ id }) => id), limits });
}

function fits({ inputs }: Action, name: string, { min, max }: GrantLimit): boolean {
	const input = inputs.find((one) => one.name === name);
	if (!input || input.type === 'text' || input.type === 'choice') return false;
	const typed = (value: string | number | undefined) =>
		value === undefined ||
		(input.type === 'date'
			? typeof value === 'string' && isDate(value)
			: Number.isSafeInteger(value) && Number(value) >= 0);
	return typed(min) && typed(max) && (min === undefined || max === undefined || min <= max);
}
