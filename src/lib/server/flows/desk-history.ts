import { sql } from 'kysely';
import type { DeskCase, DeskQuestion } from '../../contracts/desk-case.ts';
import { eventWords } from '../../domain/case/event-words.ts';
import type { CaseEvent } from '../../domain/case/events.ts';
import { factLabel } from '../../domain/workflow/names.ts';
import { isPersonal, MASKED } from '../../domain/workflow/personal.ts';
import type { FieldValue, WorkflowDocument } from '../../domain/workflow/document.ts';
import type { CaseKey } from '../crypto/vault.ts';
import type { CaseContent } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import type { Parts } from '../parts.ts';
import type { AskedQuestion } from './ask-input.ts';
import { factText } from './desk-facts.ts';

/** The newest of a long life; the API has all of it. */
const MOST_EVENTS = 300;

type Read = Pick<Parts, 'db' | 'vault'>;

/** What happened, the newest first, with the names of who did it. */
export async function deskTimeline(
	db: Db,
	caseId: string,
	document: WorkflowDocument
): Promise<DeskCase['timeline']> {
	const { rows } = await sql<{
		type: string;
		at: Date;
		actor: string;
		data: object;
		name: string | null;
	}>`
		select e.type, e.at, e.actor, e.data, s.name
		from case_events e left join staff s on e.actor = 'staff:' || s.id
		where e.case_id = ${caseId} order by e.seq desc limit ${MOST_EVENTS}`.execute(db);
	return rows.map(({ type, at, actor, data, name }) => ({
		at: at.toISOString(),
		by: name ?? actorWords(actor),
		text: eventWords({ type, ...data } as CaseEvent, document)
	}));
}

const actorWords = (actor: string): string => {
	if (actor === 'customer') return 'Customer';
	if (actor === 'system') return 'Tapdone';
	return actor.startsWith('key:') ? `API key ${actor.slice('key:'.length)}` : actor;
};

/** What staff wrote, the newest first. */
export async function deskNotes(
	{ db, vault }: Read,
	caseId: string,
	key: CaseKey
): Promise<DeskCase['notes']> {
	const rows = await db
		.selectFrom('case_notes')
		.innerJoin('staff', 'staff.id', 'case_notes.author')
		.select(['staff.name', 'case_notes.act', 'case_notes.sealed', 'case_notes.created_at'])
		.where('case_id', '=', caseId)
		.orderBy('case_notes.created_at', 'desc')
		.limit(MOST_EVENTS)
		.execute();
	return Promise.all(
		rows.map(async ({ name, act, sealed, created_at }) => ({
			by: name,
			act,
			text: await vault.open<string>(key, sealed, 'case_notes.sealed'),
			at: created_at.toISOString()
		}))
	);
}

/** What the customer was asked, and what they said; a personal answer masked. */
export async function deskQuestions(
	{ db, vault }: Read,
	caseId: string,
	key: CaseKey,
	document: WorkflowDocument,
	corrections: CaseContent['corrections'] = {}
): Promise<DeskQuestion[]> {
	const rows = await db
		.selectFrom('questions')
		.innerJoin('staff', 'staff.id', 'questions.asked_by')
		.select(['questions.id', 'questions.fact', 'questions.sealed', 'questions.answer'])
		.select(['questions.created_at', 'questions.answered_at', 'staff.name'])
		.where('case_id', '=', caseId)
		.orderBy('questions.created_at', 'desc')
		.limit(MOST_EVENTS)
		.execute();
	return Promise.all(
		rows.map(async (row) => {
			const asked = await vault.open<AskedQuestion>(key, row.sealed, 'questions.sealed');
			const masked = isPersonal(document, row.fact);
			const value = row.answer === null ? null : await openAnswer(vault, key, row.answer);
			return {
				id: row.id,
				fact: row.fact,
				label: factLabel(document, row.fact),
				words: asked.words,
				by: row.name,
				at: row.created_at.toISOString(),
				answeredAt: row.answered_at?.toISOString() ?? null,
				answer: value === null ? null : masked ? MASKED : factText(document, row.fact, value),
				masked,
				taken: corrections[row.fact]?.question === row.id
			};
		})
	);
}

export const openAnswer = async (
	vault: Parts['vault'],
	key: CaseKey,
	sealed: string
): Promise<FieldValue> =>
	(await vault.open<{ value: FieldValue }>(key, sealed, 'questions.answer')).value;
