import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	afterLookup,
	afterSend,
	nextStep,
	type Writeback
} from '../../src/lib/domain/writeback/protocol.ts';
import { believe, believeFound } from '../../src/lib/domain/writeback/results.ts';
import { play, type Fate } from './writeback-model.ts';

const fate: fc.Arbitrary<Fate> = fc.record({
	applies: fc.boolean(),
	lag: fc.double({ min: 0, max: 1, noNaN: true }),
	heard: fc.constantFrom(
		'answer',
		'timeout',
		'reset',
		'server-error',
		'contract',
		'conflict',
		'crash'
	),
	turned: fc.constantFrom('no', 'no', 'no', 'refused', 'rate', 'busy', 'breaker', 'rejected'),
	lookup: fc.constantFrom('answers', 'answers', 'fails'),
	seconds: fc.integer({ min: 0, max: 30 }),
	random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
});
const fates = fc.array(fate, { minLength: 1, maxLength: 60 });
const consistency = fc.integer({ min: 0, max: 3_600 });
const repeat = fc.constantFrom('native-key', 'lookup', 'none');
const runs = { numRuns: 3_000 };

describe('the unknown-outcome protocol against a model system of record', () => {
	test('N1 N3 N4: whatever happens, there is at most one application', () => {
		const property = fc.property(repeat, consistency, fates, (how, seconds, what) => {
			expect(play(how, seconds, what).applications).toBeLessThanOrEqual(1);
		});
		fc.assert(property, runs);
	});

	test('what is called applied was applied once, what is called rejected or pending was not', () => {
		const property = fc.property(repeat, consistency, fates, (how, seconds, what) => {
			const { applications, row } = play(how, seconds, what);
			if (row.state === 'applied') expect(applications).toBe(1);
			if (row.state === 'rejected' || row.state === 'pending') expect(applications).toBe(0);
		});
		fc.assert(property, runs);
	});

	test('`none` is never sent again once a send may have been processed', () => {
		const property = fc.property(consistency, fates, (seconds, what) => {
			expect(play('none', seconds, what).sends).toBeLessThanOrEqual(1);
		});
		fc.assert(property, runs);
	});

	test('every move is in the transition table, and every end without success calls a person', () => {
		const property = fc.property(repeat, consistency, fates, (how, seconds, what) => {
			const { illegalMoves, row, last } = play(how, seconds, what);
			expect(illegalMoves).toEqual([]);
			if (row.state === 'dead' || row.state === 'rejected') expect(last?.person).toBeTruthy();
			if (last && last.nextAt === null && row.state !== 'applied')
				expect(nextStep(row, new Date(8.64e15)).do).toBe('person');
		});
		fc.assert(property, runs);
	});

	test('with an answering system it always ends applied, however the first sends were lost', () => {
		const good: Fate = {
			applies: true,
			lag: 1,
			heard: 'answer',
			turned: 'no',
			lookup: 'answers',
			seconds: 1,
			random: 0.5
		};
		const losses = fc.array(
			fc.record({
				applies: fc.boolean(),
				heard: fc.constantFrom('timeout', 'reset', 'server-error', 'crash')
			}),
			{ maxLength: 4 }
		);
		const safe = fc.constantFrom('native-key' as const, 'lookup' as const);
		const property = fc.property(safe, consistency, losses, (how, seconds, lost) => {
			const bad = lost.flatMap((loss) => [{ ...good, ...loss }]);
			const played = play(how, seconds, [...bad, ...Array.from({ length: 20 }, () => good)]);
			expect(played.row.state).toBe('applied');
		});
		fc.assert(property, { numRuns: 500 });
	});
});

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20) + seconds * 1_000);
const row = (change: Partial<Writeback>): Writeback => ({
	state: 'sending',
	repeat: 'lookup',
	attempt: 1,
	failures: 0,
	firstSentAt: at(0),
	lastSentAt: at(0),
	...change
});
const moment = (seconds: number) => ({ now: at(seconds), random: 0.5 });

