import type { Result } from '../../domain/result.ts';
import type { AnswerField, FieldValues, OperationMapping } from '../../domain/workflow/document.ts';
import type { ApplyResult, LookupResult } from '../../domain/writeback/results.ts';

export type { ApplyResult, LookupResult };

/** One write, whatever carries it. `mapping` is opaque but to the connector of its kind. */
export interface RecordCall {
	/** Name of a configured connection. */
	connection: string;
	operation: string;
	mapping: OperationMapping;
	/** Our reference: the same for every repeat of this write, and the native idempotency key. */
	reference: string;
	customer: string;
	/** What is sent. Money is minor units, dates are `YYYY-MM-DD`. */
	fields: FieldValues;
	/** What must come back, all of it, or the answer is not believed. */
	answer: Record<string, AnswerField>;
	/**
	 * End of the caller's lease on the clock of `performance.now()`: nothing is sent after it (`late`),
	 * so that a node that was frozen cannot. Not a time of day: nodes' clocks may stand apart.
	 */
	sendUntil?: number;
}

/**
 * `barred`: nobody was asked, because our own bulkhead is full or the breaker is open. `counts` is
 * how an unavailable read counts for the breaker; without it it does not. `explain` is for
 * operations: no personal data in it.
 */
export type ReadResult = Result<
	{ record: unknown },
	'not-found' | 'unavailable' | 'barred' | 'contract',
	{ explain: string; counts?: 'timeout' | 'failure'; retryAfterSeconds?: number }
>;

/**
 * A system of record. A connector never retries, never throws for what the other side does, and
 * tells `unknown` (may have been processed) from `unavailable` (surely was not).
 */
export interface RecordsPort {
	/** The customer's record as it stands now. */
	read(connection: string, mapping: OperationMapping, customer: string): Promise<ReadResult>;
	/** Applies one write. The caller still evaluates the operation's checks (`believe`). */
	apply(call: RecordCall): Promise<ApplyResult>;
	/** Asks by our reference whether a write is there. */
	lookup(call: RecordCall): Promise<LookupResult>;
	/** Ends idle connections. */
	close(): Promise<void>;
}
