import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

type Db = Kysely<Schema>;

/** How long a key answers, and is kept. After that it is a new key (case K7). */
export const KEPT_DAYS = 7;
/** A request that has not answered by then is taken for dead; none of ours runs that long. */
const LEASE_SECONDS = 60;

/** The right to answer for a key. `leaseUntil` is the fence: a later claim has a later one. */
export interface Claim {
	scope: string;
	key: string;
	leaseUntil: Date;
}

export type Claimed =
	| { state: 'mine'; claim: Claim }
	| { state: 'done'; response: unknown }
	| { state: 'running'; retryAfterSeconds: number }
	| { state: 'other-body' };

/**
 * One conditional statement decides who works under a key: whoever inserts it, or takes it over
 * after its retention, or after its lease with the same body.
 */
export async function claimKey(
	db: Db,
	{ scope, key, bodyHash }: { scope: string; key: string; bodyHash: string }
): Promise<Claimed> {
	// Whole milliseconds, because a Date holds no more and the fence is compared for equality.
	const { rows } = await sql<{ lease_until: Date }>`
		insert into idempotency_keys (scope, key, body_hash, lease_until)
		values (${scope}, ${key}, ${bodyHash},
			date_trunc('milliseconds', now()) + make_interval(secs => ${LEASE_SECONDS}))
		on conflict (scope, key) do update set body_hash = excluded.body_hash, status = null,
			response = null, lease_until = excluded.lease_until, created_at = now()
		where idempotency_keys.created_at < now() - make_interval(days => ${KEPT_DAYS})
			or (idempotency_keys.status is null and idempotency_keys.lease_until < now()
				and idempotency_keys.body_hash = excluded.body_hash)
		returning lease_until`.execute(db);
	if (rows[0]) return { state: 'mine', claim: { scope, key, leaseUntil: rows[0].lease_until } };
	const row = await db
		.selectFrom('idempotency_keys')
		.select(['body_hash', 'status', 'response'])
		.select(sql<number>`ceil(extract(epoch from lease_until - now()))::int`.as('seconds'))
		.where('scope', '=', scope)
		.where('key', '=', key)
		.executeTakeFirst();
	// Released between the two statements: the caller may come again at once.
	if (!row) return { state: 'running', retryAfterSeconds: 1 };
	if (row.body_hash !== bodyHash) return { state: 'other-body' };
	if (row.status === null)
		return { state: 'running', retryAfterSeconds: Math.max(1, Math.min(row.seconds, 5)) };
	return { state: 'done', response: row.response };
}

/**
 * Keeps the answer, in the transaction of what it answers for. `false` when the lease was lost: the
 * caller must roll back, because another request works under this key (case K6).
 * @param status 200 when it took effect, 409 when it was refused
 */
export async function keepAnswer(
	db: Db,
	{ scope, key, leaseUntil }: Claim,
	status: 200 | 409,
	response: unknown
): Promise<boolean> {
	const kept = await db
		.updateTable('idempotency_keys')
		.set({ status, response: JSON.stringify(response) })
		.where('scope', '=', scope)
		.where('key', '=', key)
		.where('lease_until', '=', leaseUntil)
		.where('status', 'is', null)
		.executeTakeFirst();
	return kept.numUpdatedRows > 0n;
}

/** Frees a key under which nothing was done. */
export async function releaseKey(db: Db, { scope, key, leaseUntil }: Claim): Promise<void> {
	await db
		.deleteFrom('idempotency_keys')
		.where('scope', '=', scope)
		.where('key', '=', key)
		.where('lease_until', '=', leaseUntil)
		.where('status', 'is', null)
		.execute();
}
