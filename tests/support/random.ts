import { createHash } from 'node:crypto';

/** Seeded numbers in [0, 1) and what is made of them. */
export interface Random {
	next(): number;
	chance(probability: number): boolean;
	/** A whole number from `least` to `most`, both included. */
	between(least: number, most: number): number;
	one<Value>(values: readonly Value[]): Value;
	/** One of the names, as often as its weight says. */
	weighted<Name extends string>(weights: Record<Name, number>): Name;
	/** Numbers of its own for one actor: what others do does not change them. */
	fork(name: string | number): Random;
}

/** mulberry32 over a hash of the seed: the same seed gives the same numbers. */
export function createRandom(seed: string): Random {
	let state = createHash('sha256').update(seed).digest().readUInt32LE();
	const random: Random = {
		next() {
			state = (state + 0x6d2b79f5) >>> 0;
			let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
			mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
			return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
		},
		chance: (probability) => random.next() < probability,
		between: (least, most) => least + Math.floor(random.next() * (most - least + 1)),
		one(values) {
			const value = values[random.between(0, values.length - 1)];
			if (value === undefined) throw new Error('There is nothing to choose from.');
			return value;
		},
		weighted<Name extends string>(weights: Record<Name, number>) {
			const entries = Object.entries(weights) as [Name, number][];
			let left = random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
			return (entries.find(([, weight]) => (left -= weight) < 0) ?? entries[0]!)[0];
		},
		fork: (name) => createRandom(`${seed}/${name}`)
	};
	return random;
}
