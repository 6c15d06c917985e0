import { expect, test } from 'vitest';
import { createGather } from '../../src/lib/server/web/gather.ts';

/** A store whose commits end when the test says so. */
function slowStore() {
	const commits: { items: string[]; end: PromiseWithResolvers<void> }[] = [];
	const moments: PromiseWithResolvers<void>[] = [];
	const next = () => moments[moments.push(Promise.withResolvers<void>()) - 1]!.promise;
	const gather = gatherInto((items) => {
		const end = Promise.withResolvers<void>();
		commits.push({ items, end });
		return end.promise;
	}, next);
	return { gather, commits, moments };
}

const gatherInto = <Item = string>(
	store: (items: Item[]) => Promise<unknown>,
	moment = () => Promise.resolve()
) => createGather<Item>({ store, isNobodys: isAway, moment });

/** Of a database that is away. */
class Away extends Error {}
const isAway = (error: unknown): boolean => error instanceof Away;

/** Lets everything that is ready to go on go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a call by itself is stored at once', () => {
	const { gather, commits } = slowStore();
	void gather(['a']);
	expect(commits.map(({ items }) => items)).toEqual([['a']]);
});

test('what comes while a commit is under way goes together into the next', async () => {
	const { gather, commits } = slowStore();
	const first = gather(['a']);
	const others = Promise.all([gather(['b', 'c']), gather(['d'])]);
	expect(commits).toHaveLength(1);
	commits[0]!.end.resolve();
	await first;
	await turn();
	expect(commits.map(({ items }) => items)).toEqual([['a'], ['b', 'c', 'd']]);
	commits[1]!.end.resolve();
	await others;
});

test('after a commit of many the next waits a moment, so that the first who calls again is not alone', async () => {
	const { gather, commits, moments } = slowStore();
	void gather(['a']);
	void gather(['b']);
	void gather(['c']);
	commits[0]!.end.resolve();
	await turn();
	// One came before: nobody waits.
	expect(moments).toHaveLength(0);
	commits[1]!.end.resolve();
	await turn();
	void gather(['d']);
	await turn();
	void gather(['e']);
	expect(commits).toHaveLength(2);
	moments[0]!.resolve();
	await turn();
	expect(commits[2]?.items).toEqual(['d', 'e']);
});

test('whoever comes alone after a crowd waits once, and the next not at all', async () => {
	const { gather, commits, moments } = slowStore();
	for (const one of ['a', 'b', 'c']) void gather([one]);
	commits[0]!.end.resolve();
	await turn();
	commits[1]!.end.resolve();
	await turn();
	void gather(['d']);
	moments[0]!.resolve();
	await turn();
	commits[2]!.end.resolve();
	await turn();
	void gather(['e']);
	expect(commits.map(({ items }) => items)).toEqual([['a'], ['b', 'c'], ['d'], ['e']]);
	expect(moments).toHaveLength(1);
});

test('a call ends only when what it brought is committed', async () => {
	const { gather, commits } = slowStore();
	let ended = false;
	void gather(['a']);
	const second = gather(['b']).then(() => (ended = true));
	commits[0]!.end.resolve();
	await turn();
	expect(ended).toBe(false);
	commits[1]!.end.resolve();
	await second;
	expect(ended).toBe(true);
});

test('one that cannot be stored fails alone', async () => {
	const stored: string[] = [];
	const gather = gatherInto<string>((items) => {
		if (items.includes('bad')) return Promise.reject(new Error('refused'));
		stored.push(...items);
		return Promise.resolve();
	});
	const calls = [gather(['a']), gather(['b']), gather(['bad']), gather(['c'])];
	const ends = await Promise.allSettled(calls);
	expect(ends.map(({ status }) => status)).toEqual([
		...['fulfilled', 'fulfilled', 'rejected', 'fulfilled']
	]);
	expect(stored).toEqual(['a', 'b', 'c']);
	await gather(['d']);
	expect(stored).toContain('d');
});

test('a database that is away fails all of them at once, and the next call tries again', async () => {
	const { gather, commits, moments } = slowStore();
	const first = gather(['a']);
	const others = [gather(['b']), gather(['c']), gather(['d'])];
	commits[0]!.end.resolve();
	await first;
	await turn();
	commits[1]!.end.reject(new Away('away'));
	const ends = await Promise.allSettled(others);
	expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
	expect(commits.map(({ items }) => items)).toEqual([['a'], ['b', 'c', 'd']]);
	void gather(['e']);
	moments[0]!.resolve();
	await turn();
	expect(commits.at(-1)?.items).toEqual(['e']);
});

test('a store that breaks before it has begun keeps no later call', async () => {
	let broken = true;
	const gather = gatherInto<string>(() => {
		if (broken) throw new Error('not started');
		return Promise.resolve();
	});
	await expect(gather(['a'])).rejects.toThrow('not started');
	broken = false;
	await gather(['b']);
});

test('a statement takes a thousand, and whole calls only', async () => {
	const sizes: number[] = [];
	const gather = gatherInto<number>((items) => {
		sizes.push(items.length);
		return Promise.resolve();
	});
	const batch = (size: number) => Array.from({ length: size }, (_, place) => place);
	await Promise.all([1, 600, 600, 300, 2_500].map((size) => gather(batch(size))));
	expect(sizes).toEqual([1, 600, 900, 2_500]);
});
