import type { FieldValues, Repeat } from '../workflow/document.ts';
import type { WritebackState } from './states.ts';

/**
 * The unknown-outcome protocol: what may be done with a writeback, and what an answer makes of it.
 * For a send the row is claimed first (`sending`, `attempt + 1` as the fence, `lastSentAt = now`,
 * `firstSentAt` kept or set to the same instant); for a lookup it stays `unknown` under a lease.
 */
export interface Writeback {
	state: WritebackState;
	repeat: Repeat;
	/** Fencing number: rises with every claim. */
	attempt: number;
	/** Failed tries: the index into `RETRY_SECONDS`. */
	failures: number;
	/** Start of the first send that may have been processed. */
	firstSentAt: Date | null;
	/** Of the last send that may have been processed: its start while it runs, its end afterwards. */
	lastSentAt: Date | null;
	/** Why it stands where it stands; `refused-in-doubt` changes what an absence means. */
	reason?: string | null;
	/** Not before; only read where given. */
	nextAt?: Date | null;
	/** A running call's lease; only read where given. */
	leaseUntil?: Date | null;
}

/** Why a person is needed. */
export type PersonReason =
	/** The operation can neither be repeated nor asked about. */
	| 'outcome-unknown'
	/** The system of record answers otherwise than declared, twice. */
	| 'contract'
	/** Whether it is still eligible cannot be evaluated. */
	| 'rule-error'
	/** A definitive no. */
	| 'rejected'
	/** All tries are used up. */
	| 'tries-used';

export type NextStep =
	| { do: 'send' }
	| { do: 'lookup' }
	| { do: 'wait'; until: Date }
	| { do: 'person'; reason: PersonReason }
	/** It is over; a repeated wake-up is harmless. */
	| { do: 'nothing' };

/** What to store, in the same transaction as the event and the jobs it causes. */
export interface Change {
	state: WritebackState;
	failures: number;
	firstSentAt: Date | null;
	lastSentAt: Date | null;
	reason: string | null;
	/** When to look at it again; `null`: not by itself. */
	nextAt: Date | null;
	/** Set when it becomes `applied`. */
	answer?: FieldValues;
	/** Set when a person is needed from now on. */
	person?: PersonReason;
	/** Operations must hear of it whatever happens to this one. */
	alert?: 'contract' | 'poison-job' | 'rule-error';
}

export interface Moment {
	/** After the call. */
	now: Date;
	/** In [0, 1), for jitter. */
	random: number;
}
