import type { VerifiedVisit } from '../../domain/identity/proofs.ts';
import { readTyped } from '../../domain/policy/typed.ts';
import type { FieldValue } from '../../domain/workflow/document.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { changeCase, loadCase } from '../db/cases.ts';
import { renewWait, returnClaim } from '../db/desk.ts';
import type { Parts } from '../parts.ts';
import { newDraft, storeDraft } from './drafts.ts';
import { visitLives } from './load-visit.ts';

/** What is sealed as the answer to a question. */
export interface AnswerContent {
	value: FieldValue;
}

/** The longest text that is kept of what was refused. */
const MOST_TYPED = 5_000;

/** What was typed and refused is kept as a draft under this name: it is of no action. */
export const draftOfQuestion = (question: string): string => `question:${question}`;

/**
 * The customer answers what a person asked: the value is kept sealed, and the exception goes back to
 * who asked, for a while, and then to the queue.
 * - `no-question`: it is answered already, or the exception was closed.
 * - `invalid-input`: what was typed is no value of that fact; it is kept for the form to show again.
 */
export async function answerInput(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	visit: VerifiedVisit,
	typed: string
): Promise<Result<null, 'no-question' | 'invalid-input', { draftId: string }>> {
	const loaded = await loadCase(parts, visit.caseId);
	const [asked] = loaded?.state.questions ?? [];
	if (!loaded || !asked) return fail('no-question');
	const { document } = visit.workflow;
	const value = readTyped(document, asked.fact, typed, visit.language);
	if (!value.ok) {
		const kept = { typed: { [asked.fact]: typed.slice(0, MOST_TYPED) } };
		const name = draftOfQuestion(asked.id);
		const draft = await newDraft(parts, loaded, name, kept);
		await storeDraft(parts.db, parts, draft);
		return fail('invalid-input', { draftId: draft.id });
	}
	return changeCase(
		parts,
		visit.caseId,
		{ actor: 'customer', flow: 'answer-input' },
		async (change): Promise<Result<null, 'no-question', { draftId: string }>> => {
			const { trx, key, now } = change;
			if (!(await visitLives(trx, visit))) return fail('no-question');
			const content: AnswerContent = { value: value.value };
			const answer = await parts.vault.seal(key, content, 'questions.answer');
			const question = await trx
				.updateTable('questions')
				.set({ answer, answered_at: now })
				.where('id', '=', asked.id)
				.where('answered_at', 'is', null)
				.returning('asked_by')
				.executeTakeFirst();
			const { exception, id } = asked;
			// The exception may have been closed since: then nobody waits for an answer.
			const open = change.state.questions.some((one) => one.id === id);
			if (!question || !open) return fail('no-question');
			change.must({ do: 'answer-input', exception, question: id });
			await renewWait(trx, exception);
			await returnClaim(trx, exception, question.asked_by);
			return ok(null);
		}
	);
}
