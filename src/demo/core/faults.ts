import { z } from 'zod';

/** What can go wrong here, at will. */
export const FAULTS = [
	/** Answers as usual, `ms` later. */
	'delay',
	/** Answers `status` (500) and does nothing; `seconds` becomes Retry-After. */
	'status',
	'applied-then-timeout',
	'applied-then-reset',
	'applied-then-500',
	'not-applied-then-timeout',
	'not-applied-but-200',
	/** Lookups see only what is older than `seconds` (60). */
	'stale-lookup',
	/** Applies, and answers with somebody else's record. */
	'wrong-record',
	/** Applies, and answers with numbers as strings and no id. */
	'bad-schema',
	/** Applies, and answers a byte every `ms` (100). */
	'slow-drip',
	/** Applies, and answers 10 MB. */
	'huge',
	/** Applies, and answers a small gzip of 10 MB that was not asked for. */
	'gzip-bomb',
	/** Applies, and answers with 10,000 headers. */
	'many-headers',
	/** Does nothing and points to a metadata address with `status` (302). */
	'redirect'
] as const;
export type FaultName = (typeof FAULTS)[number];

const faultSchema = z.strictObject({
	match: z
		.strictObject({
			method: z.string().toUpperCase().optional(),
			/** Prefix of the path. */
			path: z.string().optional(),
			/** Whose `/customers/{customer}/…` it is. */
			customer: z.string().optional(),
			/** How often it strikes; without it, always. */
			times: z.int().min(1).optional()
		})
		.default({}),
	fault: z.enum(FAULTS),
	ms: z.int().min(0).max(600_000).optional(),
	status: z.int().min(300).max(599).optional(),
	seconds: z.int().min(0).max(86_400).optional(),
	probability: z.number().min(0).max(1).default(1)
});
export const faultPlanSchema = z.strictObject({
	plan: z.array(faultSchema).max(100),
	seed: z.int().default(1)
});

export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

/** Small seeded generator (mulberry32): the same seed and the same calls give the same faults. */
function randomFrom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

export interface Asked {
	method: string;
	path: string;
	customer: string | undefined;
}

/** The plan in force and how often each of its lines has struck. */
export function createFaults() {
	let lines: { fault: Fault; struck: number }[] = [];
	let seed = 1;
	let random = randomFrom(seed);
	const set = (plan: Fault[], with_: number) => {
		lines = plan.map((fault) => ({ fault, struck: 0 }));
		seed = with_;
		random = randomFrom(seed);
	};
	const applies = ({ fault: { match }, struck }: (typeof lines)[number], asked: Asked) =>
		(match.times === undefined || struck < match.times) &&
		(match.method === undefined || match.method === asked.method) &&
		(match.path === undefined || asked.path.startsWith(match.path)) &&
		(match.customer === undefined || match.customer === asked.customer);
	return {
		set,
		clear: () => set([], 1),
		show: () => ({ seed, plan: lines.map(({ fault, struck }) => ({ ...fault, struck })) }),
		struck: () => lines.reduce((sum, line) => sum + line.struck, 0),
		/** The first line that matches and whose chance comes up. */
		pick(asked: Asked): Fault | undefined {
			for (const line of lines) {
				if (!applies(line, asked)) continue;
				if (line.fault.probability < 1 && random() >= line.fault.probability) continue;
				line.struck += 1;
				return line.fault;
			}
			return undefined;
		}
	};
}

export type Faults = ReturnType<typeof createFaults>;
