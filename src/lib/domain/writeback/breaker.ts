import type { ApplyResult } from './results.ts';

/**
 * The breaker's rule; its row is shared by all nodes. Numbers from reference/security.md: open at 5
 * timeouts in a row or half of the last 20 calls failed; one probe after 30 s. When the probe has
 * closed it, jobs come back step by step (case N13).
 */
export const MOST_TIMEOUTS = 5;
export const WINDOW = 20;
export const MOST_FAILURES = WINDOW / 2;
export const PROBE_SECONDS = 30;

export interface Breaker {
	/** Timeouts in a row. */
	timeouts: number;
	/** The last calls, oldest first; true is a failure. */
	recent: boolean[];
	/** Set while it is open. */
	openedAt: Date | null;
	/** While it is open: when the next single call may be made. */
	probeAt: Date | null;
	/** Since when it is closed again; `null` while it is open, and before it ever was. */
	closedAt: Date | null;
}

/** A job's place among those that work side by side. */
export interface Turn {
	/** The recovery that it was taken in; `null`: in none, so nobody counted. */
	since: Date | null;
}

export type CallOutcome = 'ok' | 'timeout' | 'failure';

export const CLOSED: Breaker = {
	timeouts: 0,
	recent: [],
	openedAt: null,
	probeAt: null,
	closedAt: null
};

export const RAMP_STEP_SECONDS = 10;
const RAMP_STEPS = 6;

/**
 * How many jobs may work with the system of record side by side, over all nodes: when it is back
 * from an outage one, then twice as many every ten seconds, 32 at last. After a minute, and where
 * there was no outage, there is no such bound (`Infinity`): each node's own bulkhead has the word.
 */
export function sideBySide({ closedAt }: Pick<Breaker, 'closedAt'>, now: Date): number {
	if (!closedAt) return Infinity;
	const passed = Math.max(0, (now.getTime() - closedAt.getTime()) / 1_000);
	const step = Math.floor(passed / RAMP_STEP_SECONDS);
	return step < RAMP_STEPS ? 2 ** step : Infinity;
}

export type Permission = { call: 'yes' | 'probe' } | { call: 'no'; retryAfterSeconds: number };

/** When that bound is gone. */
export const recoveredAt = (closedAt: Date): Date =>
	new Date(closedAt.getTime() + 1_000 * RAMP_STEP_SECONDS * RAMP_STEPS);

/**
 * May the system of record be called? A `probe` must be taken (`takeProbe`) before it is made.
 * @param turn of a job; a person who waits at a page is no part of the herd and needs none
 */
export function mayCall(breaker: Breaker, now: Date, turn?: Turn): Permission {
	if (!breaker.openedAt || !breaker.probeAt)
		return turn && isPassedOver(breaker, now, turn)
			? { call: 'no', retryAfterSeconds: 1 }
			: { call: 'yes' };
	const left = (breaker.probeAt.getTime() - now.getTime()) / 1_000;
	return left <= 0 ? { call: 'probe' } : { call: 'no', retryAfterSeconds: Math.ceil(left) };
}

/** It began while the breaker was open, and nobody has counted it in this recovery. */
const isPassedOver = (breaker: Breaker, now: Date, { since }: Turn): boolean =>
	sideBySide(breaker, now) < Infinity && since?.getTime() !== breaker.closedAt?.getTime();

/** Takes the one probe: until it answers, or 30 s have passed, nobody else may call. */
export const takeProbe = (breaker: Breaker, now: Date): Breaker => ({
	...breaker,
	probeAt: later(now)
});

/** What one call makes of it. An `ok` closes an open breaker and forgets what was before. */
export function recordOutcome(breaker: Breaker, outcome: CallOutcome, now: Date): Breaker {
	if (breaker.openedAt)
		return outcome === 'ok' ? { ...CLOSED, closedAt: now } : { ...breaker, probeAt: later(now) };
	const timeouts = outcome === 'timeout' ? breaker.timeouts + 1 : 0;
	const recent = [...breaker.recent, outcome !== 'ok'].slice(-WINDOW);
	const failed = recent.filter(Boolean).length;
	const open = timeouts >= MOST_TIMEOUTS || (recent.length === WINDOW && failed >= MOST_FAILURES);
	if (open) return { timeouts, recent, openedAt: now, probeAt: later(now), closedAt: null };
	return { ...breaker, timeouts, recent };
}

/**
 * How a result counts. `null`: not at all, because nobody was called, or because it only asked us to
 * slow down. A rejection or an unbelievable answer shows that the system is up.
 */
export function callOutcome(result: ApplyResult): CallOutcome | null {
	if (result.outcome === 'applied' || result.outcome === 'rejected') return 'ok';
	if (result.outcome === 'unavailable') return result.reason === 'refused' ? 'failure' : null;
	if (result.reason === 'lost') return null;
	if (result.reason === 'timeout') return 'timeout';
	return result.reason === 'reset' || result.reason === 'server-error' ? 'failure' : 'ok';
}

const later = (now: Date): Date => new Date(now.getTime() + 1_000 * PROBE_SECONDS);
