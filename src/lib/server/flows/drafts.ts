import { type InsertObject, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { VISIT } from '../../domain/identity/limits.ts';
import { computeValues, type ReviewLine, reviewLines } from '../../domain/policy/compute.ts';
import type { Moment } from '../../domain/policy/moment.ts';
import { checkInputs, fieldText } from '../../domain/policy/inputs.ts';
import type { ShownLine } from '../../contracts/pages.ts';
import { isUuid } from '../../contracts/uuid.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { FieldValues } from '../../domain/workflow/document.ts';
import { fingerprint } from '../crypto/references.ts';
import type { CaseKey } from '../crypto/vault.ts';
import type { LoadedCase } from '../db/cases.ts';
import type { Schema } from '../db/schema.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Db } from '../db/connect.ts';
import type { Parts } from '../parts.ts';

/** How long a draft that nobody confirms is offered, and kept. */
export const DRAFT_DAYS = 7;

/** How long what was typed and refused is kept: as long as a visit can last. */
const TYPED_MINUTES = VISIT.absoluteMinutes;

/**
 * What the customer has filled so far, kept in the case so that any device can continue. What was
 * refused is kept as it was `typed`: it leads back to its form, and nothing can be made of it.
 */
export type DraftContent = { input: FieldValues } | { typed: Record<string, string> };

/** What is confirmed: the input, what was computed from it, and the lines as they are read. */
export interface Proposed {
	input: FieldValues;
	values: FieldValues;
	lines: ReviewLine[];
	/** Fingerprint of the lines: what was shown is what is confirmed, or it must be shown again. */
	shown: string;
}

export const shownLines = (lines: ReviewLine[]): ShownLine[] =>
	lines.map(({ label, text }) => ({ label, text }));

/** The draft against the limits of this moment: a maximum may have sunk since it was filled. */
export function checkDraft(
	workflow: Workflow,
	action: string,
	moment: Moment,
	draft: DraftContent,
	language: string
): ReturnType<typeof checkInputs> {
	const { currency, actions } = workflow.document;
	const written = (input: FieldValues) =>
		Object.fromEntries(
			(actions[action]?.inputs ?? []).map(({ name, type }) => [
				name,
				fieldText(input[name] ?? '', type, { currency, language })
			])
		);
	const typed = 'typed' in draft ? draft.typed : written(draft.input);
	return checkInputs(workflow.compiled, action, typed, { ...moment, language });
}

/**
 * What a draft leads to now. Fails with `changed` where its input does not fit any more, and always
 * where it was refused: what was typed is sent off once more before it counts.
 */
export function proposeDraft(
	workflow: Workflow,
	action: string,
	moment: Moment,
	draft: DraftContent,
	language: string
): Result<Proposed, 'changed' | 'rule-error'> {
	if ('typed' in draft) return fail('changed');
	const checked = checkDraft(workflow, action, moment, draft, language);
	if (checked.ok) return propose(workflow, action, moment, checked.value, language);
	return fail(checked.reason === 'rule-error' ? 'rule-error' : 'changed');
}

/** Computes everything that an input leads to, on these facts. */
export function propose(
	workflow: Workflow,
	action: string,
	moment: Moment,
	input: FieldValues,
	language: string
): Result<Proposed, 'rule-error'> {
	const values = computeValues(workflow.compiled, action, moment, input);
	if (!values.ok) return fail('rule-error');
	const whole = { ...moment, input, values: values.value };
	const lines = reviewLines(workflow.compiled, action, whole, language);
	if (!lines.ok) return fail('rule-error');
	const shown = fingerprint(
		JSON.stringify([action, lines.value.map(({ value, format }) => [value, format])])
	);
	return ok({ input, values: values.value, lines: lines.value, shown });
}

/** The row of a draft; its id is the submission's idempotency key for life. */
export async function newDraft(
	{ vault }: Pick<Parts, 'vault'>,
	{ row, key }: Pick<LoadedCase, 'row' | 'key'>,
	action: string,
	content: DraftContent
): Promise<InsertObject<Schema, 'drafts'> & { id: string }> {
	// Kept short: it begins as old as one that ends soon, so every reader and the purge agree.
	const age = 'typed' in content ? DRAFT_DAYS * 1440 - TYPED_MINUTES : 0;
	return {
		id: uuid(),
		case_id: row.id,
		action,
		sealed: await vault.seal(key, content, 'drafts.sealed'),
		created_at: sql<Date>`now() - make_interval(mins => ${age}::int)`
	};
}

/** @param db where its choice is noted in the same transaction, that transaction */
export async function storeDraft(
	db: Db,
	{ crash }: Pick<Parts, 'crash'>,
	draft: InsertObject<Schema, 'drafts'>
): Promise<void> {
	await db.insertInto('drafts').values(draft).execute();
	crash('save-draft:stored');
}

/** The draft of this case with this id; another case's draft does not exist for it. */
export async function readDraft(
	db: Db,
	{ vault }: Pick<Parts, 'vault'>,
	caseId: string,
	key: CaseKey,
	id: string
): Promise<{ action: string; content: DraftContent } | null> {
	if (!isUuid(id)) return null;
	const row = await db
		.selectFrom('drafts')
		.select(['action', 'sealed'])
		.where('id', '=', id)
		.where('case_id', '=', caseId)
		.where('created_at', '>', sql<Date>`now() - make_interval(days => ${DRAFT_DAYS}::int)`)
		.executeTakeFirst();
	if (!row) return null;
	const content = await vault.open<DraftContent>(key, row.sealed, 'drafts.sealed');
	return { action: row.action, content };
}
