import { Document, isMap, isScalar, LineCounter, YAMLMap, YAMLSeq } from 'yaml';
import { fail, ok, type Result } from '../../domain/result.ts';
import {
	actionsOf,
	applyToDocument,
	type ClauseEdit,
	clausesOf,
	placeOf,
	setClause,
	withoutEmpty
} from './edit-clauses.ts';
import { type Block, blocksOf, dropBlock, swapBlocks } from './line-blocks.ts';
import { parseSource } from './parse-source.ts';

export type { ClauseEdit } from './edit-clauses.ts';

/** A long text stays on its line, as in the starters. */
const LAYOUT = { lineWidth: 0 } as const;

/**
 * One edit of the table of clauses, made in the YAML that the draft consists of. Only the lines of the
 * edited row change: comments, order, quotes and layout of all others stay as they were typed.
 *
 * - `unreadable`: the draft is no YAML at present; it is put right as text first.
 * - `not-found`: the action or clause is not there, or cannot move further.
 */
export function editSource(
	source: string,
	edit: ClauseEdit
): Result<string, 'unreadable' | 'not-found'> {
	const counter = new LineCounter();
	const yaml = parseSource(source, counter);
	if (yaml.errors.length > 0) return fail('unreadable');
	const whole = parseSource(source);
	if (!applyToDocument(whole, edit)) return fail('not-found');
	const wanted = JSON.stringify(whole.toJS());
	const lines = source.split('\n');
	const edited = editLines(lines, yaml, counter, edit)?.join('\n');
	// In a layout that no lines can be told apart in (`{…}`, `[…]`) the document is written anew.
	return ok(edited !== undefined && means(edited, wanted) ? edited : whole.toString(LAYOUT));
}

function means(source: string, wanted: string): boolean {
	const yaml = parseSource(source);
	return yaml.errors.length === 0 && JSON.stringify(yaml.toJS()) === wanted;
}

function editLines(
	lines: string[],
	yaml: Document,
	counter: LineCounter,
	edit: ClauseEdit
): string[] | undefined {
	if (edit.do === 'set-assurance') return setAssurance(lines, yaml, counter, edit);
	if (edit.do === 'move-action') {
		const actions = actionsOf(yaml);
		if (!actions) return undefined;
		const at = actions.items.findIndex(({ key }) => isScalar(key) && key.value === edit.action);
		return move(lines, membersOf(lines, actions, counter), at, edit.by);
	}
	const clauses = clausesOf(yaml, edit.action);
	if (!clauses) return undefined;
	const blocks = membersOf(lines, clauses, counter);
	if (edit.do === 'add-clause') {
		const last = blocks?.at(-1);
		const alone = new Document([withoutEmpty(edit.to)]);
		if (!last) return fill(lines, clauses, counter, alone);
		const added = render(alone, lines[last.start]!);
		return [...lines.slice(0, last.end), ...added, ...lines.slice(last.end)];
	}
	const at = placeOf(clauses, edit.clause);
	if (edit.do === 'move-clause') return move(lines, blocks, at, edit.by);
	const block = blocks?.[at];
	if (!block) return undefined;
	if (edit.do === 'remove-clause') {
		const rest = dropBlock(lines, block);
		return clauses.items.length > 1 ? rest : empty(rest, block.lead - 1);
	}
	// The clause alone, as a document of its own: what stands around it cannot change.
	const alone = parseSource(lines.slice(block.start, block.end).join('\n'));
	const clause: unknown = alone.contents instanceof YAMLSeq ? alone.contents.items[0] : null;
	if (!(clause instanceof YAMLMap)) return undefined;
	setClause(clause, edit.to, alone);
	return [
		...lines.slice(0, block.start),
		...render(alone, lines[block.start]!),
		...lines.slice(block.end)
	];
}

/** The first clause of an action that had none: `clauses: []`. */
function fill(
	lines: string[],
	clauses: YAMLSeq,
	counter: LineCounter,
	added: Document
): string[] | undefined {
	const at = counter.linePos(clauses.range?.[0] ?? 0).line - 1;
	const [, indent, key] = /^(\s*)(clauses:) \[\]$/.exec(lines[at] ?? '') ?? [];
	if (key === undefined) return undefined;
	const items = render(added, `${indent}  -`);
	return [...lines.slice(0, at), `${indent}${key}`, ...items, ...lines.slice(at + 1)];
}

/** What is left when the last clause was taken away. */
const empty = (lines: string[], at: number): string[] | undefined =>
	/^\s*clauses:$/.test(lines[at] ?? '') ? lines.with(at, `${lines[at]} []`) : undefined;

function setAssurance(
	lines: string[],
	yaml: Document,
	counter: LineCounter,
	{ action, assurance }: Extract<ClauseEdit, { do: 'set-assurance' }>
): string[] | undefined {
	const node: unknown = yaml.getIn(['actions', action, 'assurance'], true);
	if (!isScalar(node) || !node.range) return undefined;
	const { line, col } = counter.linePos(node.range[0]);
	const text = lines[line - 1]!;
	const length = node.range[1] - node.range[0];
	const changed = text.slice(0, col - 1) + assurance + text.slice(col - 1 + length);
	return lines.with(line - 1, changed);
}

function move(
	lines: string[],
	blocks: Block[] | undefined,
	at: number,
	by: -1 | 1
): string[] | undefined {
	const [first, second] = [blocks?.[Math.min(at, at + by)], blocks?.[Math.max(at, at + by)]];
	return first && second ? swapBlocks(lines, first, second) : undefined;
}

/** The lines of each member, if every one begins on a line of its own. */
function membersOf(
	lines: string[],
	collection: YAMLMap | YAMLSeq,
	counter: LineCounter
): Block[] | undefined {
	if (collection.flow || !collection.range || collection.items.length === 0) return undefined;
	const nodes = collection.items.map((item) =>
		isMap(collection) ? (item as { key: unknown }).key : item
	);
	const starts = nodes.map((node) => {
		const range = (node as { range?: [number, number, number] | null } | null)?.range;
		return range ? counter.linePos(range[0]) : { line: 0, col: 0 };
	});
	const column = isMap(collection) ? starts[0]!.col - 1 : lines[starts[0]!.line - 1]?.indexOf('-');
	const opening = isMap(collection) ? /^\s*$/ : /^\s*-\s+$/;
	const alone = starts.every(({ line, col }) =>
		opening.test(lines[line - 1]?.slice(0, col - 1) ?? '?')
	);
	if (!alone || column === undefined) return undefined;
	const end = counter.linePos(collection.range[1]);
	const until = end.col === 1 ? end.line - 1 : end.line;
	return blocksOf(
		lines,
		starts.map(({ line }) => line - 1),
		until,
		column
	);
}

/** The lines of a sequence, indented like this one of it. */
function render(yaml: Document, like: string): string[] {
	const indent = like.slice(0, like.indexOf('-'));
	return yaml
		.toString(LAYOUT)
		.trimEnd()
		.split('\n')
		.map((line) => (line === '' ? '' : indent + line));
}
