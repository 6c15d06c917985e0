import { sql } from 'kysely';
import { CAPS_DAYS } from '../../domain/outreach/caps.ts';
import type { Trx } from './cases.ts';
import type { Db } from './connect.ts';

/**
 * When messages that we began went to a person, on all cases, as far back as caps look; epoch
 * milliseconds. One that failed reached nobody and does not count.
 * @param except a message that is asked about itself
 */
export async function sentLately(db: Db, customerHash: string, except?: string): Promise<number[]> {
	const { rows } = await sql<{ released_at: Date }>`
		select m.released_at from cases c join messages m on m.case_id = c.id
		where c.customer_hash = ${customerHash} and m.class = 'outreach'
			and m.state in ('queued','sending','unknown','accepted')
			and m.released_at > now() - make_interval(days => ${CAPS_DAYS}::int)
			and m.id is distinct from ${except ?? null}::uuid`.execute(db);
	return rows.map(({ released_at }) => released_at.getTime());
}

/**
 * Until the transaction ends nobody else counts what this person was sent: two of their cases at once
 * would both see room for the last message. Taken after a case's row and before nothing.
 */
export async function lockPerson(trx: Trx, customerHash: string): Promise<void> {
	await sql`select pg_advisory_xact_lock(hashtextextended(${customerHash}, 0))`.execute(trx);
}
