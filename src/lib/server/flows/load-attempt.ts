import type { Assurance, FieldValue, FieldValues } from '../../domain/workflow/document.ts';
import { loadCase, type LoadedCase } from '../db/cases.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import type { Claimed } from '../db/writebacks.ts';
import type { Parts } from '../parts.ts';
import type { SubmissionContent } from './submit-action.ts';
import type { CorrectionContent } from './write-correction.ts';

/** What a writeback applies. */
export type Subject =
	| { submission: string; action: string; assurance: Assurance }
	| { correction: string; fact: string; value: FieldValue };

/** What one attempt works with. */
export interface Attempt {
	claimed: Claimed;
	workflow: Workflow;
	loaded: LoadedCase;
	subject: Subject;
	content: { customer: string; fields: FieldValues };
}

/** Reads what is to be written and the case it belongs to; throws when that cannot be read. */
export async function loadAttempt(
	parts: Pick<Parts, 'db' | 'vault'>,
	claimed: Claimed
): Promise<Attempt> {
	const loaded = await loadCase(parts, claimed.case_id);
	if (!loaded) throw new Error(`Writeback ${claimed.id} belongs to no case.`);
	const workflow = await loadWorkflow(parts.db, loaded.row.workflow, loaded.row.version);
	const read = claimed.correction_id !== null ? readCorrection : readSubmission;
	return { claimed, workflow, loaded, ...(await read(parts, claimed, loaded)) };
}

async function readSubmission(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	{ submission_id: submission }: Claimed,
	{ key }: LoadedCase
): Promise<Pick<Attempt, 'subject' | 'content'>> {
	const { action, assurance, sealed } = await db
		.selectFrom('submissions')
		.select(['action', 'assurance', 'sealed'])
		.where('id', '=', submission)
		.executeTakeFirstOrThrow();
	const content = await vault.open<SubmissionContent>(key, sealed, 'submissions.sealed');
	return { subject: { submission: submission!, action, assurance }, content };
}

async function readCorrection(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	{ correction_id: correction }: Claimed,
	{ key }: LoadedCase
): Promise<Pick<Attempt, 'subject' | 'content'>> {
	const { fact, sealed } = await db
		.selectFrom('corrections')
		.select(['fact', 'sealed'])
		.where('id', '=', correction)
		.executeTakeFirstOrThrow();
	const content = await vault.open<CorrectionContent>(key, sealed, 'corrections.sealed');
	return { subject: { correction: correction!, fact, value: content.value }, content };
}
