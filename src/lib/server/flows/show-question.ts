import type { QuestionView } from '../../contracts/pages.ts';
import type { VerifiedVisit } from '../../domain/identity/proofs.ts';
import { factInput, readTyped } from '../../domain/policy/typed.ts';
import { loadCase } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { fieldView } from './action-form.ts';
import { draftOfQuestion } from './answer-input.ts';
import type { AskedQuestion } from './ask-input.ts';
import { readDraft } from './drafts.ts';

/** The question that a person asked, with what was typed and refused; `null` if none is open. */
export async function showQuestion(
	parts: Pick<Parts, 'db' | 'vault'>,
	visit: VerifiedVisit,
	draftId?: string
): Promise<QuestionView | null> {
	const loaded = await loadCase(parts, visit.caseId);
	const [asked] = loaded?.state.questions ?? [];
	if (!loaded || !asked) return null;
	const { key, row } = loaded;
	const workflow = await loadWorkflow(parts.db, visit.workflow.key, visit.workflow.version);
	const { sealed } = await parts.db
		.selectFrom('questions')
		.select('sealed')
		.where('id', '=', asked.id)
		.executeTakeFirstOrThrow();
	const { words } = await parts.vault.open<AskedQuestion>(key, sealed, 'questions.sealed');
	const draft = draftId ? await readDraft(parts.db, parts, row.id, key, draftId) : null;
	const kept = draft?.action === draftOfQuestion(asked.id) ? draft.content : null;
	const typed = kept && 'typed' in kept ? kept.typed : undefined;
	const offered = factInput(workflow.document, asked.fact);
	const read =
		typed && readTyped(workflow.document, asked.fact, typed[asked.fact] ?? '', visit.language);
	const fault = read && !read.ok ? read.detail : undefined;
	return { words, field: fieldView(workflow, offered, visit.language, typed, fault) };
}
