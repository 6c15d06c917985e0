/** Runs `work` on every item, `most` at a time, in order of starting. */
export async function forMany<Item>(
	items: readonly Item[],
	most: number,
	work: (item: Item) => Promise<void>
): Promise<void> {
	let next = 0;
	const worker = async () => {
		for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
	};
	await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
}

/** Seconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await work();
	return (performance.now() - started) / 1000;
}
