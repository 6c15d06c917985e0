import { sql } from 'kysely';
import type { Checkpoint } from '../../contracts/checkpoint.ts';
import type { Db } from '../db/connect.ts';
import type { Watch } from './finding.ts';

/** How long before a checkpoint something may have happened without being covered by it. */
const LATE_MINUTES = 10;
const MOST_TOLD = 100;

/** What happened well before the last checkpoint must be covered by it or one before. */
export async function verifyCoverage(db: Db, last: Checkpoint, watch: Watch): Promise<void> {
	const before = sql`${last.at}::timestamptz - make_interval(mins => ${LATE_MINUTES})`;
	const events = await sql<{ caseId: string; seq: number }>`
		select case_id as "caseId", min(seq) as seq from case_events e
		where at < ${before} and not exists (select 1 from checkpoint_heads h
			where h.case_id = e.case_id and h.seq >= e.seq)
		group by case_id order by case_id limit ${MOST_TOLD}`.execute(db);
	for (const { caseId, seq } of events.rows)
		watch.found({ where: `case ${caseId} event ${seq}`, what: 'is covered by no checkpoint' });
	const acts = await sql<{ id: number }>`
		select id from audit_entries e where at < ${before}
			and not exists (select 1 from audit_seals s where s.entry_id = e.id)
		order by id limit ${MOST_TOLD}`.execute(db);
	for (const { id } of acts.rows)
		watch.found({ where: `act ${id}`, what: 'is in no chain: it was put in' });
	const { rows } = await sql<{ head: string }>`
		select encode(hash, 'hex') as head from audit_seals where place = ${last.acts.count}`.execute(db);
	if (last.acts.count > 0 && rows[0]?.head !== last.acts.head)
		watch.found({
			where: `act at place ${last.acts.count}`,
			what: `${rows[0] ? 'is another one' : 'is missing'}: checkpoint ${last.number} covers it`
		});
}
