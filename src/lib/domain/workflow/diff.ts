import type { WorkflowDocument } from './document.ts';

/** A key of a record, or what names an element of a list: `{ by: 'id', is: 'talk-first' }`. */
export type Step = string | { by: string; is: string } | { at: number };

/** One place where two documents differ. */
export interface Difference {
	/** From the top of the document. */
	path: Step[];
	/** `moved`: the same things in another order. */
	kind: 'added' | 'removed' | 'changed' | 'moved';
	/** What stood there; for `moved` the steps to what both have, in their order. */
	was?: unknown;
	now?: unknown;
}

/**
 * Every difference between two documents, in the order of the newer one: empty exactly if their
 * content is the same (see `canonical`). Elements of lists are matched by what names them, so that
 * one more clause is one difference and not a shift of all that follow. It knows no part of a
 * document by name but `actions`, so what is added to documents later is compared as well.
 */
export const compareDocuments = (was: WorkflowDocument, now: WorkflowDocument): Difference[] =>
	compare(was, now, []);

type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members that are there; an undefined one is none. */
const keysOf = (value: Plain): string[] =>
	Object.keys(value).filter((key) => value[key] !== undefined);

function compare(was: unknown, now: unknown, path: Step[]): Difference[] {
	if (isPlain(was) && isPlain(now)) return compareRecords(was, now, path);
	if (Array.isArray(was) && Array.isArray(now)) return compareLists(was, now, path);
	return Object.is(was, now) ? [] : [{ path, kind: 'changed', was, now }];
}

function compareRecords(was: Plain, now: Plain, path: Step[]): Difference[] {
	const before = keysOf(was);
	const after = keysOf(now);
	// The order of the choices is the order of the actions; that of other members means nothing.
	const ordered = path.length === 1 && path[0] === 'actions';
	return [
		...compareMembers(before, after, (key) => [[...path, key], was[key], now[key]]),
		...(ordered ? moved(before, after, path, (key) => key) : [])
	];
}

/** What names the elements of a list, the first that names every one of both lists apart. */
const NAMES = ['id', 'name', 'fact', 'value'] as const;

function compareLists(was: unknown[], now: unknown[], path: Step[]): Difference[] {
	const by = NAMES.find((name) => namesApart(was, name) && namesApart(now, name));
	if (by === undefined) return compareByPlace(was, now, path);
	const named = (list: unknown[]) =>
		new Map(list.map((one) => [(one as Plain)[by] as string, one]));
	const before = named(was);
	const after = named(now);
	return [
		...compareMembers([...before.keys()], [...after.keys()], (is) => [
			[...path, { by, is }],
			before.get(is),
			after.get(is)
		]),
		...moved([...before.keys()], [...after.keys()], path, (is) => ({ by, is }))
	];
}

function namesApart(list: unknown[], by: string): boolean {
	const names = list.map((one) => (isPlain(one) ? one[by] : undefined));
	return names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
}

/** A list of plain values is one thing: `sms, email` became `email, sms`. */
function compareByPlace(was: unknown[], now: unknown[], path: Step[]): Difference[] {
	if (![...was, ...now].some((one) => typeof one === 'object'))
		return was.length === now.length && was.every((one, at) => Object.is(one, now[at]))
			? []
			: [{ path, kind: 'changed', was, now }];
	const places = (list: unknown[]) => list.map((_, at) => String(at));
	return compareMembers(places(was), places(now), (at) => [
		[...path, { at: Number(at) }],
		was[Number(at)],
		now[Number(at)]
	]);
}

type Member = [path: Step[], was: unknown, now: unknown];

function compareMembers(
	before: string[],
	after: string[],
	member: (key: string) => Member
): Difference[] {
	const there = new Set(before);
	const kept = new Set(after);
	const gone = before
		.filter((key) => !kept.has(key))
		.map((key): Difference => {
			const [path, was] = member(key);
			return { path, kind: 'removed', was };
		});
	const rest = after.flatMap((key): Difference[] => {
		const [path, was, now] = member(key);
		return there.has(key) ? compare(was, now, path) : [{ path, kind: 'added', now }];
	});
	return [...gone, ...rest];
}

/** What both have, in another order. What was added or removed says so itself. */
function moved(
	before: string[],
	after: string[],
	path: Step[],
	step: (key: string) => Step
): Difference[] {
	const was = before.filter((key) => after.includes(key));
	const now = after.filter((key) => before.includes(key));
	if (was.every((key, at) => key === now[at])) return [];
	return [{ path, kind: 'moved', was: was.map(step), now: now.map(step) }];
}
