import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Change, Writeback } from '../../domain/writeback/protocol.ts';
import type { Trx } from './cases.ts';
import type { Db } from './connect.ts';
import type { Schema } from './schema.ts';

export type WritebackRow = Selectable<Schema['writebacks']>;

/** Longer than the longest call (10 s reading, then 30 s writing), shorter than patience. */
const LEASE_SECONDS = 60;

/** A claimed row: `attempt` is the fence, `lost` tells that the claim before never came back. */
export type Claimed = WritebackRow & {
	lost: boolean;
	now: Date;
	/** End of the lease on this process's monotonic clock: a frozen node wakes up and knows. */
	sendUntil: number;
};

/** Not over, and in nobody's hands. */
const OPEN = sql`state in ('pending', 'sending', 'unknown')
	and (lease_until is null or lease_until <= now())`;

async function claim(db: Db, before: RawBuilder<unknown>): Promise<Claimed | undefined> {
	const asked = performance.now();
	const { rows } = await sql<Claimed>`
		with before as (${before})
		update writebacks w set
			attempt = w.attempt + 1,
			failures = w.failures + (before.lease_until is not null)::int,
			lease_until = now() + make_interval(secs => ${LEASE_SECONDS}::int),
			updated_at = now()
		from before
		where w.id = before.id
		returning w.*, before.lease_until is not null as lost, now() as now`.execute(db);
	return rows[0] && { ...rows[0], sendUntil: asked + LEASE_SECONDS * 1000 };
}

/**
 * Takes a due writeback for one attempt. One conditional statement: of many callers one gets it, and
 * a claim whose lease ended (a dead or frozen node) can be taken again under the next number.
 */
export const claimWriteback = (db: Db, id: string): Promise<Claimed | undefined> =>
	claim(
		db,
		sql`select id, lease_until from writebacks
			where id = ${id} and ${OPEN} and next_at <= now() for update`
	);

/**
 * What waits for a system of record that is back `since` then: what is due, and what was put off
 * because the breaker was open. What may have been applied is asked about ahead of its time once.
 */
const waiting = (connection: string, since: Date): RawBuilder<unknown> =>
	sql`connection = ${connection} and ${OPEN}
		and (next_at <= now()
			or (reason = 'breaker' and next_at is not null
				and (state = 'pending' or updated_at < ${since})))`;

/** The same for the oldest that waits, whichever it is. */
export const claimOldest = (
	db: Db,
	connection: string,
	since: Date
): Promise<Claimed | undefined> =>
	claim(
		db,
		sql`select id, lease_until from writebacks where ${waiting(connection, since)}
			order by created_at, id limit 1 for update skip locked`
	);

/** So many of those that wait, the oldest first. */
export async function oldestWaiting(
	db: Db,
	connection: string,
	since: Date,
	count: number
): Promise<{ id: string; created_at: Date; now: Date }[]> {
	const { rows } = await sql<{ id: string; created_at: Date; now: Date }>`
		select id, created_at, now() as now from writebacks where ${waiting(connection, since)}
		order by created_at, id limit ${count}`.execute(db);
	return rows;
}

/** Says, before the first byte leaves, that it may have been applied from now on. Fenced. */
export async function markSending(trx: Trx, { id, attempt }: Claimed): Promise<boolean> {
	const row = await trx
		.updateTable('writebacks')
		.set({
			state: 'sending',
			first_sent_at: sql<Date>`coalesce(first_sent_at, now())`,
			last_sent_at: sql<Date>`now()`
		})
		.where('id', '=', id)
		.where('attempt', '=', attempt)
		.where('lease_until', '>', sql<Date>`now()`)
		.executeTakeFirst();
	return row.numUpdatedRows === 1n;
}

/** Stores what an attempt came to. `false`: a later claim has it, and nothing was changed. */
export async function settleWriteback(
	trx: Trx,
	{ id, attempt }: Claimed,
	change: Change,
	recordReference: string | null
): Promise<boolean> {
	const { state, failures, firstSentAt, lastSentAt, reason, nextAt } = change;
	const settled = await trx
		.updateTable('writebacks')
		.set({
			state,
			failures,
			first_sent_at: firstSentAt,
			last_sent_at: lastSentAt,
			reason,
			next_at: nextAt,
			lease_until: null,
			record_reference: recordReference,
			updated_at: sql<Date>`now()`
		})
		.where('id', '=', id)
		.where('attempt', '=', attempt)
		.where('state', 'in', ['pending', 'sending', 'unknown'])
		.executeTakeFirst();
	return settled.numUpdatedRows === 1n;
}

/** Puts a row that nothing can be done with aside for an hour. Fenced. */
export async function standStill(db: Db, { id, attempt }: Claimed): Promise<void> {
	await db
		.updateTable('writebacks')
		.set({ reason: 'poisoned', lease_until: null, next_at: sql<Date>`now() + interval '1 hour'` })
		.where('id', '=', id)
		.where('attempt', '=', attempt)
		.execute();
}

/** The row as the protocol reads it, under our own lease. */
export const protocolView = (row: Claimed, sentAt?: Date): Writeback => ({
	state: sentAt ? 'sending' : row.state,
	repeat: row.repeat,
	attempt: row.attempt,
	failures: row.failures,
	firstSentAt: row.first_sent_at ?? sentAt ?? null,
	lastSentAt: sentAt ?? row.last_sent_at,
	reason: row.reason
});
