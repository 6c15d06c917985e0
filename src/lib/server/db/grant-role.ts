import { sql } from 'kysely';
import type { Db } from './connect.ts';

/** What only grows: nobody who serves may change, remove or empty it. */
export const RECORD = [
	'case_events',
	'audit_entries',
	'audit_seals',
	'checkpoints',
	'checkpoint_heads',
	'workflows'
] as const;

/** What whoever serves writes of an event and of an act: when it was, and its place, the database says. */
const WRITTEN = {
	case_events: ['case_id', 'seq', 'type', 'actor', 'data'],
	audit_entries: ['actor', 'act', 'object', 'result', 'reason', 'data']
} as const;

/**
 * Gives the role that serves what it needs and nothing that changes the record. The owner calls it
 * after each migration, since new tables come with them; a repeat changes nothing.
 * @param role of a name that the configuration has checked
 */
export async function grantRole(db: Db, role: string): Promise<void> {
	const to = sql.id(role);
	const statements = [
		sql`grant usage on schema public, pgboss to ${to}`,
		sql`grant select, insert, update, delete on all tables in schema public, pgboss to ${to}`,
		sql`grant usage, select on all sequences in schema public, pgboss to ${to}`,
		sql`grant execute on all functions in schema public, pgboss to ${to}`,
		...RECORD.map(
			(table) => sql`revoke update, delete, truncate on ${sql.table(table)} from ${to}`
		),
		...Object.entries(WRITTEN).flatMap(([table, columns]) => [
			sql`revoke insert on ${sql.table(table)} from ${to}`,
			sql`grant insert (${sql.join(columns.map((one) => sql.ref(one)))}) on ${sql.table(table)} to ${to}`
		]),
		// What roles permit comes with a migration: whoever gets at the serving role gives nobody more.
		sql`revoke insert, update, delete, truncate on role_permissions from ${to}`,
		// The migrator's own: what has run is read, never written.
		sql`revoke insert, update, delete on kysely_migration, kysely_migration_lock from ${to}`
	];
	await db.transaction().execute(async (trx) => {
		for (const statement of statements) await statement.execute(trx);
	});
}

/**
 * What of the record the connected role could change or date: as its owner, by a grant, or as a
 * superuser.
 */
export async function changeable(db: Db): Promise<string[]> {
	const { rows } = await sql<{ name: string }>`
		select c.relname as name from pg_class c
		where c.relnamespace = 'public'::regnamespace and c.relname in (${sql.join(RECORD)})
			and (pg_has_role(current_user, c.relowner, 'member')
				or has_table_privilege(c.oid, 'update')
				or has_table_privilege(c.oid, 'delete')
				or has_table_privilege(c.oid, 'truncate')
				or (c.relname in (${sql.join(Object.keys(WRITTEN))})
					and has_column_privilege(c.oid, 'at'::text, 'insert')))
		order by c.relname`.execute(db);
	return rows.map(({ name }) => name);
}
