import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../src/lib/server/db/connect.ts';

/** What a request can change: by row, but for two. Messages are counted only: sending them changes them by itself. */
const TABLES = [
	'cases',
	'case_events',
	'links',
	'visits',
	'challenges',
	'drafts',
	'submissions',
	'writebacks',
	'suppressions',
	'exceptions',
	'factors',
	...['staff', 'staff_roles', 'staff_sessions', 'audit_entries', 'erasures', 'case_notes'],
	...['workflows', 'workflow_drafts', 'workflow_proposals', 'questions', 'settlements']
];

/**
 * A server that works no jobs: whatever changes while tables are compared was changed by a request.
 * Nothing is sent then, codes are read from the database.
 */
export const NO_JOBS = { TAPDONE_ROLE: 'web' };

const rowsOf = (table: string): RawBuilder<unknown> =>
	sql`select ${table} as name, md5(coalesce(string_agg(t::text, ';' order by t::text), '')) as rows
		from ${sql.table(table)} t`;

/** A fingerprint of all rows that a request can change, by table: equal is unchanged. */
export async function fingerprint(db: Db): Promise<Record<string, string>> {
	const all = sql.join(TABLES.map(rowsOf), sql` union all `);
	// The sweepers count their turns, too.
	const { rows } = await sql<{ name: string; rows: string }>`${all} union all
		select 'counters', coalesce(sum(count), 0)::text from counters where key not like 'sweep%' union all
		select 'messages', count(*)::text from messages`.execute(db);
	return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}

/** Waits until every message is on its way, so that what changes afterwards is not the sending. */
export async function settled(db: Db): Promise<void> {
	for (;;) {
		const { rows } = await sql`select 1 from messages where state in ('queued', 'sending')`.execute(
			db
		);
		if (rows.length === 0) return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}
