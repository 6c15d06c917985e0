import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countedIn, roomAt } from '../../src/lib/domain/outreach/caps.ts';
import { isOpen, opensAt } from '../../src/lib/domain/outreach/hours.ts';
import { zonesOfPerson } from '../../src/lib/domain/outreach/zones.ts';

const DAY = 86_400_000;
const DEFAULT = { from: '08:00', to: '20:00' };
const at = (time: string) => Date.parse(time);
const iso = (instant: number | null) => instant && new Date(instant).toISOString();

/** The zones where clocks do the oddest things, and plain ones. */
const zone = fc.constantFrom(
	'Europe/Berlin',
	'America/New_York',
	'Pacific/Honolulu',
	'Asia/Kathmandu',
	'Australia/Lord_Howe',
	'America/St_Johns',
	'Pacific/Apia',
	'UTC'
);
/** 2026 and 2027, with more around the days on which clocks change. */
const instant = fc.oneof(
	fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') }),
	fc
		.tuple(
			fc.constantFrom('2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-04-05'),
			fc.integer({ min: -2 * DAY, max: 2 * DAY })
		)
		.map(([day, beside]) => at(`${day}T02:00:00Z`) + beside)
);
const hours = fc
	.tuple(fc.integer({ min: 8 * 60, max: 17 * 60 }), fc.integer({ min: 240, max: 780 }))
	.map(([from, length]) => [from, Math.min(from + length, 21 * 60)] as const)
	.map(([from, to]) => ({ from: clock(from), to: clock(to) }));
const clock = (minutes: number) =>
	`${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
/** What the wall shows, read another way than the program does. */
const wall = (name: string, when: number) =>
	new Intl.DateTimeFormat('sv-SE', { timeZone: name, timeStyle: 'short' }).format(when);

describe('hours', () => {
	test('what is let through stands within the hours on the wall of every zone, also as clocks change', () => {
		fc.assert(
			fc.property(hours, fc.uniqueArray(zone, { minLength: 1 }), instant, (own, zones, now) => {
				const opens = opensAt(own, zones, now);
				if (opens === null) return;
				expect(opens).toBeGreaterThanOrEqual(now);
				for (const name of zones) {
					const shown = wall(name, opens);
					expect(shown >= own.from && shown < own.to, `${shown} in ${name}`).toBe(true);
				}
			})
		);
	});

	test('in one zone the wait ends on the minute that the hours begin, within a day', () => {
		fc.assert(
			fc.property(hours, zone, instant, (own, name, now) => {
				const opens = opensAt(own, [name], now);
				if (opens === now) return void expect(isOpen(own, [name], now)).toBe(true);
				expect(wall(name, opens!)).toBe(own.from);
				expect(isOpen(own, [name], opens! - 60_000)).toBe(false);
				expect(opens! - now).toBeLessThanOrEqual(DAY + 3_600_000);
			})
		);
	});

	test('later never means earlier', () => {
		fc.assert(
			fc.property(hours, zone, instant, fc.nat(2 * DAY), (own, name, now, more) => {
				expect(opensAt(own, [name], now + more)!).toBeGreaterThanOrEqual(
					opensAt(own, [name], now)!
				);
			})
		);
	});

	test.each([
		['the evening before clocks go forward', '2026-03-28T19:00:00Z', '2026-03-29T06:00:00.000Z'],
		['the evening before clocks go back', '2026-10-24T18:00:00Z', '2026-10-25T07:00:00.000Z'],
		['the last minute of the day', '2026-11-20T18:59:59Z', '2026-11-20T18:59:59.000Z'],
		['the first minute after it', '2026-11-20T19:00:00Z', '2026-11-21T07:00:00.000Z']
	])('in Berlin, %s', (_, now, opens) => {
		expect(iso(opensAt(DEFAULT, ['Europe/Berlin'], at(now)))).toBe(opens);
	});

	test('zones without a common hour have none tomorrow either, and that is said', () => {
		const zones = ['Pacific/Auckland', 'Atlantic/Azores'];
		expect(opensAt({ from: '09:00', to: '17:00' }, zones, at('2026-11-20T00:00:00Z'))).toBeNull();
	});
});

describe('zones of a person', () => {
	const from = (given: Partial<Parameters<typeof zonesOfPerson>[0]>) =>
		zonesOfPerson({ countries: [], workflow: 'Europe/Berlin', ...given });

	test('what is declared goes before the phone, the phone before the workflow', () => {
		const both = { declared: 'Asia/Tokyo', countries: ['US'] };
		expect(from(both)).toEqual({ zones: ['Asia/Tokyo'], from: 'declared' });
		expect(from({ countries: ['JP'] })).toEqual({ zones: ['Asia/Tokyo'], from: 'phone' });
		expect(from({})).toEqual({ zones: ['Europe/Berlin'], from: 'workflow' });
	});

	test('a number of the USA is held until it is fit from New York to Honolulu', () => {
		const { zones } = from({ countries: ['US'] });
		expect(zones).toContain('Pacific/Honolulu');
		const opens = opensAt(DEFAULT, zones, at('2026-11-20T13:00:00Z'));
		// 8 in Honolulu is 13 in New York.
		expect(iso(opens)).toBe('2026-11-20T18:00:00.000Z');
	});

	test('a country that has no zone, or none that is known, leaves it to the workflow', () => {
		expect(from({ countries: ['XK'] })).toMatchObject({ from: 'workflow' });
	});
});

describe('caps', () => {
	const sent = fc.array(fc.integer({ min: 0, max: 9 * DAY }), { maxLength: 12 });
	const cap = fc.constantFrom({ most: 1, ms: DAY }, { most: 2, ms: 7 * DAY }, { most: 3, ms: DAY });

	test('what goes as soon as there is room never passes the cap in any stretch of its time', () => {
		fc.assert(
			fc.property(cap, fc.array(fc.nat(DAY), { maxLength: 30 }), (own, waits) => {
				const went: number[] = [];
				let now = 0;
				for (const wait of waits) {
					now = Math.max(now + wait, roomAt(own, went, now + wait));
					went.push(now);
				}
				for (const end of went)
					expect(went.filter((one) => one > end - own.ms && one <= end).length).toBeLessThanOrEqual(
						own.most
					);
			})
		);
	});

	test('there is room exactly when fewer count than the cap, and a wait for it always ends', () => {
		fc.assert(
			fc.property(cap, sent, (own, went) => {
				const now = 9 * DAY;
				const room = roomAt(own, went, now);
				expect(room === now).toBe(countedIn(own, went, now) < own.most);
				expect(room).toBeLessThanOrEqual(now + own.ms);
				expect(countedIn(own, went, room)).toBeLessThan(own.most);
			})
		);
	});
});
