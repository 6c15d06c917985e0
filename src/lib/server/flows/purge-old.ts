import { sql } from 'kysely';
import { KEPT_DAYS } from '../db/idempotency.ts';
import type { Parts } from '../parts.ts';
import { DRAFT_DAYS } from './drafts.ts';

/** Rows of one statement: short enough for a page's timeouts, and for others to get their turn. */
const PURGE_BATCH = 5000;
/** Each takes up to 10,000 lines with it. */
const INCIDENT_ACTS = 1;

/** What is kept for how long, by table: the table, its time column, days, rows of one statement. */
const RETENTION: [table: string, column: string, days: number, batch?: number][] = [
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
	['incident_acts', 'ended_at', 90, INCIDENT_ACTS]
];

/** Deletes all that has outlived its retention, a batch at a time. Ended cases keep their own. */
export async function purgeOld({ db }: Pick<Parts, 'db'>): Promise<number> {
	let purged = 0;
	for (const [table, column, days, batch = PURGE_BATCH] of RETENTION) {
		let found: number;
		do {
			const { numAffectedRows } = await sql`
				delete from ${sql.table(table)} where ctid in (
					select ctid from ${sql.table(table)}
					where ${sql.ref(column)} < now() - make_interval(days => ${days}::int)
					limit ${batch}
				)`.execute(db);
			found = Number(numAffectedRows ?? 0);
			purged += found;
		} while (found === batch);
	}
	return purged;
}
