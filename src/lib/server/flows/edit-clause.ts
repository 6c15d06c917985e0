import type { ClauseEditInput } from '../../contracts/clause-edits.ts';
import {
	type Comparison,
	parseComparison,
	writeComparisons
} from '../../domain/policy/comparison.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import type { WorkflowDocument } from '../../domain/workflow/document.ts';
import type { Parts } from '../parts.ts';
import { type ClauseEdit, editSource } from '../workflows/edit-source.ts';
import { readShape } from '../workflows/read-shape.ts';
import { saveWorkflowDraft } from './save-workflow-draft.ts';
import { showDraft } from './show-draft.ts';

export type EditRefusal =
	'forbidden' | 'changed-meanwhile' | 'not-found' | 'unreadable' | 'bad-comparison';

/**
 * One edit of the table of clauses: made in the text of the draft, and saved as any other save.
 *
 * - `changed-meanwhile`: the draft was saved since the table was shown.
 * - `unreadable`: the text has mistakes of its shape; it is put right as text first.
 * - `bad-comparison`: a value is not of its fact's type; the detail names the fact.
 */
export async function editClause(
	parts: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	input: ClauseEditInput
): Promise<Result<{ revision: number }, EditRefusal, string>> {
	const { key, revision } = input;
	const shown = await showDraft(parts, key);
	if (!shown.ok) return fail(shown.reason);
	if (shown.value.revision !== revision) return fail('changed-meanwhile');
	const document = readShape(shown.value.source);
	if (!document) return fail('unreadable');
	const edit = editOf(input, document);
	if (!edit.ok) return edit;
	const edited = editSource(shown.value.source, edit.value);
	if (!edited.ok) return fail(edited.reason);
	const saved = await saveWorkflowDraft(parts, principal, { key, revision, source: edited.value });
	return saved.ok ? saved : fail(saved.reason);
}

function editOf(
	input: ClauseEditInput,
	document: WorkflowDocument
): Result<ClauseEdit, 'bad-comparison', string> {
	if (input.do !== 'set-clause' && input.do !== 'add-clause') return ok(input);
	const { action, clause, label, reason, cure } = input;
	const condition = conditionOf(input, document);
	if (!condition.ok) return condition;
	const to = { label, expression: condition.value, reason, cure };
	return ok(
		input.do === 'set-clause'
			? { do: 'set-clause', action, clause, to }
			: { do: 'add-clause', action, to: { id: clause, ...to } }
	);
}

/** The typed comparisons as an expression; without any, what was typed as one. */
function conditionOf(
	{ comparisons, expression }: Extract<ClauseEditInput, { do: 'set-clause' | 'add-clause' }>,
	{ facts, currency }: WorkflowDocument
): Result<string, 'bad-comparison', string> {
	if (comparisons.length === 0) return ok(expression);
	const read: Comparison[] = [];
	for (const typed of comparisons) {
		const parsed = parseComparison(typed, facts, currency);
		if (!parsed.ok) return fail('bad-comparison', typed.fact);
		read.push(parsed.value);
	}
	return ok(writeComparisons(read));
}
