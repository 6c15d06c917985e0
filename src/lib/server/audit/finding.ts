/**
 * What does not hold, in words for people and with where it stands. Some of it only a checkpoint
 * can tell: whoever rewrites a whole chain rewrites it so that it holds in itself.
 */
export interface Finding {
	/** `case <id> event <number>`, `act <id>` or `checkpoint <number>`. */
	where: string;
	what: string;
}

/** Told while it works: how far it is, and what it found. */
export interface Watch {
	signal?: AbortSignal | undefined;
	progress(done: { events: number; acts: number; checkpoints: number }): void;
	found(finding: Finding): void;
}
