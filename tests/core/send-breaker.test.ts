import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SENDS } from '../../src/lib/domain/identity/limits.ts';
import { mostSends } from '../../src/lib/domain/identity/send-breaker.ts';

/** Codes to one prefix in one window: each step asks for a code, or types one that was sent. */
function play(steps: readonly ('ask' | 'type')[]) {
	let sent = 0;
	let verified = 0;
	const asked = [];
	for (const step of steps) {
		if (step === 'type' && verified < sent) verified += 1;
		if (step !== 'ask') continue;
		const goes = sent < mostSends(verified);
		asked.push({ sent, verified, goes });
		if (goes) sent += 1;
	}
	return { sent, verified, asked };
}

const steps = fc.array(
	fc.oneof(
		{ weight: 5, arbitrary: fc.constant('ask' as const) },
		{ weight: 1, arbitrary: fc.constant('type' as const) }
	),
	{ minLength: 100, maxLength: 800 }
);

describe('the breaker of a prefix', () => {
	it('is that of the security table: below 20 % of at least 50', () => {
		expect(SENDS.perPrefix).toMatchObject({ unverified: 50, leastPercent: 20 });
		expect([0, 1, 9, 10, 11, 100].map(mostSends)).toEqual([50, 50, 50, 51, 56, 501]);
	});

	it('R1: sends exactly while fewer than 50 were sent, or at least 20 % of them typed', () => {
		fc.assert(
			fc.property(steps, (given) => {
				for (const { sent, verified, goes } of play(given).asked)
					expect(goes).toBe(sent < 50 || verified * 5 >= sent);
			})
		);
	});

	it('R1: who types none gets 50 codes sent, however many are asked for', () => {
		fc.assert(
			fc.property(fc.integer({ min: 50, max: 5_000 }), (asks) => {
				expect(play(Array<'ask'>(asks).fill('ask')).sent).toBe(50);
			})
		);
	});

	it('never stops a prefix whose customers type every fifth code or more', () => {
		const group = fc.integer({ min: 1, max: 5 });
		fc.assert(
			fc.property(fc.array(group, { minLength: 60, maxLength: 200 }), (groups) => {
				const all = groups.flatMap((asks) => [...Array<'ask'>(asks).fill('ask'), 'type' as const]);
				expect(play(all).asked.every(({ goes }) => goes)).toBe(true);
			})
		);
	});

	it('lets a stopped prefix go on as soon as enough of its codes were typed', () => {
		fc.assert(
			fc.property(steps, (given) => {
				const { sent, verified } = play(given);
				const enough = Math.ceil(sent / 5);
				expect(sent < mostSends(Math.max(verified, enough))).toBe(true);
				if (sent >= 50) expect(sent < mostSends(enough - 1)).toBe(false);
			})
		);
	});
});
