import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Clause, WorkflowDocument } from '../../src/lib/domain/workflow/document.ts';
import { compareDocuments } from '../../src/lib/domain/workflow/diff.ts';
import { type ClauseEdit, editSource } from '../../src/lib/server/workflows/edit-source.ts';
import { STARTERS, starterSource } from './workflow-starters.ts';

const read = (source: string) => parse(source) as WorkflowDocument;
const edited = (source: string, edit: ClauseEdit): string => {
	const answer = editSource(source, edit);
	if (!answer.ok) throw new Error(answer.reason);
	return answer.value;
};

/** The lines at which two texts begin and end to differ. */
function changedLines(was: string, now: string) {
	const [before, after] = [was.split('\n'), now.split('\n')];
	let top = 0;
	while (top < before.length && before[top] === after[top]) top++;
	let bottom = 0;
	while (
		bottom < Math.min(before.length, after.length) - top &&
		before.at(-1 - bottom) === after.at(-1 - bottom)
	)
		bottom++;
	return {
		was: before.slice(top, before.length - bottom),
		now: after.slice(top, after.length - bottom)
	};
}

const source = starterSource('collections-plan');
const clause = (id: string): Clause =>
	read(source).actions['pay-later']!.clauses.find((one) => one.id === id)!;

describe('a row of the table', () => {
	test('a condition that is edited changes its own line', () => {
		const { id, ...to } = clause('promises-kept');
		const next = edited(source, {
			do: 'set-clause',
			action: 'pay-later',
			clause: id,
			to: { ...to, expression: 'facts.broken_promises < 3' }
		});
		expect(changedLines(source, next)).toEqual({
			was: ['        expression: facts.broken_promises < 2'],
			now: ['        expression: facts.broken_promises < 3']
		});
	});

	test('what YAML would take for something else is put in quotes', () => {
		const { id, ...to } = clause('promises-kept');
		for (const text of [
			'!facts.vulnerable',
			'yes: no',
			'# none',
			"it's",
			'two\nlines',
			'true',
			'7'
		]) {
			const next = edited(source, {
				do: 'set-clause',
				action: 'pay-later',
				clause: id,
				to: { ...to, label: text, expression: text }
			});
			const after = read(next).actions['pay-later']!.clauses.find((one) => one.id === id)!;
			expect(after).toMatchObject({ label: text, expression: text });
		}
	});

	test('a clause is added at the end, and taken away with its comment', () => {
		const to = { ...clause('talk-first'), id: 'another' };
		const added = edited(source, { do: 'add-clause', action: 'pay-later', to });
		expect(changedLines(source, added).was).toEqual([]);
		expect(read(added).actions['pay-later']!.clauses.at(-1)).toEqual(to);
		const commented = added.replace('      - id: another', '      # why\n      - id: another');
		const remove: ClauseEdit = { do: 'remove-clause', action: 'pay-later', clause: 'another' };
		expect(edited(commented, remove)).toBe(source);
		expect(editSource(source, remove)).toMatchObject({ reason: 'not-found' });
		expect(editSource('a: [', remove)).toMatchObject({ reason: 'unreadable' });
	});

	test('a clause and an action move with their comments; at the end they stay', () => {
		const commented = source.replace(
			'  pay-later:\n',
			'  # Only a promise.\n  pay-later: # last\n'
		);
		const up = edited(commented, { do: 'move-action', action: 'pay-later', by: -1 });
		expect(Object.keys(read(up).actions).indexOf('pay-later')).toBe(
			Object.keys(read(source).actions).indexOf('pay-later') - 1
		);
		expect(up).toContain('  # Only a promise.\n  pay-later: # last\n');
		expect(edited(up, { do: 'move-action', action: 'pay-later', by: 1 })).toBe(commented);
		expect(editSource(source, { do: 'move-action', action: 'pay-later', by: 1 })).toMatchObject({
			reason: 'not-found'
		});
	});

	test('the last clause of an action leaves an empty list, and one can be added to it', () => {
		const key = Object.keys(read(source).actions)[0]!;
		let next = source;
		for (const { id } of read(source).actions[key]!.clauses)
			next = edited(next, { do: 'remove-clause', action: key, clause: id });
		expect(read(next).actions[key]!.clauses).toEqual([]);
		const again = edited(next, { do: 'add-clause', action: key, to: clause('talk-first') });
		expect(read(again).actions[key]!.clauses).toEqual([clause('talk-first')]);
	});

	test('JSON is edited too', () => {
		const json = JSON.stringify(read(source), null, 1);
		const next = edited(json, { do: 'set-assurance', action: 'pay-later', assurance: 'code' });
		expect(read(next)).toEqual(read(source));
		const moved = edited(json, {
			do: 'move-clause',
			action: 'pay-later',
			clause: 'talk-first',
			by: -1
		});
		expect(read(moved).actions['pay-later']!.clauses[1]!.id).toBe('talk-first');
	});
});

