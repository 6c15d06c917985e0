import { sql } from 'kysely';
import type { CaseChange } from '../db/cases.ts';

/**
 * Has the customer the link, or will they? Then they have opened it, a message of ours is under way or
 * was taken by its provider and not told to have failed, or the link was handed over otherwise.
 */
export async function hasBeenReached({
	trx,
	row
}: Pick<CaseChange, 'trx' | 'row'>): Promise<boolean> {
	const { rows } = await sql<{ yes: boolean }>`
		select exists (select 1 from visits v where v.case_id = ${row.id})
			or exists (select 1 from messages m where m.case_id = ${row.id} and m.class = 'outreach'
				and (m.state in ('queued','sending','unknown','accepted') or m.delivery in ('delivered','read')))
			or exists (select 1 from links l where l.case_id = ${row.id} and l.ended_at is null
				and not exists (select 1 from messages m where m.case_id = l.case_id
					and m.class = 'outreach' and m.created_at >= l.created_at))
			as yes`.execute(trx);
	return rows[0]?.yes ?? false;
}
