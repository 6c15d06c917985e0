import type { ApplyResult, LookupResult, UnknownReason } from './results.ts';
import { type NotCalled, recallAt, retryAt, wasNotCalled } from './retry.ts';
import type { Change, Moment, NextStep, PersonReason, Writeback } from './writeback.ts';

export type { Change, Moment, NextStep, Writeback };

const REFUSED_IN_DOUBT = 'refused-in-doubt';

/** Unbelievable answers in a row after which a native key is not tried again by itself. */
const MOST_CONTRACT_FAILURES = 2;

/** What may be done now. A send that was never answered (`sending` with a lease that ended) is unknown. */
export function nextStep(writeback: Writeback, now: Date): NextStep {
	const { state, repeat, leaseUntil, nextAt } = writeback;
	if (state === 'applied') return { do: 'nothing' };
	if (state === 'rejected') return { do: 'person', reason: 'rejected' };
	if (state === 'dead') return { do: 'person', reason: deadReason(writeback) };
	if (state === 'sending' && leaseUntil && leaseUntil > now)
		return { do: 'wait', until: leaseUntil };
	const unknown = state !== 'pending';
	if (unknown && repeat === 'none') return { do: 'person', reason: 'outcome-unknown' };
	if (state !== 'sending' && nextAt && nextAt > now) return { do: 'wait', until: nextAt };
	return { do: unknown && repeat === 'lookup' ? 'lookup' : 'send' };
}

function deadReason({ reason }: Pick<Writeback, 'reason'>): PersonReason {
	if (reason?.startsWith(REFUSED_IN_DOUBT)) return 'outcome-unknown';
	return reason === 'contract' || reason === 'rule-error' ? reason : 'tries-used';
}

/**
 * What the answer to a send makes of a writeback that was claimed for it. `writeback.failures` and
 * the two times are as stored by the claim.
 */
export function afterSend(writeback: Writeback, result: ApplyResult, moment: Moment): Change {
	switch (result.outcome) {
		case 'applied':
			return { ...kept(writeback), state: 'applied', reason: null, answer: result.answer };
		case 'rejected':
			return afterRejection(writeback, result.reason, moment);
		case 'unknown':
			return afterUnknown(writeback, result.reason, moment);
		case 'unavailable':
			return afterUnavailable(writeback, result, moment);
	}
}

/** The process that sent died: its lease ended without a word. Counts as a try, so that poison ends. */
export const afterLoss = (writeback: Writeback, moment: Moment): Change =>
	afterUnknown(writeback, 'lost', moment);

/**
 * What a lookup by our reference makes of an unknown writeback. Absence counts only if the question
 * was put (`askedAt`) after the target's consistency time had passed since the last send.
 */
export function afterLookup(
	writeback: Writeback,
	result: LookupResult,
	consistencySeconds: number,
	moment: Moment & { askedAt: Date }
): Change {
	const base = kept(writeback);
	if (result.outcome === 'found')
		return { ...base, state: 'applied', reason: null, answer: result.answer };
	if (result.outcome === 'unavailable') return afterUnavailableLookup(writeback, result, moment);
	const settled = settledAt(writeback, consistencySeconds);
	if (settled && moment.askedAt < settled)
		return { ...base, state: 'unknown', reason: writeback.reason ?? null, nextAt: settled };
	if (writeback.reason?.startsWith(REFUSED_IN_DOUBT)) {
		const reason = writeback.reason.slice(REFUSED_IN_DOUBT.length + 1);
		return { ...base, state: 'rejected', reason, person: 'rejected' };
	}
	return {
		...base,
		state: 'pending',
		firstSentAt: null,
		lastSentAt: null,
		reason: 'absent',
		nextAt: moment.now
	};
}

/**
 * A call that was refused on our side before anything left uses up no try, and nothing about the
 * writeback changes but when it is looked at again.
 */
export function notCalled(
	writeback: Writeback,
	reason: NotCalled,
	{ now, random }: Moment,
	retryAfterSeconds?: number
): Change {
	const nextAt = recallAt(reason, now, random, retryAfterSeconds);
	const { state } = writeback;
	return { ...kept(writeback), state, reason: reasonKept(writeback, reason), nextAt };
}

