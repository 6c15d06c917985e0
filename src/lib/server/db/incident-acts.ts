import { type Selectable, sql } from 'kysely';
import type { LeftReason } from '../../contracts/desk-incident.ts';
import type { Trx } from './cases.ts';
import type { Db } from './connect.ts';
import { inScope, type Scope } from './desk.ts';
import type { Schema } from './schema.ts';

// An act on all of an incident is a row, and a row for each of its cases: these are the truth of how
// far it is. A job only says that it goes on.

export type IncidentActRow = Selectable<Schema['incident_acts']>;

const LEASE = sql<Date>`now() + interval '1 minute'`;

/** Begins an act, if none runs on this incident: one conditional statement. */
export async function insertAct(
	trx: Trx,
	act: Pick<IncidentActRow, 'id' | 'incident_id' | 'act' | 'outcome' | 'staff_id'> &
		Pick<IncidentActRow, 'decides_on' | 'key' | 'sealed'>
): Promise<boolean> {
	const { numInsertedOrUpdatedRows } = await trx
		.insertInto('incident_acts')
		.values({ ...act, state: 'running', total: 0 })
		.onConflict((conflict) =>
			conflict.column('incident_id').where('state', '=', 'running').doNothing()
		)
		.executeTakeFirst();
	return numInsertedOrUpdatedRows === 1n;
}

/** Takes the open cases of its incident into an act, those whose time ends first. @returns how many */
export async function fillAct(
	trx: Trx,
	{ id, incident_id }: Pick<IncidentActRow, 'id' | 'incident_id'>,
	scope: Scope,
	most: number
): Promise<number> {
	const { numAffectedRows } = await sql`
		insert into incident_act_cases (act_id, exception_id)
		select ${id}::uuid, e.id from exceptions e
		where e.incident_id = ${incident_id} and e.state = 'open' and ${inScope(scope)}
		order by e.due_at, e.id limit ${most}`.execute(trx);
	return setTotal(trx, id, numAffectedRows);
}

/** Takes what an act proposed, and nobody has decided on, into the act that decides on it. */
export async function fillDecision(
	trx: Trx,
	{ id, decides_on }: Pick<IncidentActRow, 'id' | 'decides_on'>
): Promise<number> {
	const { numAffectedRows } = await sql`
		insert into incident_act_cases (act_id, exception_id, settlement_id)
		select ${id}::uuid, c.exception_id, c.settlement_id
		from incident_act_cases c join settlements s on s.id = c.settlement_id
		where c.act_id = ${decides_on} and c.result = 'done' and s.decided_at is null`.execute(trx);
	return setTotal(trx, id, numAffectedRows);
}

async function setTotal(trx: Trx, id: string, rows: bigint | undefined): Promise<number> {
	const total = Number(rows ?? 0);
	await trx.updateTable('incident_acts').set({ total }).where('id', '=', id).execute();
	return total;
}

/** Takes a running act for a while, unless another process works on it. */
export async function leaseAct(db: Db, id: string): Promise<IncidentActRow | undefined> {
	return db
		.updateTable('incident_acts')
		.set({ lease_until: LEASE })
		.where('id', '=', id)
		.where('state', '=', 'running')
		.where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', sql<Date>`now()`)]))
		.returningAll()
		.executeTakeFirst();
}

/** The next case of a running act, its try counted; those that broke before come after the others. */
export async function nextOfAct(
	db: Db,
	id: string
): Promise<{ exception: string; settlement: string | null; tries: number } | undefined> {
	const { rows } = await sql<{ exception: string; settlement: string | null; tries: number }>`
		with held as (
			update incident_acts set lease_until = ${LEASE} where id = ${id} and state = 'running'
			returning id
		)
		update incident_act_cases c set tries = c.tries + 1
		where c.act_id = (select id from held) and c.exception_id = (
			select n.exception_id from incident_act_cases n where n.act_id = ${id} and n.result is null
			order by n.tries, n.exception_id limit 1 for update skip locked)
		returning c.exception_id as exception, c.settlement_id as settlement, c.tries`.execute(db);
	return rows[0];
}

/**
 * Says that a case is done, in the transaction that does it. `false`: the act was cancelled, or another
 * process has done it; then nothing of it may be committed.
 */
