import { sql } from 'kysely';
import type { CaseContent } from '../../src/lib/server/db/cases.ts';
import type { Parts } from '../../src/lib/server/parts.ts';

/** Every time that a decision reads, by table. Events are append-only, counters have their own. */
const TIMES = {
	cases: ['opened_at', 'expires_at', 'remind_at', 'facts_at', 'complete_at', 'outreach_at'],
	links: ['created_at', 'expires_at'],
	visits: ['created_at', 'seen_at', 'authorised_at'],
	challenges: ['created_at', 'expires_at'],
	factors: ['locked_until'],
	messages: ['lease_until', 'next_at', 'expires_at', 'created_at', 'released_at'],
	message_attempts: ['started_at', 'poll_at'],
	provider_events: ['next_at', 'lease_until'],
	whatsapp_windows: ['expires_at'],
	drafts: ['created_at'],
	writebacks: ['lease_until', 'next_at', 'first_sent_at', 'last_sent_at'],
	connections: ['opened_at', 'probe_at', 'closed_at']
} as const;

/**
 * Lets time pass for every row by moving all rows into the past; nobody sleeps. The windows
 * of counters stay, see `fillCounter`.
 */
export async function passTime({ parts }: { parts: Parts }, seconds: number): Promise<void> {
	const { db, vault } = parts;
	for (const [table, columns] of Object.entries(TIMES)) {
		const moved = columns.map(
			(column) =>
				sql`${sql.ref(column)} = ${sql.ref(column)} - make_interval(secs => ${seconds}::int)`
		);
		await sql`update ${sql.table(table)} set ${sql.join(moved)}`.execute(db);
	}
	const cases = await db.selectFrom('cases').select(['id', 'key', 'sealed']).execute();
	for (const { id, key: wrapped, sealed } of cases) {
		const key = await vault.openCaseKey(wrapped);
		const content = await vault.open<CaseContent>(key, sealed, 'cases.sealed');
		if (!content.record) continue;
		const at = new Date(Date.parse(content.record.at) - seconds * 1000).toISOString();
		const older = { ...content, record: { ...content.record, at } };
		await db
			.updateTable('cases')
			.set({ sealed: await vault.seal(key, older, 'cases.sealed') })
			.where('id', '=', id)
			.execute();
	}
}

/** The database's clock, which all decisions go by. */
export async function databaseNow({ parts }: { parts: Parts }): Promise<Date> {
	const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(parts.db);
	return rows[0]!.now;
}

/**
 * As if it had been counted `count` times in the present window, and once in the next: there, too,
 * it is full or has room just as now, so that a window that ends while the test runs changes nothing.
 */
export async function fillCounter(
	{ parts }: { parts: Parts },
	{ key, seconds }: { key: string; seconds: number },
	count: number
): Promise<void> {
	for (const [later, counted] of [count, 1].entries())
		await sql`
			insert into counters (key, bucket, count, ends_at) values (
				${key},
				to_timestamp((floor(extract(epoch from now()) / ${seconds}) + ${later}) * ${seconds}),
				${counted},
				now() + make_interval(secs => ${seconds})
			)
			on conflict (key, bucket) do update set count = excluded.count`.execute(parts.db);
}

/** How often was counted under a key, over all windows. */
export async function countedIn({ parts }: { parts: Parts }, key: string): Promise<number> {
	const rows = await parts.db
		.selectFrom('counters')
		.select('count')
		.where('key', '=', key)
		.execute();
	return rows.reduce((sum, { count }) => sum + count, 0);
}
