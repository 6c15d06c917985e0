import { createRecent } from '../recent.ts';

/** So many sources are remembered; the one that was quiet longest is forgotten first. */
const MOST_SOURCES = 10_000;

interface Bucket {
	tokens: number;
	/** When the tokens were counted, in milliseconds of the process's clock. */
	at: number;
}

/**
 * Token buckets in this process's memory, one a key: `count` at once, and as many again in every
 * `seconds`. For pages only, where a limit may differ between nodes and be lost with them.
 */
export function createBuckets(
	{ count, seconds }: { count: number; seconds: number },
	clock: () => number = () => performance.now()
) {
	const buckets = createRecent<Bucket>(MOST_SOURCES);
	const perMs = count / (seconds * 1000);
	/** Takes one token; gives 0, or the whole seconds until there is one. */
	return function take(key: string): number {
		const now = clock();
		const { tokens, at } = buckets.get(key) ?? { tokens: count, at: now };
		const filled = Math.min(count, tokens + (now - at) * perMs);
		const left = filled >= 1 ? filled - 1 : filled;
		buckets.set(key, { tokens: left, at: now });
		return filled >= 1 ? 0 : Math.ceil((1 - filled) / perMs / 1000);
	};
}
