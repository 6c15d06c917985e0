import type { FieldValues } from '../workflow/document.ts';

/**
 * What a connector says about one attempt to write. Which of the four it is decides what may follow.
 * `explain` is for operations and names fields, never values.
 */
export type ApplyResult =
	/** Applied, and the answer has every declared field. */
	| { outcome: 'applied'; answer: FieldValues }
	/** A definitive no: the same request will never succeed, so it is never sent again. */
	| { outcome: 'rejected'; reason: string; status?: number }
	/** The request may have been processed: only asking, a native key or a person can tell. */
	| { outcome: 'unknown'; reason: UnknownReason; explain?: string }
	/** Surely not processed. */
	| {
			outcome: 'unavailable';
			reason: UnavailableReason;
			retryAfterSeconds?: number;
			explain?: string;
	  };

/**
 * `contract`: it answered, but not as declared. `conflict`: it says that our reference is already
 * there (409). `lost`: the process that sent it died before it could tell.
 */
export type UnknownReason = 'timeout' | 'reset' | 'server-error' | 'contract' | 'conflict' | 'lost';

/** `late`: the caller's lease had ended before the first byte was to be sent, so none was. */
export type UnavailableReason = 'refused' | 'rate' | 'breaker' | 'busy' | 'late';

/** What a connector says when asked by our reference whether a write is there. */
export type LookupResult =
	| { outcome: 'found'; answer: FieldValues }
	| { outcome: 'absent' }
	| { outcome: 'unavailable'; reason: string; explain?: string };

/**
 * Joins the connector's answer with the operation's checks: an answer that fails one of them (other
 * record, other amount) is not believed, however well it parsed.
 */
export function believe(
	result: ApplyResult,
	checksHold: (answer: FieldValues) => boolean
): ApplyResult {
	if (result.outcome !== 'applied' || checksHold(result.answer)) return result;
	return { outcome: 'unknown', reason: 'contract' };
}

/** The same for a lookup: what was found under our reference but is not ours proves nothing. */
export function believeFound(
	result: LookupResult,
	checksHold: (answer: FieldValues) => boolean
): LookupResult {
	if (result.outcome !== 'found' || checksHold(result.answer)) return result;
	return { outcome: 'unavailable', reason: 'contract' };
}