describe('single steps', () => {
	test('N4: an absence asked for before the consistency time has passed only waits for it', () => {
		const unknown = row({ state: 'unknown', failures: 1, lastSentAt: at(30) });
		const absent = { outcome: 'absent' } as const;
		const early = afterLookup(unknown, absent, 60, { ...moment(95), askedAt: at(89) });
		expect(early).toMatchObject({ state: 'unknown', nextAt: at(90), failures: 1 });
		const settled = afterLookup(unknown, absent, 60, { ...moment(91), askedAt: at(90) });
		expect(settled).toMatchObject({ state: 'pending', nextAt: at(91) });
	});

	test('a lookup that was refused on our side uses up no try', () => {
		const unknown = row({ state: 'unknown', failures: 9, lastSentAt: at(30), reason: 'timeout' });
		const asked = { ...moment(100), askedAt: at(100) };
		const lookup = (reason: string) =>
			afterLookup(unknown, { outcome: 'unavailable', reason }, 60, asked);
		for (const [reason, seconds] of [
			['breaker', 130],
			['busy', 105],
			['late', 105]
		] as const)
			expect(lookup(reason)).toMatchObject({
				state: 'unknown',
				reason,
				failures: 9,
				nextAt: at(seconds)
			});
		expect(lookup('timeout')).toMatchObject({ state: 'dead', failures: 10 });
	});

	test('N10: an unbelievable lookup is told at once, and a second unbelievable answer ends it', () => {
		const asked = { ...moment(100), askedAt: at(100) };
		const unbelievable = { outcome: 'unavailable', reason: 'contract' } as const;
		const unknown = (reason: string) =>
			row({ state: 'unknown', failures: 1, lastSentAt: at(30), reason });
		const first = afterLookup(unknown('timeout'), unbelievable, 60, asked);
		expect(first).toMatchObject({ state: 'unknown', failures: 2, alert: 'contract' });
		for (const reason of [first.reason ?? '', 'contract'])
			expect(afterLookup(unknown(reason), unbelievable, 60, asked)).toMatchObject({
				state: 'dead',
				person: 'contract',
				alert: 'contract',
				nextAt: null
			});
	});

	test('the consistency time runs from the end of the call, not from its start', () => {
		const lost = { outcome: 'unknown', reason: 'timeout' } as const;
		expect(afterSend(row({}), lost, moment(30)).lastSentAt).toEqual(at(30));
	});

	test('N7: a definitive no to the first send ends it, with a person and without a retry', () => {
		const no = { outcome: 'rejected', reason: 'plan-exists' } as const;
		const change = afterSend(row({}), no, moment(1));
		expect(change).toMatchObject({ state: 'rejected', nextAt: null, person: 'rejected' });
	});

	test('a no to a repeated send is looked up, and believed only if nothing is there', () => {
		const no = { outcome: 'rejected', reason: 'plan-exists' } as const;
		const change = afterSend(row({ lastSentAt: at(400), failures: 1 }), no, moment(401));
		expect(change).toMatchObject({ state: 'unknown', nextAt: at(401) });
		const unknown = row({ ...change, repeat: 'lookup' });
		const found = { outcome: 'found', answer: { reference: 'PLAN-1' } } as const;
		const asked = { ...moment(500), askedAt: at(499) };
		expect(afterLookup(unknown, found, 60, asked).state).toBe('applied');
		expect(afterLookup(unknown, { outcome: 'absent' }, 60, asked)).toMatchObject({
			state: 'rejected',
			reason: 'plan-exists'
		});
	});

	test('a no to a repeated native key goes to a person, not to the customer as "not done"', () => {
		const again = row({ repeat: 'native-key', lastSentAt: at(5), failures: 1 });
		const change = afterSend(again, { outcome: 'rejected', reason: 'http-404' }, moment(6));
		expect(change).toMatchObject({ state: 'dead', person: 'outcome-unknown' });
	});

	test('busy, an open breaker and a late lease use up no try; refused does', () => {
		for (const reason of ['busy', 'breaker', 'late'] as const) {
			const change = afterSend(row({}), { outcome: 'unavailable', reason }, moment(1));
			expect(change).toMatchObject({ state: 'pending', failures: 0, firstSentAt: null });
		}
		const refused = { outcome: 'unavailable', reason: 'refused' } as const;
		expect(afterSend(row({}), refused, moment(1))).toMatchObject({ failures: 1, nextAt: at(6) });
	});

	test('Retry-After is honoured where it is longer than our own wait', () => {
		const rate = { outcome: 'unavailable', reason: 'rate', retryAfterSeconds: 120 } as const;
		expect(afterSend(row({}), rate, moment(0)).nextAt).toEqual(at(120));
	});

	test('an earlier doubt survives a later call that surely did not get through', () => {
		const again = row({ repeat: 'native-key', lastSentAt: at(5), failures: 1 });
		const refused = { outcome: 'unavailable', reason: 'refused' } as const;
		expect(afterSend(again, refused, moment(6)).state).toBe('unknown');
	});

	test('the tenth failed try is the last', () => {
		const lost = { outcome: 'unknown', reason: 'timeout' } as const;
		const ninth = afterSend(row({ failures: 8 }), lost, moment(1));
		expect(ninth).toMatchObject({ state: 'unknown', failures: 9, nextAt: at(1 + 24 * 3_600) });
		const tenth = afterSend(row({ failures: 9 }), lost, moment(1));
		expect(tenth).toMatchObject({ state: 'dead', nextAt: null, person: 'tries-used' });
	});

	test('N10: answers that break the contract raise an alert and end with a person', () => {
		const drift = { outcome: 'unknown', reason: 'contract' } as const;
		const first = afterSend(row({ repeat: 'native-key' }), drift, moment(1));
		expect(first).toMatchObject({ state: 'unknown', alert: 'contract' });
		const second = afterSend(row({ repeat: 'native-key', failures: 1 }), drift, moment(9));
		expect(second).toMatchObject({ state: 'dead', person: 'contract', alert: 'contract' });
	});

	test('N6: an answer whose checks fail is not believed, whether heard or looked up', () => {
		const answer = { reference: 'PAY-1', amount: 1 };
		const no = () => false;
		expect(believe({ outcome: 'applied', answer }, no)).toEqual({
			outcome: 'unknown',
			reason: 'contract'
		});
		expect(believeFound({ outcome: 'found', answer }, no)).toEqual({
			outcome: 'unavailable',
			reason: 'contract'
		});
		expect(believe({ outcome: 'applied', answer }, () => true).outcome).toBe('applied');
	});

	test('a running lease and a time not yet come are waited for; a lost send is unknown', () => {
		expect(nextStep(row({ leaseUntil: at(60) }), at(1))).toEqual({ do: 'wait', until: at(60) });
		expect(nextStep(row({ leaseUntil: at(60) }), at(61))).toEqual({ do: 'lookup' });
		expect(nextStep(row({ repeat: 'none', leaseUntil: at(60) }), at(61)).do).toBe('person');
		const pending = row({ state: 'pending', nextAt: at(9) });
		expect(nextStep(pending, at(1))).toEqual({ do: 'wait', until: at(9) });
		expect(nextStep(pending, at(9))).toEqual({ do: 'send' });
		expect(nextStep(row({ state: 'applied' }), at(1))).toEqual({ do: 'nothing' });
	});
});
