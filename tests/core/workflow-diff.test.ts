import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDocuments, type Step } from '../../src/lib/domain/workflow/diff.ts';
import { wordDifferences } from '../../src/lib/domain/workflow/diff-words.ts';
import type { WorkflowDocument } from '../../src/lib/domain/workflow/document.ts';
import { canonicalContent } from '../../src/lib/server/workflows/canonical.ts';
import { STARTERS, starter } from './workflow-starters.ts';

const documents = STARTERS.map((name) => starter(name).document);
const plan = starter('collections-plan').document;
const copy = (document: WorkflowDocument) => structuredClone(document);

const worded = (change: (document: WorkflowDocument) => void) => {
	const now = copy(plan);
	change(now);
	return wordDifferences(compareDocuments(plan, now), plan, now).map(
		({ kind, area, subject, what, was, now: after }) => [kind, area, subject, what, was, after]
	);
};
const clausesOf = (document: WorkflowDocument, action: string) => document.actions[action]!.clauses;

describe('in words', () => {
	test('a condition names its clause and its action as people call them', () => {
		expect(
			worded((now) => {
				const clause = clausesOf(now, 'pay-later').find(({ id }) => id === 'promises-kept')!;
				clause.expression = 'facts.broken_promises < 3';
				clause.reason.de = 'Anders.';
			})
		).toEqual([
			[
				'changed',
				'Actions',
				'Clause “Fewer than two promises were not kept” of “Pay on a later day”',
				'condition',
				'facts.broken_promises < 2',
				'facts.broken_promises < 3'
			],
			[
				'changed',
				'Actions',
				'Clause “Fewer than two promises were not kept” of “Pay on a later day”',
				'reason for the customer in German',
				'Mehrere zugesagte Termine sind bereits ohne Zahlung verstrichen.',
				'Anders.'
			]
		]);
	});

	test('a clause more is one difference, with all that it says', () => {
		const [difference, ...more] = worded((now) =>
			clausesOf(now, 'pay-later').unshift({
				id: 'new-one',
				label: 'Only small amounts',
				expression: 'facts.balance < 100',
				reason: { en: 'Too much' }
			})
		);
		expect(more).toEqual([]);
		expect(difference).toEqual([
			'added',
			'Actions',
			'Clause “Only small amounts” of “Pay on a later day”',
			'',
			'',
			'id: new-one\nlabel: Only small amounts\nexpression: facts.balance < 100\nreason:\n  en: Too much'
		]);
	});

	test('order is told where it means something: of clauses and of actions', () => {
		const reversed = (now: WorkflowDocument) => {
			now.actions = Object.fromEntries(Object.entries(now.actions).reverse());
		};
		expect(worded(reversed)).toEqual([
			[
				'moved',
				'Actions',
				'',
				'order of actions',
				expect.stringMatching(/“Pay on a later day”$/),
				expect.stringMatching(/^“Pay on a later day”/)
			]
		]);
		expect(worded((now) => clausesOf(now, 'pay-later').reverse())).toEqual([
			[
				'moved',
				'Actions',
				'“Pay on a later day”',
				'order of clauses',
				'“Something is owed”, “Fewer than two promises were not kept”, “Nobody asked for special care”',
				'“Nobody asked for special care”, “Fewer than two promises were not kept”, “Something is owed”'
			]
		]);
	});

	test('an exception, a limit and what nobody has a word for are named too', () => {
		expect(
			worded((now) => {
				now.exceptions['nothing-fits']!.hours = 8;
				now.actions['pay-later']!.inputs[0] = {
					...now.actions['pay-later']!.inputs[0]!,
					max: 'addDays(today, 30)'
				} as WorkflowDocument['actions'][string]['inputs'][number];
				now.link.hours = 24;
				(now.outreach as unknown as Record<string, unknown>).unheardOf = { deep: [{ a: 1 }] };
			})
		).toEqual([
			['changed', 'Link', '', 'link hours', '168', '24'],
			['added', 'Outreach', '', 'outreach unheardOf', '', 'deep:\n  - a: 1'],
			[
				'changed',
				'Actions',
				'Input “On which day will you pay?” of “Pay on a later day”',
				'upper limit',
				'addDays(today, 21)',
				'addDays(today, 30)'
			],
			['changed', 'Exceptions', 'Exception “No action fits”', 'hours', '10', '8']
		]);
	});
});

