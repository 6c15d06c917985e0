import { sql } from 'kysely';
import { chainHash, type Head } from '../crypto/chain.ts';
import type { Db } from './connect.ts';

/** Most events, and most acts, that one checkpoint newly covers. */
const MOST_SEALED = 10_000;

/** Any number that nothing else locks on. */
const LOCK = 7_231_664;

/** One checkpoint is made at a time, over all nodes; `false` while another node makes one. */
export async function lockSealing(trx: Db): Promise<boolean> {
	const { rows } = await sql<{ mine: boolean }>`
		select pg_try_advisory_xact_lock(${LOCK}) as mine`.execute(trx);
	return rows[0]?.mine ?? false;
}

/** How many wait to be covered, up to `most`. */
export async function countUnsealed(db: Db, most: number): Promise<number> {
	const { rows } = await sql<{ count: number }>`
		select (select count(*) from (select 1 from unsealed_events limit ${most}) e)
			+ (select count(*) from (select 1 from unsealed_entries limit ${most}) a) as count`.execute(db);
	return rows[0]?.count ?? 0;
}

/**
 * Takes what waits, and gives the heads of its cases in the order of their ids. What another
 * transaction has not committed yet is not seen, and waits for the next.
 */
export async function takeHeads(trx: Db): Promise<Head[]> {
	const { rows } = await sql<Head>`
		with taken as (
			delete from unsealed_events
			where ctid = any(array(select ctid from unsealed_events limit ${MOST_SEALED}))
			returning case_id, seq
		), heads as (select case_id, max(seq) as seq from taken group by case_id)
		select case_id as "caseId", seq, encode(hash, 'hex') as hash
		from heads join case_events using (case_id, seq) order by case_id`.execute(trx);
	return rows;
}

export async function storeHeads(trx: Db, checkpoint: number, heads: readonly Head[]) {
	await sql`
		insert into checkpoint_heads (checkpoint, case_id, seq, hash)
		select ${checkpoint}::bigint, "caseId", seq, decode(hash, 'hex')
		from jsonb_to_recordset(${JSON.stringify(heads)}::jsonb)
			as head("caseId" uuid, seq integer, hash text)`.execute(trx);
}

/** Where the chain of acts stands. */
export interface ActsHead {
	count: number;
	/** Hex; '' before the first. */
	head: string;
}

/** A privileged act as its chain reads it; `at` in microseconds, `data` as the database's text of it. */
export interface SealedAct {
	id: number;
	at: number;
	actor: string;
	act: string;
	object: string;
	result: string;
	reason: string | null;
	data: string;
}

export const ACT_COLUMNS = sql`e.id, (extract(epoch from e.at) * 1000000)::bigint as at, e.actor, e.act,
	e.object, e.result, e.reason, e.data::text as data`;

export const actHash = (before: string, place: number, act: SealedAct): string =>
	chainHash(
		before,
		[place, act.id, act.at, act.actor, act.act, act.object, act.result, act.reason],
		act.data
	);

export async function actsHead(db: Db): Promise<ActsHead> {
	const { rows } = await sql<ActsHead>`
		select place as count, encode(hash, 'hex') as head from audit_seals
		order by place desc limit 1`.execute(db);
	return rows[0] ?? { count: 0, head: '' };
}

/** Chains the acts that wait, the lowest id first; gives where the chain stands then. */
export async function sealActs(trx: Db): Promise<ActsHead> {
	const { rows } = await sql<SealedAct>`
		with taken as (
			delete from unsealed_entries
			where ctid = any(array(select ctid from unsealed_entries limit ${MOST_SEALED}))
			returning id
		)
		select ${ACT_COLUMNS} from audit_entries e where id in (select id from taken)
		order by id`.execute(trx);
	let { count, head } = await actsHead(trx);
	const seals = rows.map((act) => {
		count += 1;
		head = actHash(head, count, act);
		return { place: count, id: act.id, hash: head };
	});
	await sql`
		insert into audit_seals (place, entry_id, hash)
		select place, id, decode(hash, 'hex') from jsonb_to_recordset(${JSON.stringify(seals)}::jsonb)
			as seal(place bigint, id bigint, hash text)`.execute(trx);
	return { count, head };
}
