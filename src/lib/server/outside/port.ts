/** A signed line of ours in a place that whoever owns the database does not own. */
export interface Kept {
	number: number;
	jws: string;
}

/** Keeps checkpoints and receipts outside the database. Only appends; a repeat does no harm. */
export interface Outside {
	/** The last checkpoint that is surely kept here; 0 for none. `null`: nothing is kept here. */
	lastCheckpoint(): Promise<number | null>;
	/** Returns when they would survive a power cut. */
	keepCheckpoints(checkpoints: readonly Kept[]): Promise<void>;
	keepReceipt(receipt: string): Promise<void>;
}
