/** Of one statement; a call that carries more is a statement of its own. */
const MOST = 1_000;

interface Waiting<Item> {
	items: Item[];
	resolve: () => void;
	reject: (error: unknown) => void;
}

interface Gathering<Item> {
	store: (items: Item[]) => Promise<unknown>;
	/**
	 * Of failures that no item causes, as of a database that is away: all calls fail with one at once,
	 * and no crowd of single ones falls upon it.
	 */
	isNobodys: (error: unknown) => boolean;
	/** Over when those who were answered together have had time to call again: a few milliseconds. */
	moment: () => Promise<unknown>;
}

/**
 * Lets calls that come side by side be stored together: while one commit is under way the next
 * gathers, and a call ends when what it brought is committed. A call by itself is stored at once.
 * After a commit of many the next waits a moment for its company: else the first of those who call
 * again would be stored alone and all others behind it, and every second commit would serve one. Where
 * many cannot be stored together each is stored by itself: what is wrong with one must not lose the
 * others.
 */
export function createGather<Item>({
	store,
	isNobodys,
	moment
}: Gathering<Item>): (items: Item[]) => Promise<void> {
	const waiting: Waiting<Item>[] = [];
	let storing = false;
	/** Did the last commit serve many? */
	let crowded = false;

	async function storeAlone({ items, resolve, reject }: Waiting<Item>): Promise<void> {
		try {
			await store(items);
			resolve();
		} catch (error) {
			reject(error);
		}
	}

	async function storeTogether(calls: Waiting<Item>[]): Promise<void> {
		try {
			await store(calls.flatMap(({ items }) => items));
			for (const { resolve } of calls) resolve();
		} catch (error) {
			if (isNobodys(error)) for (const { reject } of calls) reject(error);
			else await Promise.all(calls.map(storeAlone));
		}
	}

	async function storeAll(): Promise<void> {
		storing = true;
		while (waiting.length > 0) {
			if (crowded) await moment();
			const calls = take(waiting);
			crowded = calls.length > 1;
			await (crowded ? storeTogether(calls) : storeAlone(calls[0]!));
		}
		storing = false;
	}

	return (items) =>
		new Promise((resolve, reject) => {
			waiting.push({ items, resolve, reject });
			if (!storing) void storeAll();
		});
}

/** As many of the first as fit into one statement, and the very first in any case. */
function take<Item>(waiting: Waiting<Item>[]): Waiting<Item>[] {
	let count = 0;
	const fits = waiting.findIndex(({ items }, index) => {
		count += items.length;
		return index > 0 && count > MOST;
	});
	return waiting.splice(0, fits === -1 ? waiting.length : fits);
}
