import type { ClauseTable, DraftProblem, DraftView, FactChoice } from '../../contracts/console.ts';
import { comparedText, operatorsOf, readComparisons } from '../../domain/policy/comparison.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { WorkflowDocument } from '../../domain/workflow/document.ts';
import { textIn } from '../../domain/workflow/format.ts';
import { staffNames } from '../db/staff-names.ts';
import { draftOf } from '../db/workflow-changes.ts';
import type { Parts } from '../parts.ts';
import { readShape } from '../workflows/read-shape.ts';
import { readWorkflow } from '../workflows/read-yaml.ts';

/** The draft of a workflow; where nobody has saved one, the text of its latest version to begin with. */
export async function showDraft(
	{ db }: Pick<Parts, 'db'>,
	key: string
): Promise<Result<DraftView, 'not-found'>> {
	const draft = await draftOf(db, key);
	const latest = await db
		.selectFrom('workflows')
		.select(['version', 'source'])
		.where('key', '=', key)
		.orderBy('version', 'desc')
		.limit(1)
		.executeTakeFirst();
	if (!draft && !latest) return fail('not-found');
	const nameOf = await staffNames(db, [draft?.edited_by ?? null]);
	return ok({
		key,
		revision: draft?.revision ?? 0,
		latest: latest?.version ?? 0,
		basedOn: draft?.based_on ?? latest?.version ?? null,
		source: draft?.source ?? latest?.source ?? '',
		editedBy: draft ? nameOf(draft.edited_by) : null,
		editedAt: draft?.edited_at.toISOString() ?? null
	});
}

/** Every mistake of a text, with its line and what to do about it; none if it may be proposed. */
export function checkDraft(source: string, key: string): DraftProblem[] {
	const read = readWorkflow(source);
	if (!read.ok)
		return (read.detail ?? []).map(({ line, column, field, message, cure }) => ({
			line,
			column,
			field,
			message,
			cure
		}));
	if (read.value.document.workflow === key) return [];
	const message = 'Names another workflow than this draft is for';
	return [{ line: 1, column: 1, field: 'workflow', message, cure: `Write: workflow: ${key}` }];
}

/** The clauses of every action as rows; `null` where the text must be put right first. */
export function clauseTable(source: string): ClauseTable | null {
	const document = readShape(source);
	if (!document) return null;
	const { languages, currency, facts } = document;
	const tag = languages[0] ?? 'en';
	return {
		languages,
		currency,
		facts: Object.entries(facts).map(([name, fact]): FactChoice => ({
			name,
			label: textIn(fact.label, tag),
			type: fact.type,
			operators: operatorsOf(fact.type),
			options: fact.type === 'choice' ? fact.options : []
		})),
		actions: Object.entries(document.actions).map(([key, action]) => ({
			key,
			label: textIn(action.label, tag),
			effect: action.effect,
			assurance: action.assurance,
			clauses: action.clauses.map(({ id, label, expression, reason, cure = {} }) => {
				const comparisons = typed(expression, document);
				return { id, label, expression, comparisons, reason, cure };
			})
		}))
	};
}

const typed = (expression: string, { facts, currency }: WorkflowDocument) =>
	readComparisons(expression, facts)?.map(({ fact, operator, value }) => ({
		fact,
		operator,
		value: comparedText(value, facts[fact]!, currency)
	})) ?? null;
