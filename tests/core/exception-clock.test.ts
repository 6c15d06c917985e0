import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueAfter } from '../../src/lib/domain/exceptions/clock.ts';
import type { Calendar } from '../../src/lib/domain/workflow/document.ts';

const OFFICE: Calendar = {
	zone: 'Europe/Berlin',
	week: {
		mon: ['08:00-12:00', '13:00-18:00'],
		tue: ['08:00-18:00'],
		wed: ['08:00-18:00'],
		thu: ['08:00-18:00'],
		fri: ['08:00-16:00']
	},
	holidays: ['2026-12-25', '2027-01-01']
};
const ALWAYS: Calendar = {
	zone: 'Europe/Berlin',
	week: Object.fromEntries(
		['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, ['00:00-24:00']])
	),
	holidays: []
};
const due = (from: string, hours: number, calendar?: Calendar) =>
	dueAfter(new Date(from), hours, calendar).toISOString();

test('without a calendar every hour counts, over weekends and changes of the clock', () => {
	expect(due('2026-11-21T10:00:00Z', 24)).toBe('2026-11-22T10:00:00.000Z');
	expect(due('2027-03-27T12:00:00Z', 24)).toBe('2027-03-28T12:00:00.000Z');
});

test.each([
	['within a day', '2026-11-24T09:00:00Z', 2, '2026-11-24T11:00:00.000Z'],
	['over a lunch break', '2026-11-23T10:00:00Z', 2, '2026-11-23T13:00:00.000Z'],
	['to the very end of a span', '2026-11-23T10:00:00Z', 1, '2026-11-23T11:00:00.000Z'],
	['over a night', '2026-11-24T16:00:00Z', 3, '2026-11-25T09:00:00.000Z'],
	['from a Friday evening', '2026-11-27T20:00:00Z', 1, '2026-11-30T08:00:00.000Z'],
	['over a weekend', '2026-11-27T14:00:00Z', 2, '2026-11-30T08:00:00.000Z'],
	['over a holiday', '2026-12-24T16:00:00Z', 2, '2026-12-28T08:00:00.000Z'],
	['half an hour', '2026-11-24T16:45:00Z', 0.5, '2026-11-25T07:15:00.000Z'],
	['into summer time', '2027-03-26T14:00:00Z', 2, '2027-03-29T07:00:00.000Z'],
	['into winter time', '2026-10-23T13:00:00Z', 2, '2026-10-26T08:00:00.000Z']
])('hours of an office: %s', (_, from, hours, expected) => {
	expect(due(from, hours, OFFICE)).toBe(expected);
});

test('a calendar that is always open is no calendar, also where an hour is missing or comes twice', () => {
	const instants = fc.date({
		min: new Date('2026-10-20T00:00:00Z'),
		max: new Date('2027-04-05T00:00:00Z'),
		noInvalidDate: true
	});
	fc.assert(
		fc.property(instants, fc.integer({ min: 1, max: 100 }), (from, hours) => {
			expect(dueAfter(from, hours, ALWAYS)).toEqual(dueAfter(from, hours));
		}),
		{ numRuns: 200 }
	);
});

/** Asks the local clock, minute after minute: slow, and written in another way. */
function openMinutes(from: Date, to: Date, calendar: Calendar): number {
	const local = new Intl.DateTimeFormat('sv-SE', {
		timeZone: calendar.zone,
		dateStyle: 'short',
		timeStyle: 'short'
	});
	const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
	let minutes = 0;
	for (let at = from.getTime(); at < to.getTime(); at += 60_000) {
		const [date = '', time = ''] = local.format(at).split(' ');
		const spans = calendar.week[days[new Date(`${date}T12:00Z`).getUTCDay()]!] ?? [];
		const open = spans.some((span) => time >= span.slice(0, 5) && time < span.slice(6));
		if (open && !calendar.holidays.includes(date)) minutes += 1;
	}
	return minutes;
}

test('exactly the hours asked for lie between, whatever weekends, holidays and clocks do', () => {
	const starts = fc.integer({ min: 0, max: 130 * 24 * 60 });
	fc.assert(
		fc.property(starts, fc.integer({ min: 1, max: 40 * 60 }), (minute, minutes) => {
			const from = new Date(Date.parse('2026-10-20T00:00:00Z') + minute * 60_000);
			const until = dueAfter(from, minutes / 60, OFFICE);
			expect(openMinutes(from, until, OFFICE)).toBe(minutes);
			const before = new Date(until.getTime() - 60_000);
			expect(openMinutes(before, until, OFFICE)).toBe(1);
		}),
		{ numRuns: 40 }
	);
});
