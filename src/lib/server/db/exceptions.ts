import { type Insertable, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { CaseEvent } from '../../domain/case/events.ts';
import type { Trx } from './cases.ts';
import type { Db } from './connect.ts';
import type { Schema } from './schema.ts';

/** What the queue needs of an exception beside its event. */
export type ExceptionRow = Insertable<Schema['exceptions']>;

/**
 * Keeps the rows of the queues in step with the timeline, in the order of the events: an exception
 * may be closed and one of its type raised again in the same change.
 * @param filed rows of the exceptions that these events raise
 */
export async function storeExceptions(
	trx: Trx,
	events: readonly CaseEvent[],
	filed: readonly ExceptionRow[],
	now: Date
): Promise<void> {
	for (const event of events) {
		if (event.type === 'exception-raised') {
			const row = filed.find(({ id }) => id === event.exception);
			if (!row) throw new Error(`Exception ${event.exception} was raised without its row.`);
			const incident_id = row.class === 'system' ? await joinIncident(trx, row) : null;
			await trx
				.insertInto('exceptions')
				.values({ ...row, incident_id })
				.execute();
		} else if (event.type === 'exception-closed')
			await trx
				.updateTable('exceptions')
				.set({
					state: 'closed',
					closed_at: now,
					outcome: event.outcome,
					claimed_by: null,
					lease_until: null,
					waits_for: null
				})
				.where('id', '=', event.exception)
				.where('state', '=', 'open')
				.execute();
	}
}

/**
 * The open incident of this cause, begun if there is none: a broken connection is one item of the
 * queue, however many cases it stops (case R7). Those who join lock nothing.
 */
async function joinIncident(trx: Trx, row: ExceptionRow): Promise<string> {
	const { workflow, type, breakpoint } = row;
	const { rows } = await sql<{ id: string }>`
		with cause as (
			select ${workflow}::text as workflow, ${type}::text as type, ${breakpoint}::text as breakpoint,
				coalesce((select w.connection from writebacks w
					where w.case_id = ${row.case_id} and ${breakpoint} = 'writeback'
					order by w.created_at desc limit 1), '') as connection,
				${causeOf(row.reason)}::text as reason
		), begun as (
			insert into incidents (id, workflow, type, breakpoint, connection, reason)
			select ${uuid()}::uuid, cause.* from cause where not exists (
				select 1 from incidents i where i.closed_at is null and i.workflow = cause.workflow
					and i.type = cause.type and i.breakpoint = cause.breakpoint
					and i.connection = cause.connection and i.reason = cause.reason)
			on conflict (workflow, type, breakpoint, connection, reason) where closed_at is null do update
				set reason = excluded.reason
			returning id
		)
		select id from begun union all
		select i.id from incidents i join cause using (workflow, type, breakpoint, connection, reason)
		where i.closed_at is null limit 1`.execute(trx);
	return rows[0]!.id;
}

/** `missing-facts:name,postcode` of one case and `missing-facts:name` of another have one cause. */
const causeOf = (reason: string): string => reason.split(':', 1)[0]!;

/** Ends incidents that stop no case any more: the same cause later on is another incident. */
export async function closeIncidents(db: Db): Promise<number> {
	const { numAffectedRows } = await sql`
		update incidents i set closed_at = now()
		where i.closed_at is null and i.opened_at < now() - interval '1 minute' and not exists (
			select 1 from exceptions e where e.incident_id = i.id and e.state = 'open')`.execute(db);
	return Number(numAffectedRows ?? 0);
}
