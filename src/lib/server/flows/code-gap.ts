import { sql } from 'kysely';
import { gapSeconds, SENDS } from '../../domain/identity/limits.ts';
import type { Db } from '../db/connect.ts';

/** Seconds until this person may be sent another code, over all links and visits; 0 is now. */
export async function untilNextCode(db: Db, customerHash: string): Promise<number> {
	const { waited, sent } = await db
		.selectFrom('challenges')
		.select(sql<number | null>`extract(epoch from now() - max(created_at))::float8`.as('waited'))
		.select(sql<number>`count(*)::int`.as('sent'))
		.where('customer_hash', '=', customerHash)
		.where('created_at', '>', sql<Date>`now() - make_interval(mins => ${SENDS.gapMinutes}::int)`)
		.executeTakeFirstOrThrow();
	return Math.max(0, Math.ceil(gapSeconds(sent) - (waited ?? 0)));
}
