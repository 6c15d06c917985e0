import type { FieldValues } from '../workflow/document.ts';
import type { Grant } from './grants.ts';
import { celContext, type CelContext } from './program.ts';

/**
 * What a decision is made on: the facts as they are, the date in the workflow's zone (`today()`),
 * and the instant in epoch milliseconds. All three are given, so a decision can be replayed.
 */
export interface Moment {
	facts: FieldValues;
	today: string;
	now: number;
	/** What a person made possible for this case and is not used up; at most one an action counts. */
	grants?: readonly Grant[];
}

export const grantOf = ({ grants }: Moment, action: string): Grant | undefined =>
	grants?.find((grant) => grant.action === action);

export const momentContext = ({ facts, today, now }: Moment): CelContext =>
	celContext({ facts, today, now });
