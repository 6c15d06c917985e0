import { loadCase, type LoadedCase } from '../db/cases.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import type { Claimed } from '../db/writebacks.ts';
import type { Parts } from '../parts.ts';
import type { SubmissionContent } from './submit-action.ts';

/** What one attempt works with. */
export interface Attempt {
	claimed: Claimed;
	workflow: Workflow;
	loaded: LoadedCase;
	action: string;
	assurance: LoadedCase['state']['assurance'];
	content: SubmissionContent;
}

/** Reads what was confirmed and the case it belongs to; throws when that cannot be read. */
export async function loadAttempt(
	parts: Pick<Parts, 'db' | 'vault'>,
	claimed: Claimed
): Promise<Attempt> {
	const loaded = await loadCase(parts, claimed.case_id);
	if (!loaded) throw new Error(`Writeback ${claimed.id} belongs to no case.`);
	const workflow = await loadWorkflow(parts.db, loaded.row.workflow, loaded.row.version);
	const row = await parts.db
		.selectFrom('submissions')
		.select(['action', 'assurance', 'sealed'])
		.where('id', '=', claimed.submission_id)
		.executeTakeFirstOrThrow();
	const content = await parts.vault.open<SubmissionContent>(
		loaded.key,
		row.sealed,
		'submissions.sealed'
	);
	const { action, assurance } = row;
	return { claimed, workflow, loaded, action, assurance, content };
}
