import { maskCardNumbers } from '../../domain/workflow/card-numbers.ts';
import { v7 as uuid } from 'uuid';
import { cleanText } from '../../domain/workflow/text.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Parts } from '../parts.ts';
import type { Held } from './work-exception.ts';

/** Longest text that somebody at the desk writes, in characters. */
export const NOTE_LENGTH = 2_000;

/** What a person wrote, as it is kept. - `bad-text`: empty, too long, or with characters that hide. */
export function readNote(text: string): Result<string, 'bad-text'> {
	const clean = cleanText(text, NOTE_LENGTH);
	return clean.ok && clean.value !== '' ? clean : fail('bad-text');
}

/**
 * Seals a text under the case's key; events hold its id, never its words. But for what a customer is
 * asked, free words of staff are stored here.
 * @param act verb-noun of what it is written for
 */
export async function keepNote(
	{ vault }: Pick<Parts, 'vault'>,
	{ trx, row, key, principal }: Held,
	act: string,
	text: string
): Promise<string> {
	const id = uuid();
	const sealed = await vault.seal(key, maskCardNumbers(text), 'case_notes.sealed');
	await trx
		.insertInto('case_notes')
		.values({ id, case_id: row.id, author: principal.id, act, sealed })
		.execute();
	return id;
}

/** The same with a line of its own in the timeline: what no other event of the act names. */
export async function noteDown(
	parts: Pick<Parts, 'vault'>,
	held: Held,
	act: string,
	text: string
): Promise<void> {
	const note = await keepNote(parts, held, act, text);
	held.must({ do: 'note', exception: held.exception.id, note });
}

/** Reads and checks the words of an act before anything is decided; nothing written is fine. */
export const readOptionalNote = (text: string | undefined): Result<string | null, 'bad-text'> =>
	text === undefined || text.trim() === '' ? ok(null) : readNote(text);
