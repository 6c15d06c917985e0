import { sql } from 'kysely';
import type { CaseChange } from '../db/cases.ts';

/**
 * Has the customer the link, or will they? Then they have opened it, or a message of ours is under way
 * or was taken by its provider and not told to have failed.
 */
export async function hasBeenReached({
	trx,
	row
}: Pick<CaseChange, 'trx' | 'row'>): Promise<boolean> {
	const { rows } = await sql<{ yes: boolean }>`
		select exists (select 1 from visits v where v.case_id = ${row.id})
			or exists (select 1 from messages m where m.case_id = ${row.id} and m.class = 'outreach'
				and (m.state in ('queued','sending','unknown','accepted') or m.delivery in ('delivered','read')))
			as yes`.execute(trx);
	return rows[0]?.yes ?? false;
}
