/**
 * Calendar dates as `YYYY-MM-DD` strings. They sort as text, carry no zone, and are what CEL and
 * the documents use. Only `today` knows a zone.
 */

const DAY = 86_400_000;
const SHAPE = /^\d{4}-\d{2}-\d{2}$/;

/** Days since 1970 of a real date between 1900 and 2999, else undefined. */
function dayNumber(date: string): number | undefined {
	if (!SHAPE.test(date) || date < '1900' || date >= '3000') return undefined;
	const time = Date.parse(`${date}T00:00:00Z`);
	// 30 February parses to March in some engines and to NaN in others: compare what came out.
	if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) return undefined;
	return time / DAY;
}

const fromDayNumber = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

function must(date: string): number {
	const day = dayNumber(date);
	if (day === undefined) throw new RangeError('not a date in the form YYYY-MM-DD');
	return day;
}

/** Strictly `YYYY-MM-DD`, a day that exists, 1900 to 2999. */
export const isDate = (text: string): boolean => dayNumber(text) !== undefined;

/** Days from the first to the second date; negative if the second is earlier. Throws on no date. */
export const daysBetween = (from: string, to: string): number => must(to) - must(from);

/** Throws on no date or on a result outside 1900 to 2999. */
export function addDays(date: string, days: number): string {
	if (Math.abs(days) > 36_600) throw new RangeError('more than a hundred years of days');
	const result = fromDayNumber(must(date) + days);
	must(result);
	return result;
}

/** The same day of a later month, or that month's last day: 31 January plus 1 is 28 February. */
export function addMonths(date: string, months: number): string {
	must(date);
	if (Math.abs(months) > 1_200) throw new RangeError('more than a hundred years of months');
	const year = Number(date.slice(0, 4));
	const month = Number(date.slice(5, 7)) - 1 + months;
	const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
	const day = Math.min(Number(date.slice(8, 10)), last);
	const result = new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
	must(result);
	return result;
}

const calendars = new Map<string, Intl.DateTimeFormat>();

/** The date in an IANA zone at an instant (epoch milliseconds). */
export function today(zone: string, now: number): string {
	let calendar = calendars.get(zone);
	if (!calendar) {
		calendar = new Intl.DateTimeFormat('en-CA', {
			timeZone: zone,
			year: 'numeric',
			month: '2-digit',
			day: '2-digit'
		});
		calendars.set(zone, calendar);
	}
	const parts = new Map(calendar.formatToParts(now).map((part) => [part.type, part.value]));
	return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
}
