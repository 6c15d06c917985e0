import { spansOf } from '../workflow/calendar.ts';
import { addDays, today } from '../workflow/dates.ts';
import type { Calendar } from '../workflow/document.ts';

const MINUTE = 60_000;
/** A calendar that is off for so long is refused before publishing; here it is a bug. */
const MOST_DAYS = 20_000;

/**
 * The instant at which so many hours of a calendar have passed; without a calendar every hour counts.
 * Hours are time that really passes: a night that is an hour shorter has an hour less.
 * @param hours may be a fraction
 */
export function dueAfter(from: Date, hours: number, calendar?: Calendar): Date {
	let left = Math.round(hours * 3_600_000);
	if (!calendar) return new Date(from.getTime() + left);
	let date = today(calendar.zone, from.getTime());
	for (let day = 0; day < MOST_DAYS; day += 1) {
		for (const span of spansOf(calendar, date)) {
			const begins = Math.max(instantOf(date, span.from, calendar.zone), from.getTime());
			const open = instantOf(date, span.to, calendar.zone) - begins;
			if (open >= left && open > 0) return new Date(begins + left);
			left -= Math.max(0, open);
		}
		date = addDays(date, 1);
	}
	throw new Error('The calendar has no hours to count.');
}

/**
 * Minutes after midnight of a local date as an instant. A time that the clocks leap over is the
 * moment of the leap; of one that comes twice it is the first.
 */
function instantOf(date: string, minutes: number, zone: string): number {
	const local = Date.parse(`${date}T00:00:00Z`) + minutes * MINUTE;
	// The offset of the day before and of the day after: one of the two, or the change lies between.
	const [before, after] = [local - 86_400_000, local + 86_400_000].map(
		(instant) => local - offsetAt(instant, zone)
	) as [number, number];
	const fits = [Math.min(before, after), Math.max(before, after)].find(
		(instant) => instant + offsetAt(instant, zone) === local
	);
	return fits ?? leapBetween(Math.min(before, after) - 1, Math.max(before, after), zone);
}

/** The first instant of the later offset, between two instants that have different ones. */
function leapBetween(low: number, high: number, zone: string): number {
	const offset = offsetAt(high, zone);
	while (high - low > 1) {
		const middle = Math.floor((low + high) / 2);
		if (offsetAt(middle, zone) === offset) high = middle;
		else low = middle;
	}
	return high;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds that the local clock is ahead of UTC. */
function offsetAt(instant: number, zone: string): number {
	let clock = clocks.get(zone);
	if (!clock) {
		const figures = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
		const time = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
		clock = new Intl.DateTimeFormat('en-CA', {
			timeZone: zone,
			hourCycle: 'h23',
			...figures,
			...time
		});
		clocks.set(zone, clock);
	}
	const part = new Map(clock.formatToParts(instant).map(({ type, value }) => [type, value]));
	const get = (type: Intl.DateTimeFormatPartTypes) => part.get(type) ?? '00';
	const day = `${get('year')}-${get('month')}-${get('day')}`;
	const local = Date.parse(`${day}T${get('hour')}:${get('minute')}:${get('second')}Z`);
	return local - Math.floor(instant / 1000) * 1000;
}
