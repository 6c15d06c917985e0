import type { Action, Texts, WorkflowDocument } from './document.ts';
import type { Path } from './problem.ts';

/** A text of the document, where it stands, and what may stand in braces in it. */
export interface PlacedTexts {
	path: Path;
	texts: Texts;
	placeholders: ReadonlySet<string>;
}

// Tolerant on purpose: a document that is wrong in one place still has its other texts checked.
const entries = <Value>(record: Record<string, Value> | undefined): [string, Value][] =>
	typeof record === 'object' && record !== null ? Object.entries(record) : [];
const items = <Value>(list: Value[] | undefined): [number, Value][] =>
	Array.isArray(list) ? [...list.entries()] : [];

const NONE: ReadonlySet<string> = new Set();

/** Every text of a document. The one place that knows where texts stand. */
export function* placedTexts(document: WorkflowDocument): Generator<PlacedTexts> {
	const facts = new Set(Object.keys(document.facts ?? {}));
	const brand = new Set(['brand']);
	const place = (path: Path, texts: Texts | undefined, placeholders = NONE): PlacedTexts[] =>
		typeof texts === 'object' && texts !== null ? [{ path, texts, placeholders }] : [];

	for (const [name, fact] of entries(document.facts))
		yield* place(['facts', name, 'label'], fact?.label);
	yield* place(['brand', 'help'], document.brand?.help, brand);
	yield* place(['landing', 'heading'], document.landing?.heading, brand);
	yield* place(['landing', 'body'], document.landing?.body, brand);
	yield* place(['settled', 'message'], document.settled?.message, facts);
	for (const [name, template] of entries(document.templates)) {
		yield* place(['templates', name, 'subject'], template?.subject, brand);
		yield* place(
			['templates', name, 'texts'],
			template?.texts,
			new Set(['link', 'code', 'minutes', 'brand', ...facts])
		);
	}
	for (const [index, known] of items(document.identity?.knownFacts)) {
		yield* place(['identity', 'knownFacts', index, 'label'], known?.label);
		yield* place(['identity', 'knownFacts', index, 'hint'], known?.hint);
	}
	for (const [name, type] of entries(document.exceptions)) {
		yield* place(['exceptions', name, 'message'], type?.message, new Set(['until', 'brand']));
		for (const [index, outcome] of items(type?.outcomes))
			yield* place(['exceptions', name, 'outcomes', index, 'message'], outcome?.message, brand);
	}
	for (const [key, action] of entries(document.actions))
		for (const { path, texts, placeholders } of actionTexts(action, facts))
			yield* place(['actions', key, ...path], texts, placeholders);
}

function actionTexts(
	action: Action | undefined,
	facts: ReadonlySet<string>
): { path: Path; texts: Texts | undefined; placeholders?: ReadonlySet<string> }[] {
	if (typeof action !== 'object' || action === null) return [];
	const all = new Set(facts);
	for (const [, field] of [...items(action.inputs), ...items(action.values)])
		if (typeof field?.name === 'string') all.add(field.name);
	return [
		{ path: ['label'], texts: action.label },
		{ path: ['summary'], texts: action.summary, placeholders: facts },
		{ path: ['booked'], texts: action.booked, placeholders: all },
		{ path: ['review', 'consequence'], texts: action.review?.consequence, placeholders: all },
		{ path: ['review', 'button'], texts: action.review?.button, placeholders: all },
		...items(action.review?.lines).map(([index, line]) => ({
			path: ['review', 'lines', index, 'label'],
			texts: line?.label
		})),
		...items(action.clauses).flatMap(([index, clause]) => [
			{ path: ['clauses', index, 'reason'], texts: clause?.reason, placeholders: facts },
			{ path: ['clauses', index, 'cure'], texts: clause?.cure, placeholders: facts }
		]),
		...items(action.inputs).flatMap(([index, input]) => [
			{ path: ['inputs', index, 'label'], texts: input?.label },
			{ path: ['inputs', index, 'hint'], texts: input?.hint, placeholders: facts },
			...(input?.type === 'text'
				? [{ path: ['inputs', index, 'patternHint'], texts: input.patternHint }]
				: []),
			...(input?.type === 'choice' ? items(input.options) : []).map(([option, { label }]) => ({
				path: ['inputs', index, 'options', option, 'label'],
				texts: label
			}))
		])
	];
}