function afterUnavailableLookup(
	writeback: Writeback,
	{ reason }: Extract<LookupResult, { outcome: 'unavailable' }>,
	moment: Moment
): Change {
	if (wasNotCalled(reason)) return notCalled(writeback, reason, moment);
	if (reason !== 'contract') return tryAgain(writeback, 'unknown', reason, moment);
	const alert = 'contract' as const;
	// Twice in a row not as declared: asking goes on proving nothing, and a person must look.
	if (writeback.reason !== 'contract')
		return { ...tryAgain(writeback, 'unknown', reason, moment), alert };
	const failures = writeback.failures + 1;
	return { ...kept(writeback), alert, state: 'dead', failures, reason, person: 'contract' };
}

/** From when on an absent lookup means "not applied". */
export function settledAt(writeback: Writeback, consistencySeconds: number): Date | null {
	const { lastSentAt } = writeback;
	return lastSentAt && new Date(lastSentAt.getTime() + 1_000 * consistencySeconds);
}

/**
 * A no to a repeated send may be the echo of the first one ("there is a plan already"), or come from
 * something that never saw it. With `lookup` it is believed once a lookup has found nothing; a
 * native key cannot be asked, so a person looks, and the customer is not told "not done".
 */
function afterRejection(writeback: Writeback, reason: string, moment: Moment): Change {
	const base = kept(writeback);
	if (writeback.repeat === 'none' || !hasEarlierSend(writeback))
		return { ...base, state: 'rejected', reason, person: 'rejected' };
	const doubted = `${REFUSED_IN_DOUBT}:${reason}`;
	if (writeback.repeat === 'native-key')
		return { ...base, state: 'dead', reason: doubted, person: 'outcome-unknown' };
	const { now } = moment;
	return { ...base, state: 'unknown', lastSentAt: now, reason: doubted, nextAt: now };
}

function afterUnknown(writeback: Writeback, reason: UnknownReason, moment: Moment): Change {
	const sent = { ...writeback, lastSentAt: moment.now };
	const alert = reason === 'contract' ? { alert: 'contract' as const } : {};
	if (writeback.repeat === 'none') {
		const failures = writeback.failures + 1;
		return {
			...kept(sent),
			...alert,
			state: 'unknown',
			failures,
			reason,
			person: 'outcome-unknown'
		};
	}
	const hopeless =
		reason === 'contract' &&
		writeback.repeat === 'native-key' &&
		writeback.failures + 1 >= MOST_CONTRACT_FAILURES;
	if (hopeless) {
		const failures = writeback.failures + 1;
		return { ...kept(sent), ...alert, state: 'dead', failures, reason, person: 'contract' };
	}
	return { ...tryAgain(sent, 'unknown', reason, moment), ...alert };
}

/** Surely not processed: an earlier doubt stays, else it is as if it had never been sent. */
function afterUnavailable(
	writeback: Writeback,
	result: Extract<ApplyResult, { outcome: 'unavailable' }>,
	moment: Moment
): Change {
	const doubt = hasEarlierSend(writeback) && writeback.repeat !== 'none';
	const state = doubt ? 'unknown' : 'pending';
	const times = doubt ? {} : { firstSentAt: null, lastSentAt: null };
	const row = { ...writeback, ...times };
	if (wasNotCalled(result.reason)) {
		const nextAt = recallAt(result.reason, moment.now, moment.random, result.retryAfterSeconds);
		return { ...kept(row), state, reason: result.reason, nextAt };
	}
	return tryAgain(row, state, result.reason, moment, result.retryAfterSeconds);
}

function tryAgain(
	writeback: Writeback,
	state: 'pending' | 'unknown',
	reason: string,
	moment: Moment,
	retryAfterSeconds?: number
): Change {
	const failures = writeback.failures + 1;
	const nextAt = retryAt(failures, moment.now, moment.random, retryAfterSeconds);
	const base = { ...kept(writeback), failures, reason: reasonKept(writeback, reason) };
	if (nextAt) return { ...base, state, nextAt };
	return { ...base, state: 'dead', person: deadReason(base) };
}

/** A lookup that could not be made must not forget that the last send was refused. */
const reasonKept = (writeback: Writeback, reason: string): string =>
	writeback.reason?.startsWith(REFUSED_IN_DOUBT) ? writeback.reason : reason;

/** True when a send before the present one may have been processed. */
const hasEarlierSend = ({ firstSentAt, lastSentAt }: Writeback): boolean =>
	firstSentAt !== null && lastSentAt !== null && firstSentAt < lastSentAt;

const kept = ({ failures, firstSentAt, lastSentAt }: Writeback) => ({
	failures,
	firstSentAt,
	lastSentAt,
	nextAt: null
});
