import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	callOutcome,
	CLOSED,
	mayCall,
	RAMP_STEP_SECONDS,
	recordOutcome,
	recoveredAt,
	sideBySide,
	takeProbe,
	type Breaker,
	type CallOutcome
} from '../../src/lib/domain/writeback/breaker.ts';
import { RETRY_SECONDS, retryAt } from '../../src/lib/domain/writeback/retry.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20) + seconds * 1_000);
const after = (outcomes: CallOutcome[], start: Breaker = CLOSED) =>
	outcomes.reduce((breaker, outcome) => recordOutcome(breaker, outcome, at(0)), start);

test('it opens at the fifth timeout in a row, not at the fourth or when one call got through', () => {
	const four = after(['timeout', 'timeout', 'timeout', 'timeout']);
	expect(mayCall(four, at(0))).toEqual({ call: 'yes' });
	expect(mayCall(after(['ok', 'timeout'], four), at(0))).toEqual({ call: 'yes' });
	expect(mayCall(after(['timeout'], four), at(0))).toEqual({ call: 'no', retryAfterSeconds: 30 });
});

test('it opens when half of the last 20 calls failed, and needs 20 to judge', () => {
	const turn = (count: number): CallOutcome[] =>
		Array.from({ length: count }, (_, index) => (index % 2 ? 'failure' : 'ok'));
	expect(after(turn(19)).openedAt).toBeNull();
	expect(after(turn(20)).openedAt).toEqual(at(0));
});

test('when open, one probe after 30 s; it closes by an ok and stays open by a failure', () => {
	const open = after(Array<CallOutcome>(5).fill('timeout'));
	expect(mayCall(open, at(29)).call).toBe('no');
	expect(mayCall(open, at(30))).toEqual({ call: 'probe' });
	const probing = takeProbe(open, at(30));
	expect(mayCall(probing, at(31)).call).toBe('no');
	expect(recordOutcome(probing, 'ok', at(32))).toEqual({ ...CLOSED, closedAt: at(32) });
	const failed = recordOutcome(probing, 'failure', at(32));
	expect(mayCall(failed, at(61)).call).toBe('no');
	expect(mayCall(failed, at(62)).call).toBe('probe');
});

test('back from an outage jobs work one, then 2, 4, … 32 side by side, each for ten seconds, then as they like', () => {
	const closed = recordOutcome(after(Array<CallOutcome>(5).fill('timeout')), 'ok', at(40));
	const grown = [0, 9.9, 10, 20, 30, 40, 50, 59.9, 60].map((s) => sideBySide(closed, at(40 + s)));
	expect(grown).toEqual([1, 1, 2, 4, 8, 16, 32, 32, Infinity]);
	expect(recoveredAt(at(40))).toEqual(at(100));
	expect(sideBySide(CLOSED, at(0))).toBe(Infinity);
});

test('at every moment of a recovery somebody works, never fewer than before, and at most twice as many', () => {
	const seconds = fc.double({ min: -5, max: 120, noNaN: true });
	const property = fc.property(seconds, seconds, (one, other) => {
		const closed = { closedAt: at(0) };
		const [sooner, later] = [Math.min(one, other), Math.max(one, other)];
		const [few, many] = [sideBySide(closed, at(sooner)), sideBySide(closed, at(later))];
		expect(few).toBeGreaterThanOrEqual(1);
		expect(many).toBeGreaterThanOrEqual(few);
		if (later < 60 && later - sooner <= RAMP_STEP_SECONDS)
			expect(many).toBeLessThanOrEqual(2 * few);
		expect(many === Infinity).toBe(at(later) >= recoveredAt(at(0)));
	});
	fc.assert(property);
});

test('in a recovery a job calls with a turn of that recovery only; a person calls as ever', () => {
	const property = fc.property(
		fc.double({ min: 0, max: 120, noNaN: true }),
		fc.option(fc.integer({ min: -600, max: 600 })),
		(passed, taken) => {
			const closed = { ...CLOSED, closedAt: at(0) };
			const now = at(passed);
			const turn = { since: taken === null ? null : at(taken) };
			const may = now >= recoveredAt(at(0)) || taken === 0 ? 'yes' : 'no';
			expect(mayCall(closed, now, turn).call).toBe(may);
			expect(mayCall(closed, now).call).toBe('yes');
			expect(mayCall(CLOSED, now, turn).call).toBe('yes');
		}
	);
	fc.assert(property);
});

test('failures in a recovery open the breaker as ever, and the next recovery begins anew', () => {
	const closed = { ...CLOSED, closedAt: at(0) };
	const counting = after(['timeout', 'timeout', 'ok', 'failure'], closed);
	expect(counting.closedAt).toEqual(at(0));
	const open = after(Array<CallOutcome>(5).fill('timeout'), counting);
	expect(open).toMatchObject({ openedAt: at(0), closedAt: null });
	expect(recordOutcome(open, 'ok', at(70)).closedAt).toEqual(at(70));
});

test('only calls that were made and say something about health are counted', () => {
	const answer = { reference: 'X' };
	expect(callOutcome({ outcome: 'applied', answer })).toBe('ok');
	expect(callOutcome({ outcome: 'rejected', reason: 'no' })).toBe('ok');
	expect(callOutcome({ outcome: 'unknown', reason: 'contract' })).toBe('ok');
	expect(callOutcome({ outcome: 'unknown', reason: 'timeout' })).toBe('timeout');
	expect(callOutcome({ outcome: 'unknown', reason: 'server-error' })).toBe('failure');
	expect(callOutcome({ outcome: 'unavailable', reason: 'refused' })).toBe('failure');
	expect(callOutcome({ outcome: 'unavailable', reason: 'busy' })).toBeNull();
	expect(callOutcome({ outcome: 'unavailable', reason: 'rate' })).toBeNull();
});

test('waits stay within 20 % of the table, never before Retry-After, and end after the last', () => {
	const property = fc.property(
		fc.integer({ min: 0, max: RETRY_SECONDS.length - 1 }),
		fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
		fc.integer({ min: 0, max: 86_400 }),
		(failures, random, asked) => {
			const wait = (retryAt(failures, at(0), random, asked)?.getTime() ?? NaN) - at(0).getTime();
			const table = (RETRY_SECONDS[failures] ?? NaN) * 1_000;
			expect(wait).toBeGreaterThanOrEqual(Math.max(Math.floor(0.8 * table), asked * 1_000));
			expect(wait).toBeLessThanOrEqual(Math.max(1.2 * table, asked * 1_000));
		}
	);
	fc.assert(property);
	expect(retryAt(RETRY_SECONDS.length, at(0), 0.5)).toBeNull();
});
