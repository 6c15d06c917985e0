import { z } from 'zod';
import { textSchema } from './text.ts';
import { workflowKeySchema } from './workflow-changes.ts';

/** One edit in the table of clauses, as its form sends it. */

const field = textSchema(1_000);
const language = /^(reason|cure)\.([A-Za-z0-9-]{2,20})$/;
const comparison = /^(fact|operator|value)\.(\d{1,2})$/;

const base = {
	key: workflowKeySchema,
	revision: z.coerce.number().int().min(0).max(1_000_000_000),
	action: workflowKeySchema
};
const by = z.enum(['-1', '1']).transform((text): -1 | 1 => (text === '1' ? 1 : -1));
const content = {
	label: textSchema(200).pipe(z.string().min(1, 'must be given')),
	expression: field,
	comparisons: z.array(z.object({ fact: field, operator: field, value: field })),
	reason: z.record(z.string(), field),
	cure: z.record(z.string(), field)
};

export const clauseEditSchema = z.discriminatedUnion('do', [
	z.object({ do: z.literal('set-clause'), ...base, clause: workflowKeySchema, ...content }),
	z.object({ do: z.literal('add-clause'), ...base, clause: workflowKeySchema, ...content }),
	z.object({ do: z.literal('remove-clause'), ...base, clause: workflowKeySchema }),
	z.object({ do: z.literal('move-clause'), ...base, clause: workflowKeySchema, by }),
	z.object({
		do: z.literal('set-assurance'),
		...base,
		assurance: z.enum(['link', 'known-facts', 'code', 'code-and-facts'])
	}),
	z.object({ do: z.literal('move-action'), ...base, by })
]);
export type ClauseEditInput = z.output<typeof clauseEditSchema>;

/** `reason.en`, `fact.0` … of a form as the records and lists that they stand for. */
export function gatherClause(fields: Record<string, string>): Record<string, unknown> {
	const texts: Record<'reason' | 'cure', Record<string, string>> = { reason: {}, cure: {} };
	const rows: Record<string, string>[] = [];
	for (const [name, text] of Object.entries(fields)) {
		const [, kind, tag] = language.exec(name) ?? [];
		if (tag !== undefined) texts[kind as 'reason' | 'cure'][tag] = text;
		const [, part, at] = comparison.exec(name) ?? [];
		if (part !== undefined)
			(rows[Number(at)] ??= { fact: '', operator: '', value: '' })[part] = text;
	}
	const typed = fields.mode === 'expression' ? [] : Object.values(rows);
	const comparisons = typed.filter(({ fact }) => fact !== '');
	return { ...fields, ...texts, comparisons };
}
