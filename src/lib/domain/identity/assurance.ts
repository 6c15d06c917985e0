import { ASSURANCES, type Assurance } from '../workflow/document.ts';

/** What a challenge can prove: the phone in the hand, or what only the customer knows. */
export type Factor = 'code' | 'known-facts';

/** Assurance after a challenge was passed; it never falls. */
export function raise(have: Assurance, passed: Factor): Assurance {
	const other: Factor = passed === 'code' ? 'known-facts' : 'code';
	if (have === 'code-and-facts' || have === other) return 'code-and-facts';
	return strictest(have, passed);
}

/** The highest of the levels. */
export const strictest = (first: Assurance, ...others: Assurance[]): Assurance =>
	others.reduce((a, b) => (ASSURANCES.indexOf(b) > ASSURANCES.indexOf(a) ? b : a), first);

/**
 * The factors that lead from `have` to `need`, as alternatives, the preferred one first; within
 * one alternative all are needed, in any order. Empty when nothing is missing.
 */
export function missing(have: Assurance, need: Assurance): Factor[][] {
	if (ASSURANCES.indexOf(have) >= ASSURANCES.indexOf(need)) return [];
	if (need === 'known-facts') return [['known-facts'], ['code']];
	if (need === 'code') return [['code']];
	// The code first: then only who holds the phone gets to guess at facts.
	if (have === 'link') return [['code', 'known-facts']];
	return [[have === 'code' ? 'known-facts' : 'code']];
}
