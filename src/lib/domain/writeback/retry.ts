/**
 * Seconds before try 1, 2, … 10 (reference/security.md, retries). One layer retries: neither the
 * connector nor the job queue adds any of its own.
 */
export const RETRY_SECONDS = [
	0,
	5,
	300,
	1_800,
	...[2, 5, 10, 14, 20, 24].map((hours) => hours * 3_600)
] as const;

/** A connector that asks for more than this is not obeyed beyond it. */
const MOST_SECONDS = 24 * 3_600;

/** When nobody was called (full bulkhead, open breaker) and no time was named. */
const NOT_CALLED_SECONDS = { busy: 5, breaker: 30, late: 5 } as const;
export type NotCalled = keyof typeof NOT_CALLED_SECONDS;

/** True when the refusal happened on our side, so that no try was used up. */
export const wasNotCalled = (reason: string): reason is NotCalled => reason in NOT_CALLED_SECONDS;

const spread = (seconds: number, random: number): number => seconds * (0.8 + 0.4 * random);

/**
 * When to try again after `failures` failed tries, ± 20 % (`random` in [0, 1)), never sooner than the
 * system of record asked for. `null` when the last try has been used.
 */
export function retryAt(
	failures: number,
	now: Date,
	random: number,
	retryAfterSeconds = 0
): Date | null {
	const seconds = RETRY_SECONDS[failures];
	if (seconds === undefined) return null;
	const asked = Math.min(Math.max(retryAfterSeconds, 0), MOST_SECONDS);
	return new Date(now.getTime() + 1_000 * Math.max(spread(seconds, random), asked));
}

/** When to try again after a refusal on our side. */
export function recallAt(
	reason: NotCalled,
	now: Date,
	random: number,
	retryAfterSeconds = 0
): Date {
	const seconds = Math.max(spread(NOT_CALLED_SECONDS[reason], random), retryAfterSeconds);
	return new Date(now.getTime() + 1_000 * Math.min(seconds, MOST_SECONDS));
}
