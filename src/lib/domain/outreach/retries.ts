import type { Suppression } from './choose-channel.ts';
import type { Failure } from './provider-codes.ts';

const MINUTE = 60;
const HOUR = 3_600;

/** What follows from a failure beside the next channel, which is tried when no wait is left. */
export interface Treatment {
	/** Seconds before each further try of the same text. */
	waits: readonly number[];
	/** The contact gets nothing more that we begin by this channel, in any case. */
	suppress?: Suppression;
	/** Operations hear of it. */
	alert?: true;
}

/** Nobody answered: the way to the provider is bad for moments, not for hours. */
const SHORT = [5, 30, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE];
/** The provider tried: the handset or the network needs its time. */
const LONG = [30 * MINUTE, 2 * HOUR, 12 * HOUR];

const TREATMENTS: Record<Failure, Treatment> = {
	'opted-out': { waits: [], suppress: 'opted-out' },
	'bad-destination': { waits: [], suppress: 'unusable' },
	filtered: { waits: [] },
	transient: { waits: LONG },
	'meta-choice': { waits: LONG },
	'window-closed': { waits: [] },
	'template-broken': { waits: [], alert: true },
	rejected: { waits: [], alert: true },
	'unknown-code': { waits: [30 * MINUTE], alert: true },
	unreached: { waits: SHORT },
	unsure: { waits: SHORT },
	// Neither of these two uses up a try: they were never processed, or nobody was asked.
	rate: { waits: [] },
	account: { waits: [] }
};

export const treatmentOf = (failure: Failure): Treatment => TREATMENTS[failure];

const NO_ANSWER: Failure[] = ['unreached', 'unsure'];

/** The failures that use up the same waits: whether nobody was there or nobody answered is by chance. */
export const countedWith = (failure: Failure): Failure[] =>
	NO_ANSWER.includes(failure) ? NO_ANSWER : [failure];

/** Waits after the first "too fast", doubled up to the last, half of it by chance. */
const RATE_SECONDS = { first: 10, most: 15 * MINUTE };

function waitOf(failure: Failure, before: number, random: number): number | undefined {
	if (failure === 'rate')
		return Math.min(RATE_SECONDS.first * 2 ** before, RATE_SECONDS.most) * (0.5 + random);
	return TREATMENTS[failure].waits[before];
}

/**
 * When the same message is tried again after a failure; `null` when it is not: no wait is left, or
 * it would be of no use any more by then.
 * @param before how often this message has failed for this reason before
 * @param random in [0, 1)
 */
export function retryAt(
	failure: Failure,
	before: number,
	{ now, expiresAt, random, to }: { now: Date; expiresAt: Date | null; random: number; to: string }
): Date | null {
	// In the US Meta's choice stands; elsewhere it is another one hours later.
	if (failure === 'meta-choice' && to.startsWith('+1')) return null;
	const seconds = waitOf(failure, before, random);
	if (seconds === undefined) return null;
	const at = new Date(now.getTime() + 1_000 * seconds);
	return expiresAt && at >= expiresAt ? null : at;
}
