/** What is kept: each kind has its numbers, from 1 without gaps. */
export type KeptKind = 'checkpoints' | 'erasures';

/** A signed line of ours in a place that whoever owns the database does not own. */
export interface Kept {
	number: number;
	jws: string;
}

/** Keeps checkpoints and receipts outside the database. Only appends; a repeat does no harm. */
export interface Outside {
	/** The highest number of the kind that is surely kept here; 0 for none. `null`: nothing is. */
	last(kind: KeptKind): Promise<number | null>;
	/** Returns when they would survive a power cut. */
	keep(kind: KeptKind, lines: readonly Kept[]): Promise<void>;
}