export async function markDone(
	trx: Trx,
	id: string,
	exception: string,
	proposal: string | null
): Promise<boolean> {
	const { numAffectedRows } = await sql`
		update incident_act_cases c set result = 'done', settlement_id = coalesce(${proposal}::uuid, c.settlement_id)
		from incident_acts a
		where a.id = ${id} and a.state = 'running' and c.act_id = a.id and c.exception_id = ${exception}
			and c.result is null`.execute(trx);
	return numAffectedRows === 1n;
}

/** Says why a case was left as it was. */
export async function markLeft(
	db: Db,
	id: string,
	exception: string,
	reason: LeftReason
): Promise<void> {
	await sql`update incident_act_cases c set result = ${reason} from incident_acts a
		where a.id = ${id} and a.state = 'running' and c.act_id = a.id and c.exception_id = ${exception}
			and c.result is null`.execute(db);
}

/**
 * Puts an act out of this process's hands: it ends when none of its cases is left, with a line in the
 * record of acts that says what came of it. One statement. @returns whether it goes on
 */
export async function releaseAct(db: Db, id: string): Promise<boolean> {
	const { rows } = await sql<{ state: string }>`
		with released as (
			update incident_acts a set lease_until = null,
				state = case when l.more then a.state else 'done' end,
				ended_at = case when l.more then null else now() end,
				key = case when l.more then a.key end, sealed = case when l.more then a.sealed end
			from (select exists (select 1 from incident_act_cases c
				where c.act_id = ${id} and c.result is null) as more) l
			where a.id = ${id} and a.state = 'running'
			returning a.*
		), told as (
			insert into audit_entries (actor, act, object, result, data)
			select 'staff:' || r.staff_id, 'end-incident-act', 'incident:' || r.incident_id, 'done',
				jsonb_build_object('act', r.id, 'results', ${resultsOf(id)})
			from released r where r.state = 'done'
		)
		select state from released`.execute(db);
	return rows[0]?.state === 'running';
}

/**
 * Ends an act where it is: what is done stays, the rest is left alone.
 * @returns the key of its words, which nobody needs any more; `null` where it ended before
 */
export async function cancelAct(
	trx: Trx,
	id: string,
	staff: string
): Promise<{ key: string | null } | null> {
	const { rows } = await sql<{ incident: string; key: string | null }>`
		update incident_acts a set state = 'cancelled', ended_at = now(), cancelled_by = ${staff},
			lease_until = null, key = null, sealed = null
		from (select id, key from incident_acts where id = ${id} for update) as before
		where a.id = before.id and a.state = 'running'
		returning a.incident_id as incident, before.key`.execute(trx);
	if (!rows[0]) return null;
	await sql`insert into audit_entries (actor, act, object, result, data)
		values (${`staff:${staff}`}, 'cancel-incident-act', ${`incident:${rows[0].incident}`}, 'done',
			jsonb_build_object('act', ${id}::text, 'results', ${resultsOf(id)}))`.execute(trx);
	return { key: rows[0].key };
}

/** So many done, so many left as they were by reason, so many not come to. */
const resultsOf = (id: string) => sql`(select coalesce(jsonb_object_agg(result, count), '{}') from (
	select coalesce(result, 'not-come-to') as result, count(*) from incident_act_cases
	where act_id = ${id} group by 1) as counted)`;

/** The newest acts on an incident, with what became of their cases. */
export async function actsOn(
	db: Db,
	incident: string,
	most: number
): Promise<
	(IncidentActRow & { name: string; results: Record<string, number>; waiting: number })[]
> {
	const { rows } = await sql<
		IncidentActRow & { name: string; results: Record<string, number>; waiting: number }
	>`
		select a.*, s.name,
			(select coalesce(jsonb_object_agg(result, count), '{}') from (
				select coalesce(result, '') as result, count(*)::int from incident_act_cases
				where act_id = a.id group by 1) as counted) as results,
			case when a.act <> 'propose' then 0 else (select count(*)::int from incident_act_cases c
				join settlements p on p.id = c.settlement_id and p.decided_at is null
				where c.act_id = a.id and c.result = 'done') end as waiting
		from incident_acts a join staff s on s.id = a.staff_id
		where a.incident_id = ${incident} order by a.started_at desc limit ${most}`.execute(db);
	return rows;
}

/** Running acts that nobody works on: their process is gone, or their job was lost. */
export const idleActs = (db: Db, most: number): Promise<{ id: string }[]> =>
	db
		.selectFrom('incident_acts')
		.select('id')
		.where('state', '=', 'running')
		.where('started_at', '<', sql<Date>`now() - interval '15 seconds'`)
		.where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', sql<Date>`now()`)]))
		.limit(most)
		.execute();
