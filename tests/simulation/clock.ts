import { type Kysely, sql } from 'kysely';

/*
 * The database's clock cannot be turned, so everything that is dated is moved towards the past, as
 * if so many seconds had gone by. What is over (settled, ended, accepted) stays as it is.
 */
const MOVES = [
	`update writebacks set next_at = next_at - $t, lease_until = lease_until - $t,
		first_sent_at = first_sent_at - $t, last_sent_at = last_sent_at - $t
		where state in ('pending','sending','unknown')`,
	`update messages set next_at = next_at - $t, lease_until = lease_until - $t,
		expires_at = expires_at - $t where state in ('queued','sending','unknown')`,
	`update message_attempts set poll_at = poll_at - $t where poll_at is not null`,
	`update provider_events set next_at = next_at - $t, lease_until = lease_until - $t
		where state in ('stored','orphan')`,
	`update cases set remind_at = remind_at - $t where remind_at is not null`,
	`update cases set outreach_at = outreach_at - $t where outreach_at is not null`,
	`update cases set complete_at = complete_at - $t where complete_at is not null`,
	`update challenges set created_at = created_at - $t, expires_at = expires_at - $t
		where created_at > now() - interval '1 hour'`,
	`update visits set created_at = created_at - $t, seen_at = seen_at - $t,
		authorised_at = authorised_at - $t
		where ended_at is null and seen_at > now() - interval '1 hour'`,
	`update factors set locked_until = locked_until - $t where locked_until > now()`,
	`update connections set opened_at = opened_at - $t, probe_at = probe_at - $t,
		closed_at = closed_at - $t where opened_at is not null or closed_at is not null`,
	`update idempotency_keys set lease_until = lease_until - $t where status is null`,
	`update counters set ends_at = ends_at - $t`,
	`delete from counters where ends_at < now()`
];
/** What lives for days is moved only by jumps of days: there are many such rows. */
const LONG_MOVES = [
	`update cases set expires_at = expires_at - $t where ended_at is null`,
	`update links set expires_at = expires_at - $t where ended_at is null`,
	`update messages set released_at = released_at - $t where released_at is not null`
];
const DAY = 86_400;

/** Moves everything that waits `seconds` closer; more than a day lets links and cases end, too. */
export async function moveClock(
	// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any schema: tables are named in SQL
	db: Kysely<any>,
	seconds: number,
	more: string[] = []
): Promise<void> {
	const moves = [...MOVES, ...(seconds >= DAY ? LONG_MOVES : []), ...more];
	await db.transaction().execute(async (trx) => {
		await sql`set local statement_timeout = 0`.execute(trx);
		await sql`set local lock_timeout = '30s'`.execute(trx);
		for (const move of moves)
			await sql.raw(move.replaceAll('$t', `interval '${seconds} seconds'`)).execute(trx);
	});
}
