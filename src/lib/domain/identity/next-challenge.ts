import type { Assurance, WorkflowDocument } from '../workflow/document.ts';
import { type Factor, missing } from './assurance.ts';
import { isLocked } from './factors.ts';
import { FACTOR, FACTS } from './limits.ts';
import { needAfter } from './need.ts';

/** What has happened to each factor, as counted in the database. */
export interface FactorsState {
	code: { deadChallenges: number; lockedUntil: Date | null; disabled: boolean };
	facts: {
		failuresOnCase: number;
		failuresToday: number;
		lockedUntil: Date | null;
		disabled: boolean;
	};
	/**
	 * The system of record holds a contact point that a code may go to; `later`: it does, but every
	 * sender that could take the code is out of order.
	 */
	reachable: Reachable;
}

export type Reachable = boolean | 'later';

export type PersonReason =
	| 'code-disabled'
	| 'code-unreachable'
	| 'code-not-sendable'
	| 'facts-disabled'
	| 'facts-exhausted'
	| 'facts-not-declared';

export type NextChallenge =
	| { ask: 'code' }
	| { ask: 'known-facts' }
	/** Everything that could help is locked, for 30 minutes at most. */
	| { ask: 'wait'; until: Date }
	/** No factor is left that reaches the need. */
	| { ask: 'person'; reason: PersonReason }
	/** The need is met. */
	| { ask: null };

type Standing =
	{ state: 'usable' } | { state: 'locked'; until: Date } | { state: 'gone'; reason: PersonReason };

/**
 * What to ask next so that a visit with `have` reaches `need`. Two failures on the link (a dead
 * code, wrong facts) raise the need to the workflow's stricter level. Where a factor is locked the
 * other is asked if it helps; there is always an answer.
 */
export function nextChallenge(given: {
	identity: WorkflowDocument['identity'];
	need: Assurance;
	have: Assurance;
	factors: FactorsState;
	now: Date;
}): NextChallenge {
	const { identity, have, factors, now } = given;
	const alternatives = missing(have, needAfter(identity, given.need, failuresOf(factors)));
	if (!alternatives.length) return { ask: null };

	const standing = {
		code: codeStanding(factors, now),
		'known-facts': factsStanding(identity, factors, now)
	} satisfies Record<Factor, Standing>;
	const isGone = (factor: Factor) => standing[factor].state === 'gone';

	const possible = alternatives.filter((alternative) => !alternative.some(isGone)).flat();
	const usable = possible.find((factor) => standing[factor].state === 'usable');
	if (usable) return { ask: usable };

	const locks = possible.flatMap((factor) => {
		const one = standing[factor];
		return one.state === 'locked' ? [one.until.getTime()] : [];
	});
	if (locks.length) return { ask: 'wait', until: new Date(Math.min(...locks)) };

	const gone = standing[alternatives.flat().find(isGone) ?? 'code'];
	return { ask: 'person', reason: gone.state === 'gone' ? gone.reason : 'code-unreachable' };
}

const failuresOf = ({ code, facts }: FactorsState) => ({
	code: code.deadChallenges,
	'known-facts': facts.failuresOnCase
});

function codeStanding({ code, reachable }: FactorsState, now: Date): Standing {
	if (!reachable) return { state: 'gone', reason: 'code-unreachable' };
	if (code.disabled) return { state: 'gone', reason: 'code-disabled' };
	const standing = lockStanding(code.lockedUntil, now);
	// What cannot go now would be of no use later: the other factor is asked, or a person.
	if (standing.state === 'usable' && reachable === 'later')
		return { state: 'gone', reason: 'code-not-sendable' };
	return standing;
}

function factsStanding(
	identity: WorkflowDocument['identity'],
	{ facts }: FactorsState,
	now: Date
): Standing {
	if (!identity.knownFacts.length) return { state: 'gone', reason: 'facts-not-declared' };
	if (facts.disabled) return { state: 'gone', reason: 'facts-disabled' };
	if (facts.failuresOnCase >= FACTS.perCase || facts.failuresToday >= FACTS.perDay)
		return { state: 'gone', reason: 'facts-exhausted' };
	return lockStanding(facts.lockedUntil, now);
}

function lockStanding(lockedUntil: Date | null, now: Date): Standing {
	if (!isLocked(lockedUntil, now)) return { state: 'usable' };
	// Clocks differ between nodes; what is promised stays within the bound.
	const bound = now.getTime() + FACTOR.lockMinutes * 60_000;
	return { state: 'locked', until: new Date(Math.min(lockedUntil.getTime(), bound)) };
}