const texts = fc.constantFrom('', 'Nein, danke.', 'a: b', '- x', '“…” # {x}', "'q'");
const anyEdit = (document: WorkflowDocument): fc.Arbitrary<ClauseEdit> =>
	fc
		.constantFrom(
			...Object.keys(document.actions).filter((key) => document.actions[key]!.clauses.length)
		)
		.chain((action) =>
			fc.constantFrom(...document.actions[action]!.clauses).chain(({ id, ...old }) =>
				fc.oneof(
					fc
						.record({ label: texts, expression: texts, en: texts, de: texts, cure: texts })
						.map(({ label, expression, en, de, cure }): ClauseEdit => ({
							do: 'set-clause',
							action,
							clause: id,
							to: {
								label: label || old.label,
								expression: expression || old.expression,
								reason: { ...old.reason, en: en || 'x', de },
								cure: { ...old.cure, en: cure }
							}
						})),
					fc.constantFrom<ClauseEdit>(
						{ do: 'remove-clause', action, clause: id },
						{ do: 'set-assurance', action, assurance: 'code-and-facts' },
						{ do: 'add-clause', action, to: { ...old, id: 'brand-new' } }
					)
				)
			)
		);

/** Comments anywhere between the lines, where none of a document's texts goes over several. */
const withComments = (text: string, at: number[]) => {
	const lines = text.split('\n');
	for (const place of [...at].sort((a, b) => b - a)) {
		const line = place % lines.length;
		const indent = /^ */.exec(lines[line] ?? '')![0];
		lines.splice(line, 0, `${indent}# comment ${place}`);
	}
	return lines.join('\n');
};

test('whatever row is edited: no other part of the document differs, and no other line', () => {
	const cases = fc.constantFrom(...STARTERS).chain((name) => {
		const all = starterSource(name);
		const text = all.slice(all.indexOf('\nactions:') + 1, all.indexOf('\nrecords:') + 1);
		return fc.record({
			text: fc.array(fc.nat({ max: 400 }), { maxLength: 12 }).map((at) => withComments(text, at)),
			edit: anyEdit(read(text))
		});
	});
	fc.assert(
		fc.property(cases, ({ text, edit }) => {
			const next = edited(text, edit);
			const { action } = edit;
			const clauseId =
				'clause' in edit ? edit.clause : 'to' in edit && 'id' in edit.to && edit.to.id;
			for (const { path } of compareDocuments(read(text), read(next))) {
				expect(path.slice(0, 2)).toEqual(['actions', action]);
				if (clauseId && path.length > 3) expect(path[3]).toMatchObject({ is: clauseId });
			}
			const { was, now } = changedLines(text, next);
			// A comment right under `clauses:` keeps its place, but the document is laid out anew around it.
			if (/clauses:\n *#/.test(text) && edit.do === 'remove-clause') return;
			// The lines of one clause: about ten, its texts, and the comments among them.
			expect(was.length).toBeLessThanOrEqual(28);
			expect(now.length).toBeLessThanOrEqual(28);
			const comments = (all: string) => all.split('\n').filter((line) => /^ *# comment/.test(line));
			if (edit.do !== 'remove-clause')
				for (const comment of comments(text))
					expect(comments(next).map((line) => line.trim())).toContain(comment.trim());
		}),
		{ numRuns: 60 }
	);
});