/** Every place in a document that holds something, as a way to it. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
	if (typeof value !== 'object' || value === null) return [path];
	return [
		path,
		...Object.entries(value).flatMap(([key, member]) =>
			places(member, [...path, Array.isArray(value) ? Number(key) : key])
		)
	];
}

type Edit = { place: number; how: 'set' | 'drop' | 'twin' | 'turn'; text: string };

/** Changes a document anywhere, without regard for what makes sense. */
function edit(document: WorkflowDocument, { place, how, text }: Edit): void {
	const all = places(document).filter(({ length }) => length > 0);
	const path = all[place % all.length]!;
	const parent = path
		.slice(0, -1)
		.reduce<unknown>((at, part) => (at as never)[part], document) as Record<string, unknown>;
	const key = path.at(-1)!;
	const value = parent[key];
	if (how === 'set') parent[key] = text;
	else if (how === 'turn' && Array.isArray(value)) value.reverse();
	else if (how === 'turn' && typeof value === 'object' && value !== null)
		parent[key] = Object.fromEntries(Object.entries(value).reverse());
	else if (how === 'twin' && Array.isArray(parent)) parent.push(structuredClone(value));
	else if (how === 'twin') parent[`${key}x`] = structuredClone(value);
	else if (Array.isArray(parent)) parent.splice(Number(key), 1);
	else delete parent[key];
}

const edits = fc.array(
	fc.record({
		place: fc.nat(),
		how: fc.constantFrom('set', 'drop', 'twin', 'turn'),
		text: fc.constantFrom('', 'x', 'facts.balance > 0', '7')
	}),
	{ maxLength: 4 }
);

const canonical = (document: WorkflowDocument) =>
	canonicalContent({ ...document, actions: document.actions ?? {} });

test('whatever is edited: there is a difference exactly if the content is another', () => {
	fc.assert(
		fc.property(fc.constantFrom(...documents), edits, (was, list) => {
			const now = copy(was);
			for (const one of list) edit(now, one);
			if (typeof now.actions !== 'object') return;
			const differences = compareDocuments(was, now);
			expect(differences.length === 0).toBe(canonical(was) === canonical(now));
			for (const one of differences) expect(one.was).not.toStrictEqual(one.now);
		}),
		{ numRuns: 300 }
	);
});

/** Takes what a difference says over to a document. */
function apply(document: WorkflowDocument, path: Step[], now: unknown): void {
	const go = (value: unknown, step: Step): [Record<string, unknown>, string] => {
		if (typeof step === 'string') return [value as Record<string, unknown>, step];
		const list = value as Record<string, unknown>[];
		const at = 'at' in step ? step.at : list.findIndex((one) => one[step.by] === step.is);
		return [list as unknown as Record<string, unknown>, String(at)];
	};
	let value: unknown = document;
	for (const step of path.slice(0, -1)) {
		const [holder, key] = go(value, step);
		value = holder[key];
	}
	const [holder, key] = go(value, path.at(-1)!);
	holder[key] = now;
}

test('whatever is set anywhere: the differences alone lead from one content to the other', () => {
	const sets = fc.array(fc.tuple(fc.nat(), fc.constantFrom('x', 'y')), { maxLength: 5 });
	fc.assert(
		fc.property(fc.constantFrom(...documents), sets, (was, list) => {
			const now = copy(was);
			const leaves = places(now).filter(
				(path) =>
					typeof path.reduce<unknown>((at, part) => (at as never)[part], now) !== 'object' &&
					!['id', 'name', 'fact', 'value'].includes(String(path.at(-1)))
			);
			for (const [place, text] of list) {
				const path = leaves[place % leaves.length]!;
				const parent = path.slice(0, -1).reduce<unknown>((at, part) => (at as never)[part], now);
				(parent as Record<string, unknown>)[path.at(-1)!] = text;
			}
			const rebuilt = copy(was);
			for (const one of compareDocuments(was, now)) apply(rebuilt, one.path, one.now);
			expect(canonical(rebuilt)).toBe(canonical(now));
		}),
		{ numRuns: 200 }
	);
});
