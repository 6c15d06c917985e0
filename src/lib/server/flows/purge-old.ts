import { sql } from 'kysely';
import { KEPT_DAYS } from '../db/idempotency.ts';
import type { Parts } from '../parts.ts';
import { DRAFT_DAYS } from './drafts.ts';

/** What is kept for how long, by table: the table, its time column, days. */
const RETENTION = [
	['counters', 'ends_at', 1],
	['challenges', 'created_at', 30],
	['visits', 'created_at', 30],
	['drafts', 'created_at', DRAFT_DAYS],
	['idempotency_keys', 'created_at', KEPT_DAYS],
	['staff_sessions', 'created_at', 30],
	['staff_invitations', 'created_at', 30],
	['provider_events', 'received_at', 30],
	['whatsapp_windows', 'expires_at', 1],
	['looked_up_customers', 'looked_at', 400],
	['incident_acts', 'started_at', 90]
] as const;

/** Rows of one statement: short enough for a page's timeouts, and for others to get their turn. */
const PURGE_BATCH = 5000;

/** Deletes all that has outlived its retention, a batch at a time. Ended cases keep their own. */
export async function purgeOld({ db }: Pick<Parts, 'db'>): Promise<number> {
	let purged = 0;
	for (const [table, column, days] of RETENTION) {
		let found: number;
		do {
			const { numAffectedRows } = await sql`
				delete from ${sql.table(table)} where ctid in (
					select ctid from ${sql.table(table)}
					where ${sql.ref(column)} < now() - make_interval(days => ${days}::int)
					limit ${PURGE_BATCH}
				)`.execute(db);
			found = Number(numAffectedRows ?? 0);
			purged += found;
		} while (found === PURGE_BATCH);
	}
	return purged;
}
