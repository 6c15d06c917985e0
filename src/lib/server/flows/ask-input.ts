import { v7 as uuid } from 'uuid';
import type { Principal } from '../../domain/staff/permissions.ts';
import { maskCardNumbers } from '../../domain/workflow/card-numbers.ts';
import type { WorkflowDocument } from '../../domain/workflow/document.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { dropClaim, renewWait } from '../db/desk.ts';
import { keepLink, keptUntil } from '../db/links.ts';
import { sendNotice } from './close-exception.ts';
import { readOptionalNote } from './keep-note.ts';
import type { Parts } from '../parts.ts';
import { type ActDetail, type ActRefusal, type Working, workException } from './work-exception.ts';

/** What is sealed with a question: what the agent says to the customer, in the customer's language. */
export interface AskedQuestion {
	words: string;
}

/**
 * - `unknown-fact`: the workflow declares none of this name, or it is a yes or no that no customer
 *   can answer for us.
 * - `already-asked`: the customer has not answered the question before.
 * - `no-link`: there is no link on which the customer would find it.
 */
export type AskRefusal = ActRefusal | 'unknown-fact' | 'already-asked' | 'no-link' | 'bad-text';

/** The facts that a customer can be asked for: typed, and in words that they know. */
export const askable = ({ facts }: Pick<WorkflowDocument, 'facts'>): string[] =>
	Object.entries(facts).flatMap(([name, { type }]) => (type === 'boolean' ? [] : [name]));

/**
 * The rung of one missing input: the customer finds the question on the same link, and the exception
 * waits until it is answered. An answer is something for the agent to look at; it changes no fact.
 */
export async function askInput(
	parts: Working & Pick<Parts, 'jobs'>,
	principal: Principal,
	id: string,
	{ fact, words }: { fact: string; words?: string | undefined }
): Promise<Result<{ caseId: string }, AskRefusal, ActDetail | undefined>> {
	const said = readOptionalNote(words);
	if (!said.ok) return fail('bad-text');
	return workException(parts, principal, id, async (held) => {
		const { trx, row, key, state, now } = held;
		if (!askable(held.workflow.document).includes(fact)) return fail('unknown-fact');
		if (state.questions.some(({ exception }) => exception === id)) return fail('already-asked');
		const link = await trx
			.selectFrom('links')
			.select('hash')
			.where('case_id', '=', row.id)
			.where('ended_at', 'is', null)
			.executeTakeFirst();
		if (!link) return fail('no-link');
		const question = uuid();
		const asked = held.decide({ do: 'ask-input', exception: id, question, fact });
		if (!asked.ok) return fail('already-finished');
		const content: AskedQuestion = { words: maskCardNumbers(said.value ?? '') };
		await trx
			.insertInto('questions')
			.values({
				id: question,
				case_id: row.id,
				exception_id: id,
				asked_by: principal.id,
				fact,
				sealed: await parts.vault.seal(key, content, 'questions.sealed')
			})
			.execute();
		await renewWait(trx, id);
		await dropClaim(trx, id);
		await keepLink(trx, row.id, keptUntil(now));
		await sendNotice(parts, held);
		return ok({ caseId: row.id });
	});
}
