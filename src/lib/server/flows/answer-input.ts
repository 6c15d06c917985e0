import type { VerifiedVisit } from '../../domain/identity/proofs.ts';
import type { InputFault } from '../../domain/policy/inputs.ts';
import { readTyped } from '../../domain/policy/typed.ts';
import type { FieldValue } from '../../domain/workflow/document.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { changeCase } from '../db/cases.ts';
import { returnClaim, setWaiting } from '../db/desk.ts';
import type { Parts } from '../parts.ts';

/** What is sealed as the answer to a question. */
export interface AnswerContent {
	value: FieldValue;
}

/**
 * The customer answers what a person asked: the value is kept sealed, and the exception goes back to
 * who asked, for a while, and then to the queue.
 * - `no-question`: it is answered already, or the exception was closed.
 * - `invalid-input`: what was typed is no value of that fact.
 */
export async function answerInput(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	visit: VerifiedVisit,
	typed: string
): Promise<Result<null, 'no-question' | 'invalid-input', InputFault>> {
	const { document } = visit.workflow;
	return changeCase(
		parts,
		visit.caseId,
		{ actor: 'customer', flow: 'answer-input' },
		async (change): Promise<Result<null, 'no-question' | 'invalid-input', InputFault>> => {
			const { trx, state, key, now } = change;
			const [asked] = state.questions;
			if (!asked) return fail('no-question');
			const value = readTyped(document, asked.fact, typed, visit.language);
			if (!value.ok) return fail('invalid-input', value.detail);
			const content: AnswerContent = { value: value.value };
			const question = await trx
				.updateTable('questions')
				.set({ answer: await parts.vault.seal(key, content, 'questions.answer'), answered_at: now })
				.where('id', '=', asked.id)
				.where('answered_at', 'is', null)
				.returning('asked_by')
				.executeTakeFirst();
			if (!question) return fail('no-question');
			change.must({ do: 'answer-input', exception: asked.exception, question: asked.id });
			await setWaiting(trx, asked.exception, null);
			await returnClaim(trx, asked.exception, question.asked_by);
			return ok(null);
		}
	);
}
