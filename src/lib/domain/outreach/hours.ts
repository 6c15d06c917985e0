import type { Outreach } from '../workflow/document.ts';
import { WRITING_HOURS } from '../workflow/limits.ts';

/** From when to when people may be written to, `HH:MM`, the end not included. */
export type Hours = NonNullable<Outreach['hours']>;

export const hoursOf = ({ hours }: Outreach): Hours => hours ?? WRITING_HOURS;

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;
/** Zones that have no hour in common today have none tomorrow; clocks change once in a while. */
const LOOK_AHEAD_MS = 3 * DAY_MINUTES * MINUTE;

interface Clock {
	format: Intl.DateTimeFormat;
	/** What it showed last: thousands of cases are asked about in one minute. */
	last?: { minute: number; shown: number };
}

const clocks = new Map<string, Clock>();

function clockOf(zone: string): Clock {
	const known = clocks.get(zone);
	if (known) return known;
	const hour = '2-digit' as const;
	const options = { timeZone: zone, hour, minute: hour, hourCycle: 'h23' } as const;
	const clock: Clock = { format: new Intl.DateTimeFormat('en-GB', options) };
	if (clocks.size >= 1000) clocks.clear();
	clocks.set(zone, clock);
	return clock;
}

/** Minutes since midnight, as the clock on the wall shows them in a zone. */
function clockIn(zone: string, instant: number): number {
	const clock = clockOf(zone);
	const minute = Math.floor(instant / MINUTE);
	if (clock.last?.minute !== minute)
		clock.last = { minute, shown: minutesOf(clock.format.format(instant)) };
	return clock.last.shown;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const isOpenIn = ({ from, to }: Hours, zone: string, instant: number): boolean => {
	const clock = clockIn(zone, instant);
	return clock >= minutesOf(from) && clock < minutesOf(to);
};

/** May somebody be written to at this instant, whichever of the zones they are in? */
export const isOpen = (hours: Hours, zones: readonly string[], instant: number): boolean =>
	zones.every((zone) => isOpenIn(hours, zone, instant));

/** When the hours begin next in a zone that is outside of them. */
function opening({ from }: Hours, zone: string, after: number): number {
	const minute = Math.floor(after / MINUTE) * MINUTE;
	const wait = (minutesOf(from) - clockIn(zone, minute) + DAY_MINUTES) % DAY_MINUTES;
	const opens = minute + wait * MINUTE;
	// A clock that was put forward on the way is past the hour by as much.
	const late = clockIn(zone, opens) - minutesOf(from);
	return late > 0 ? Math.max(opens - late * MINUTE, minute + MINUTE) : opens;
}

/**
 * The first instant from `now` on that is fit in every zone; `null` where they have no hour in
 * common. Instants are epoch milliseconds.
 */
export function opensAt(hours: Hours, zones: readonly string[], now: number): number | null {
	for (let instant = now; instant < now + LOOK_AHEAD_MS;) {
		const closed = zones.find((zone) => !isOpenIn(hours, zone, instant));
		if (closed === undefined) return instant;
		instant = opening(hours, closed, instant);
	}
	return null;
}
