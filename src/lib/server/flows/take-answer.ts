import { isUuid } from '../../contracts/uuid.ts';
import { fail, type Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import type { Closing } from './close-exception.ts';
import { type CorrectDetail, correctHeld, type CorrectRefusal } from './correct-fact.ts';
import { openAnswer } from './desk-history.ts';
import { readNote } from './keep-note.ts';
import { type Working, workException } from './work-exception.ts';

/**
 * - `no-answer`: no such question of this case is answered.
 * - `already-taken`: it counts already.
 */
export type TakeRefusal = CorrectRefusal | 'no-answer' | 'already-taken';

/**
 * What the customer answered becomes the value of the fact that was asked for, by one act and without
 * being typed again: a correction like any other, that says whose word it is.
 */
export async function takeAnswer(
	parts: Working & Closing,
	principal: Pick<Principal, 'id'>,
	id: string,
	{ question, why, closes }: { question: string; why: string; closes: boolean }
): Promise<Result<{ caseId: string }, TakeRefusal, CorrectDetail | undefined>> {
	const reason = readNote(why);
	if (!reason.ok) return fail('bad-text');
	return workException<{ caseId: string }, TakeRefusal, CorrectDetail | undefined>(
		parts,
		principal,
		id,
		async (held) => {
			const { trx, row, key, content } = held;
			const asked = isUuid(question)
				? await trx
						.selectFrom('questions')
						.select(['fact', 'answer'])
						.where('id', '=', question)
						.where('case_id', '=', row.id)
						.executeTakeFirst()
				: undefined;
			if (!asked?.answer) return fail('no-answer');
			const { fact } = asked;
			// The case is locked: of two who press one finds what the other has taken.
			if (content.corrections?.[fact]?.question === question) return fail('already-taken');
			const value = await openAnswer(parts.vault, key, asked.answer);
			return correctHeld(parts, held, { fact, value, why: reason.value, closes, question });
		}
	);
}
