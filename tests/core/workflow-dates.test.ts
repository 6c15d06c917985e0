import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	addDays,
	addMonths,
	daysBetween,
	isDate,
	today
} from '../../src/lib/domain/workflow/dates.ts';

const day = fc.integer({ min: 0, max: 36_000 }).map((days) => addDays('1950-01-01', days));

describe('dates', () => {
	test('adding days and counting them are one another’s opposite', () => {
		fc.assert(
			fc.property(day, fc.integer({ min: -3_000, max: 3_000 }), (from, days) => {
				const to = addDays(from, days);
				expect(isDate(to)).toBe(true);
				expect(daysBetween(from, to)).toBe(days);
				expect(from < to).toBe(days > 0);
			})
		);
	});

	test('a later month keeps the day or ends with the month', () => {
		expect(addMonths('2027-01-31', 1)).toBe('2027-02-28');
		expect(addMonths('2028-01-31', 1)).toBe('2028-02-29');
		expect(addMonths('2026-11-15', 14)).toBe('2028-01-15');
		expect(addMonths('2026-03-31', -1)).toBe('2026-02-28');
		fc.assert(
			fc.property(day, fc.integer({ min: 0, max: 600 }), (from, months) => {
				const to = addMonths(from, months);
				const counted = (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12;
				expect(counted + Number(to.slice(5, 7)) - Number(from.slice(5, 7))).toBe(months);
				expect(to.slice(8) <= from.slice(8)).toBe(true);
			})
		);
	});

	test.each([
		'2026-02-30',
		'2027-02-29',
		'2026-13-01',
		'2026-00-10',
		'2026-1-01',
		'26-01-01',
		'2026-01-01T00:00',
		'+02026-01-01',
		'',
		'1899-12-31',
		'3000-01-01',
		'２０２６-01-01'
	])('%s is no date', (text) => {
		expect(isDate(text)).toBe(false);
		expect(() => addDays(text, 1)).toThrow(RangeError);
	});

	test('today is the zone’s day, also around midnight and when clocks change (P2)', () => {
		const instant = Date.parse('2026-10-24T22:30:00Z');
		expect(today('Europe/Berlin', instant)).toBe('2026-10-25');
		expect(today('America/New_York', instant)).toBe('2026-10-24');
		expect(today('Europe/Berlin', Date.parse('2026-12-31T23:00:00Z'))).toBe('2027-01-01');
		expect(today('Pacific/Kiritimati', Date.parse('2028-02-28T10:00:00Z'))).toBe('2028-02-29');
	});
});
