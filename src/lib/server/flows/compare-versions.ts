import type { DifferenceView } from '../../contracts/console.ts';
import { isUuid } from '../../contracts/uuid.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { compareDocuments } from '../../domain/workflow/diff.ts';
import { wordDifferences } from '../../domain/workflow/diff-words.ts';
import type { WorkflowDocument } from '../../domain/workflow/document.ts';
import type { Db } from '../db/connect.ts';
import { draftOf, proposalOf } from '../db/workflow-changes.ts';
import type { Parts } from '../parts.ts';
import { readWorkflow } from '../workflows/read-yaml.ts';
import { checkDraft } from './show-draft.ts';

/** A version by number, `draft`, or a proposal by id. */
export type Side = string;

/**
 * What differs between two contents of a workflow, in words. A draft with mistakes has no words: then
 * the problems are given instead.
 */
export async function compareVersions(
	{ db }: Pick<Parts, 'db'>,
	key: string,
	from: Side,
	to: Side
): Promise<Result<DifferenceView, 'not-found'>> {
	const [was, now] = [await sourceOf(db, key, from), await sourceOf(db, key, to)];
	if (was === null || now === null) return fail('not-found');
	const [before, after] = [documentOf(was), documentOf(now)];
	const differences =
		before && after ? wordDifferences(compareDocuments(before, after), before, after) : [];
	const problems = after ? [] : checkDraft(now, key);
	return ok({ key, from, to, differences, problems });
}

/** The text of a side; `null` if there is none. */
export async function sourceOf(db: Db, key: string, side: Side): Promise<string | null> {
	if (side === 'draft') return (await draftOf(db, key))?.source ?? null;
	if (isUuid(side)) {
		const proposal = await proposalOf(db, side);
		return proposal?.key === key ? proposal.source : null;
	}
	if (!/^\d{1,9}$/.test(side)) return null;
	const row = await db
		.selectFrom('workflows')
		.select('source')
		.where('key', '=', key)
		.where('version', '=', Number(side))
		.executeTakeFirst();
	return row?.source ?? null;
}

function documentOf(source: string): WorkflowDocument | null {
	const read = readWorkflow(source);
	return read.ok ? read.value.document : null;
}
