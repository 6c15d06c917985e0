import { type Kysely, sql } from 'kysely';

// After an outage of a system of record: since when it is called again, and how many jobs do so side
// by side; and what waits for it, the oldest first.
const steps = [
	sql`alter table connections
		add column closed_at timestamptz,
		add column running integer not null default 0 check (running >= 0)`,
	sql`create index writebacks_waiting on writebacks (connection, created_at, id)
		where state in ('pending','sending','unknown')`
];

export async function up(db: Kysely<unknown>): Promise<void> {
	for (const step of steps) await step.execute(db);
}
