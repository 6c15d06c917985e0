import { type Source, sources } from '../support/sources.ts';

/** `crash('flow:moment')`, and each commit of `changeCase(…, { actor, flow })`. */
const NAMED = /\bcrash\('([a-z:-]+)'\)/g;
const COMMITS = /changeCase\([^{]*\{\s*actor[^}]*\bflow:\s*'([a-z-]+)'/g;
/** A call, however its point is written. */
const CRASHES = /(?<!function\* )\bcrash\(/g;
/** How `changeCase` writes its two, which `COMMITS` finds by their flows. */
const OF_CHANGE_CASE = ['`${flow}:before-commit`', '`${flow}:after-commit`'];

const program = (): Source[] => sources('src/lib/**/*.ts');

/** The flows that commit a change of a case, as often as they do. */
export const flowsOfCases = (): string[] =>
	program().flatMap(({ text }) => [...text.matchAll(COMMITS)].map(([, flow = '']) => flow));

/** Every point of the program at which the crash matrix can end it, read from the source. */
export function crashPoints(): string[] {
	const named = program().flatMap(({ text }) =>
		[...text.matchAll(NAMED)].map(([, point = '']) => point)
	);
	const commits = flowsOfCases().flatMap((flow) => [
		`${flow}:before-commit`,
		`${flow}:after-commit`
	]);
	return [...new Set([...named, ...commits])].sort();
}

/** How often `changeCase` is called: as many flows must have been found. */
export const changesOfCases = (): number =>
	program().flatMap(({ text }) => [...text.matchAll(/(?<!function )\bchangeCase\(/g)]).length;

/** Calls of `crash` whose point cannot be read from the source, so that the matrix has never seen it. */
export const unreadCrashes = (): string[] =>
	program().flatMap(({ path, text }) => {
		const all = [...text.matchAll(CRASHES)].map(({ index }) => text.slice(index, index + 60));
		return all
			.filter((call) => !OF_CHANGE_CASE.some((point) => call.startsWith(`crash(${point})`)))
			.filter((call) => !new RegExp(`^${NAMED.source}`).test(call))
			.map((call) => `${path}: ${call.split('\n')[0]}`);
	});

/** Transactions without a point right before their commit and one after it: `file function`. */
export const transactionsWithoutPoints = (): string[] =>
	program().flatMap(({ path, text }) =>
		[...text.matchAll(/\.transaction\(\)/g)].flatMap(({ index }) => {
			// After the last function that is closed before it.
			const start = Math.max(0, text.lastIndexOf('\n}\n', index));
			const name = /function (\w+)/.exec(text.slice(start))?.[1] ?? '';
			const open = text.indexOf('{', text.indexOf('=>', index));
			const close = closing(text, open);
			const after = text.slice(close, text.indexOf('\n}\n', close));
			const within = text.slice(open, close);
			const both = [within, after].every((part) => part.search(CRASHES) >= 0);
			return both ? [] : [`${path} ${name}`];
		})
	);

/** Where the bracket that opens here is closed. */
function closing(text: string, open: number): number {
	let depth = 0;
	for (let at = open; at < text.length; at += 1) {
		if (text[at] === '{') depth += 1;
		if (text[at] === '}') depth -= 1;
		if (depth === 0) return at;
	}
	throw new Error('A bracket stays open.');
}
