import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missing, raise, strictest } from '../../src/lib/domain/identity/assurance.ts';
import { needAfter } from '../../src/lib/domain/identity/need.ts';
import { type FactorsState, nextChallenge } from '../../src/lib/domain/identity/next-challenge.ts';
import {
	ASSURANCES,
	atLeast,
	type Assurance,
	type WorkflowDocument
} from '../../src/lib/domain/workflow/document.ts';

type Identity = WorkflowDocument['identity'];

const now = new Date('2030-05-01T12:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

const identity = (changes: Partial<Identity> = {}): Identity => ({
	base: 'known-facts',
	stricter: 'code',
	knownFacts: [{ fact: 'birthday', label: { en: 'Birthday' } }],
	code: { channels: ['sms'], minutes: 10, template: 'code' },
	...changes
});

const fresh: FactorsState = {
	code: { deadChallenges: 0, lockedUntil: null, disabled: false },
	facts: { failuresOnCase: 0, failuresToday: 0, lockedUntil: null, disabled: false },
	reachable: true
};
const code = (changes: Partial<FactorsState['code']>): FactorsState => ({
	...fresh,
	code: { ...fresh.code, ...changes }
});
const facts = (changes: Partial<FactorsState['facts']>): FactorsState => ({
	...fresh,
	facts: { ...fresh.facts, ...changes }
});

const ask = (
	factors: FactorsState,
	{
		need = 'known-facts',
		have = 'link',
		is = identity()
	}: {
		need?: Assurance;
		have?: Assurance;
		is?: Identity;
	} = {}
) => nextChallenge({ identity: is, need, have, factors, now });

describe('the next challenge', () => {
	it('asks for what is missing and for nothing once the need is met', () => {
		expect(ask(fresh)).toEqual({ ask: 'known-facts' });
		expect(ask(fresh, { need: 'code' })).toEqual({ ask: 'code' });
		expect(ask(fresh, { need: 'code-and-facts' })).toEqual({ ask: 'code' });
		expect(ask(fresh, { need: 'code-and-facts', have: 'code' })).toEqual({ ask: 'known-facts' });
		expect(ask(fresh, { need: 'code-and-facts', have: 'known-facts' })).toEqual({ ask: 'code' });
		expect(ask(fresh, { have: 'known-facts' })).toEqual({ ask: null });
		expect(ask(fresh, { have: 'code' })).toEqual({ ask: null });
	});

	it('after two failures asks for the stricter level, not after one', () => {
		expect(ask(facts({ failuresOnCase: 1, failuresToday: 1 }))).toEqual({ ask: 'known-facts' });
		expect(ask(facts({ failuresOnCase: 2, failuresToday: 2 }))).toEqual({ ask: 'code' });
		const both = { ...code({ deadChallenges: 1 }), facts: { ...fresh.facts, failuresOnCase: 1 } };
		expect(ask(both)).toEqual({ ask: 'code' });
		expect(
			ask(code({ deadChallenges: 2 }), {
				need: 'code',
				have: 'code',
				is: identity({ stricter: 'code-and-facts' })
			})
		).toEqual({ ask: 'known-facts' });
	});

	it('C8: offers the other factor while one is locked, where it reaches the need', () => {
		expect(ask(facts({ lockedUntil: later(20) }))).toEqual({ ask: 'code' });
		expect(ask(code({ lockedUntil: later(20) }), { need: 'code-and-facts' })).toEqual({
			ask: 'known-facts'
		});
	});

	it('C8: tells the end of the lock where nothing else reaches the need, at most 30 minutes', () => {
		expect(ask(code({ lockedUntil: later(20) }), { need: 'code' })).toEqual({
			ask: 'wait',
			until: later(20)
		});
		expect(ask(code({ lockedUntil: later(600) }), { need: 'code' })).toEqual({
			ask: 'wait',
			until: later(30)
		});
		expect(ask(code({ lockedUntil: now }), { need: 'code' })).toEqual({ ask: 'code' });
		const both = {
			...facts({ lockedUntil: later(5) }),
			code: code({ lockedUntil: later(9) }).code
		};
		expect(ask(both)).toEqual({ ask: 'wait', until: later(5) });
	});

	it('gives the case to a person when no factor is left, and says why', () => {
		const person = (reason: string) => ({ ask: 'person', reason });
		expect(ask({ ...fresh, reachable: false }, { need: 'code' })).toEqual(
			person('code-unreachable')
		);
		const later = { ...fresh, reachable: 'later' as const };
		expect(ask(later, { need: 'code' })).toEqual(person('code-not-sendable'));
		expect(ask({ ...facts({ disabled: true }), reachable: 'later' })).toMatchObject({
			ask: 'person'
		});
		// Where facts are enough nobody waits for a sender.
		expect(ask(later)).toEqual({ ask: 'known-facts' });
		expect(ask(code({ disabled: true }), { need: 'code' })).toEqual(person('code-disabled'));
		const spent = { ...facts({ failuresOnCase: 3, failuresToday: 3 }), reachable: false };
		expect(ask(spent, { is: identity({ stricter: 'known-facts' }) })).toEqual(
			person('facts-exhausted')
		);
		const day = facts({ failuresToday: 5 });
		expect(ask(day, { need: 'code-and-facts', have: 'code' })).toEqual(person('facts-exhausted'));
		expect(ask(facts({ disabled: true }), { need: 'code-and-facts', have: 'code' })).toEqual(
			person('facts-disabled')
		);
		expect(ask(fresh, { need: 'code-and-facts', is: identity({ knownFacts: [] }) })).toEqual(
			person('facts-not-declared')
		);
	});

	it('C10: falls back to a code, not to a person, when the facts are spent', () => {
		expect(ask(facts({ failuresOnCase: 3, failuresToday: 3 }))).toEqual({ ask: 'code' });
	});
});

describe('properties of identity', () => {
	const level = fc.constantFrom(...ASSURANCES);
	const lock = fc.option(fc.integer({ min: -60, max: 600 }).map(later), { nil: null });
	const count = fc.integer({ min: 0, max: 12 });
	const state = fc.record({
		code: fc.record({ deadChallenges: count, lockedUntil: lock, disabled: fc.boolean() }),
		facts: fc.record({
			failuresOnCase: count,
			failuresToday: count,
			lockedUntil: lock,
			disabled: fc.boolean()
		}),
		reachable: fc.constantFrom(true, false, 'later' as const)
	});
	const anyIdentity = fc
		.record({ stricter: level, named: fc.boolean() })
		.map(({ stricter, named }) =>
			identity({
				stricter: stricter === 'link' ? 'code' : stricter,
				...(named ? {} : { knownFacts: [] })
			})
		);
	const given = fc.record({ identity: anyIdentity, need: level, have: level, factors: state });

	it('asks only what is allowed, waits 30 minutes at most, and else names a person', () => {
		fc.assert(
			fc.property(given, (one) => {
				const next = nextChallenge({ ...one, now });
				const { code: c, facts: f, reachable } = one.factors;
				const need = needAfter(one.identity, one.need, {
					code: c.deadChallenges,
					'known-facts': f.failuresOnCase
				});
				const open = (until: Date | null) => until === null || until <= now;
				if (next.ask === null) expect(atLeast(one.have, need)).toBe(true);
				else expect(atLeast(one.have, need)).toBe(false);
				if (next.ask === 'code')
					expect(reachable === true && !c.disabled && open(c.lockedUntil)).toBe(true);
				if (next.ask === 'known-facts') {
					expect(one.identity.knownFacts.length).toBeGreaterThan(0);
					expect(f.failuresOnCase < 3 && f.failuresToday < 5 && !f.disabled).toBe(true);
					expect(open(f.lockedUntil)).toBe(true);
				}
				if (next.ask === 'wait') {
					expect(next.until > now).toBe(true);
					expect(next.until <= later(30)).toBe(true);
				}
				if (next.ask === 'person') expect(next.reason).toMatch(/^(code|facts)-/);
			}),
			{ numRuns: 2000 }
		);
	});

	it('never dead-ends: who passes what is asked, and waits when told, arrives or has a person', () => {
		fc.assert(
			fc.property(given, (one) => {
				let { have } = one;
				let clock = now;
				for (let step = 0; step < 50; step++) {
					const next = nextChallenge({ ...one, have, now: clock });
					if (next.ask === null || next.ask === 'person') return;
					if (next.ask === 'wait') clock = next.until;
					else have = raise(have, next.ask);
				}
				throw new Error('still asked after 50 steps');
			}),
			{ numRuns: 2000 }
		);
	});

	it('assurance never falls, and only both factors together give the highest level', () => {
		fc.assert(
			fc.property(
				level,
				fc.array(fc.constantFrom('code' as const, 'known-facts' as const), { maxLength: 6 }),
				(start, passed) => {
					let have = start;
					for (const factor of passed) {
						const raised = raise(have, factor);
						expect(atLeast(raised, have)).toBe(true);
						expect(atLeast(raised, factor)).toBe(true);
						have = raised;
					}
					const proven = new Set<string>([...start.split('-and-'), ...passed]);
					if (start !== 'code-and-facts')
						expect(have === 'code-and-facts').toBe(proven.has('code') && proven.has('known-facts'));
				}
			)
		);
	});

	it('every way that is named as missing leads to the need', () => {
		for (const have of ASSURANCES)
			for (const need of ASSURANCES) {
				const ways = missing(have, need);
				expect(ways.length === 0).toBe(atLeast(have, need));
				for (const way of ways) expect(atLeast(way.reduce(raise, have), need)).toBe(true);
			}
		expect(strictest('code', 'link', 'known-facts')).toBe('code');
	});
});
