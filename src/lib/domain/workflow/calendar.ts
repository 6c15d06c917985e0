import { isDate } from './dates.ts';
import { type Calendar, WEEKDAYS } from './document.ts';

/** A span of a day in minutes after midnight of the calendar's zone. */
export interface Span {
	from: number;
	to: number;
}

/** `09:00-17:30`; `null` if it is none, or ends before it begins. */
export function readSpan(text: string): Span | null {
	const [, ...figures] = /^(\d{2}):(\d{2})-(\d{2}):(\d{2})$/.exec(text) ?? [];
	if (figures.length === 0) return null;
	const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = figures.map(Number);
	const span = { from: fromHour * 60 + fromMinute, to: toHour * 60 + toMinute };
	const minutesFit = fromMinute < 60 && toMinute < 60;
	return minutesFit && span.from < span.to && span.to <= 24 * 60 ? span : null;
}

/** The spans of a date, in order; none on a holiday. */
export function spansOf(calendar: Calendar, date: string): Span[] {
	if (!isDate(date) || calendar.holidays.includes(date)) return [];
	const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
	const spans = calendar.week[WEEKDAYS[weekday]!] ?? [];
	return spans
		.flatMap((text) => readSpan(text) ?? [])
		.toSorted((one, other) => one.from - other.from);
}
