/** Of one statement; a call that carries more is a statement of its own. */
const MOST = 1_000;

interface Waiting<Item> {
	items: Item[];
	resolve: () => void;
	reject: (error: unknown) => void;
}

/**
 * Lets calls that come side by side be stored together: while one commit is under way the next
 * gathers, and a call ends when what it brought is committed. Nobody waits for company, so a call by
 * itself is stored at once. Where many cannot be stored together each is stored by itself: what is
 * wrong with one must not lose the others.
 */
export function createGather<Item>(
	store: (items: Item[]) => Promise<unknown>
): (items: Item[]) => Promise<void> {
	const waiting: Waiting<Item>[] = [];
	let storing = false;

	const storeAlone = ({ items, resolve, reject }: Waiting<Item>): Promise<void> =>
		store(items).then(() => resolve(), reject);

	async function storeAll(): Promise<void> {
		storing = true;
		for (let calls = take(waiting); calls.length > 0; calls = take(waiting)) {
			const [first, ...others] = calls;
			if (others.length === 0) await storeAlone(first!);
			else
				await store(calls.flatMap(({ items }) => items)).then(
					() => calls.forEach(({ resolve }) => resolve()),
					() => Promise.all(calls.map(storeAlone))
				);
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
