import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Failure, meaningOf } from '../../src/lib/domain/outreach/provider-codes.ts';
import { countedWith, retryAt, treatmentOf } from '../../src/lib/domain/outreach/retries.ts';

const now = new Date('2026-11-21T12:00:00Z');
const to = '+4917604069001';
const seconds = (failure: Failure, before: number, expiresAt: Date | null = null, random = 0.5) => {
	const at = retryAt(failure, before, { now, expiresAt, random, to });
	return at && (at.getTime() - now.getTime()) / 1_000;
};

// The table of reference/messaging.md, read from there.
test.each<[string[], Failure]>([
	[['21610'], 'opted-out'],
	[['21211', '21614', '21635', '30005', '30006', '63003', '63024'], 'bad-destination'],
	[['30004', '30007'], 'filtered'],
	[['30001', '30003', '30008', '30500', '21611'], 'transient'],
	[['20429', '63018'], 'rate'],
	[['20003', '30002', '21606', '21612', '21408', '30034'], 'account'],
	[['63016', '63032'], 'window-closed'],
	[['63049'], 'meta-choice'],
	[['63013', '63027', '63028', '63029', '63030'], 'template-broken'],
	[['12345', ''], 'unknown-code']
])('Twilio %s: %s', (codes, failure) => {
	for (const code of codes) {
		expect(meaningOf('twilio', code).failure).toBe(failure);
		expect(meaningOf('twilio', code).customer).not.toBe('');
		expect(meaningOf('twilio', code).operations).not.toBe('');
	}
});

test('a code means something at its own provider only, and nothing inherited is one', () => {
	expect(meaningOf('sendgrid', '21610').failure).toBe('unknown-code');
	expect(meaningOf('constructor', 'toString').failure).toBe('unknown-code');
	expect(meaningOf('none', 'no-adapter').failure).toBe('rejected');
});

test('each failure has its own waits', () => {
	expect([0, 1, 2, 3].map((before) => seconds('transient', before))).toEqual([
		1_800,
		7_200,
		43_200,
		null
	]);
	expect([0, 1].map((before) => seconds('unknown-code', before))).toEqual([1_800, null]);
	for (const failure of ['opted-out', 'bad-destination', 'filtered', 'rejected'] as const)
		expect(seconds(failure, 0)).toBeNull();
	expect(treatmentOf('opted-out').suppress).toBe('opted-out');
	expect(treatmentOf('bad-destination').suppress).toBe('unusable');
	expect(countedWith('unsure')).toEqual(countedWith('unreached'));
});

test('nothing is tried again when it would be of no use any more', () => {
	fc.assert(
		fc.property(
			fc.constantFrom<Failure>('transient', 'rate', 'unreached', 'unsure', 'unknown-code'),
			fc.nat(6),
			fc.integer({ min: 1, max: 50_000 }),
			fc.double({ min: 0, max: 0.999, noNaN: true }),
			(failure, before, left, random) => {
				const after = seconds(failure, before, new Date(now.getTime() + left * 1_000), random);
				expect(after === null || (after > 0 && after < left)).toBe(true);
			}
		)
	);
});

test('"too fast" waits longer each time, never for ever, and never all at the same moment', () => {
	const waits = Array.from({ length: 12 }, (_, before) => seconds('rate', before)!);
	expect(waits.slice(0, 4)).toEqual([10, 20, 40, 80]);
	expect(Math.max(...waits)).toBe(900);
	expect(seconds('rate', 2, null, 0)).not.toBe(seconds('rate', 2, null, 0.9));
});

test("Meta's choice stands in the US; elsewhere it is asked again", () => {
	const at = (number: string) =>
		retryAt('meta-choice', 0, { now, expiresAt: null, random: 0, to: number });
	expect(at('+12025550143')).toBeNull();
	expect(at('+4917604069001')).not.toBeNull();
});
