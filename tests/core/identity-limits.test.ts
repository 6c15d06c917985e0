import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLocked } from '../../src/lib/domain/identity/factors.ts';
import {
	BOUNDS,
	CODE,
	codeMinutes,
	FACTOR,
	FACTS,
	gapSeconds,
	IDENTITY,
	LINK,
	SENDS,
	VISIT,
	within
} from '../../src/lib/domain/identity/limits.ts';
import { LINK_CHARACTERS } from '../../src/lib/domain/workflow/limits.ts';

const now = new Date('2030-05-01T12:00:00Z');

describe('limits', () => {
	it('are those of the security table', () => {
		expect(LINK.idBytes * 8).toBe(128);
		expect(LINK_CHARACTERS).toBe(100);
		expect(BOUNDS.linkHours).toEqual({ least: 1 / 6, most: 720 });
		expect(BOUNDS.codeMinutes).toEqual({ least: 1, most: 10, mostForMoney: 5 });
		expect(CODE).toEqual({ digits: 6, minutes: 10, moneyMinutes: 5, mostCompared: 5 });
		expect(FACTOR).toEqual({ lockAt: 10, lockMinutes: 30, disableAt: 50 });
		expect(FACTS).toEqual({ perCase: 3, perDay: 5 });
		expect(IDENTITY.stricterAfter).toBe(2);
		expect(SENDS).toMatchObject({
			gapSeconds: [30, 60, 120],
			perPhone: { count: 5, minutes: 10 },
			perPhoneDay: 10,
			perSource: { count: 25, minutes: 5 },
			perPrefix: { unverified: 50, leastPercent: 20 }
		});
		expect(VISIT).toEqual({
			idleMinutes: 15,
			moneyIdleMinutes: 5,
			absoluteMinutes: 60,
			secretBits: 256
		});
	});

	it('can be tightened by a workflow and never loosened past the bound', () => {
		const bounds = fc.constantFrom(...(Object.keys(BOUNDS) as (keyof typeof BOUNDS)[]));
		fc.assert(
			fc.property(bounds, fc.double({ noNaN: true }), (bound, asked) => {
				const held = within(bound, asked);
				expect(held).toBeGreaterThanOrEqual(BOUNDS[bound].least);
				expect(held).toBeLessThanOrEqual(BOUNDS[bound].most);
				if (asked >= BOUNDS[bound].least && asked <= BOUNDS[bound].most) expect(held).toBe(asked);
			})
		);
	});

	it('a code lives as long as the workflow says, 5 minutes at most for money, 10 for the rest', () => {
		expect([codeMinutes(3, true), codeMinutes(8, true), codeMinutes(8, false)]).toEqual([3, 5, 8]);
		expect([codeMinutes(60, true), codeMinutes(60, false)]).toEqual([5, 10]);
	});

	it('the gap between codes grows to 120 seconds and stays there', () => {
		expect([0, 1, 2, 3, 4, 9].map(gapSeconds)).toEqual([0, 30, 60, 120, 120, 120]);
	});
});

it('a lock is over at the moment it ends', () => {
	const until = new Date('2030-05-01T12:30:00Z');
	expect(isLocked(until, new Date('2030-05-01T12:29:59.999Z'))).toBe(true);
	expect(isLocked(until, until)).toBe(false);
	expect(isLocked(null, now)).toBe(false);
});
