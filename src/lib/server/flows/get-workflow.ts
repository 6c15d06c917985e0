import type { WorkflowView } from '../../contracts/api.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { textIn } from '../../domain/workflow/format.ts';
import { latestWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';

/** What a trigger of this workflow may carry: its languages, and its facts with their types. */
export async function getWorkflow(
	{ db }: Pick<Parts, 'db'>,
	key: string
): Promise<Result<WorkflowView, 'not-found'>> {
	const workflow = await latestWorkflow(db, key);
	if (!workflow) return fail('not-found');
	const { title, languages, currency, facts, trigger } = workflow.document;
	return ok({
		key,
		version: workflow.version,
		title,
		languages,
		currency,
		facts: Object.entries(facts).map(([name, { label, ...fact }]) => ({
			name,
			label: textIn(label, languages[0] as string),
			required: trigger.required.includes(name),
			duplicate: trigger.duplicate.includes(name),
			...fact
		}))
	});
}
