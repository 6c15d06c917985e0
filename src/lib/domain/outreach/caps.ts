import type { Outreach } from '../workflow/document.ts';
import { CAPS } from '../workflow/limits.ts';

const DAY_MS = 86_400_000;

/** At most `most` messages in any stretch of `ms`. */
export interface Cap {
	most: number;
	ms: number;
}

export const capsOf = ({ caps }: Outreach): { day: Cap; week: Cap } => ({
	day: { most: CAPS.perDay, ms: DAY_MS },
	week: { most: caps?.perWeek ?? CAPS.perWeek, ms: 7 * DAY_MS }
});

/** As far back as any cap looks. */
export const CAPS_DAYS = 7;

/** How many of these instants a cap counts now. */
export const countedIn = ({ ms }: Cap, sent: readonly number[], now: number): number =>
	sent.filter((at) => at > now - ms).length;

/** From when one more fits under the cap, if nothing else is sent meanwhile: `now` while it does. */
export function roomAt({ most, ms }: Cap, sent: readonly number[], now: number): number {
	const counted = sent.filter((at) => at > now - ms).sort((a, b) => a - b);
	const leaves = counted.at(-most);
	return leaves === undefined ? now : leaves + ms;
}
