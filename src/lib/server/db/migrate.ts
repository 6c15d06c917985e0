import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from '../../../../migrations/index.ts';
import type { Db } from './connect.ts';

const names = Object.keys(migrations).sort();

/**
 * Runs every migration that has not run, in one transaction, under the database's own lock: any
 * number of processes may call it at once. Returns the names that this call ran. Throws what the
 * database says about the first that fails; nothing of the call is kept then.
 */
export async function migrate(db: Db): Promise<string[]> {
	const provider = { getMigrations: () => Promise.resolve(migrations) };
	const { error, results } = await new Migrator({ db, provider }).migrateToLatest();
	if (error) throw error instanceof Error ? error : new Error('migration failed', { cause: error });
	return (results ?? []).map((result) => result.migrationName);
}

/**
 * `behind`: `npm run migrate` has to run. `ahead`: a newer build has migrated already; this one
 * may go on serving, because a migration never breaks the build before it.
 */
export async function schemaState(db: Db): Promise<'current' | 'behind' | 'ahead'> {
	const table = await sql<{ found: string | null }>`
		select to_regclass('kysely_migration')::text as found`.execute(db);
	if (!table.rows[0]?.found) return 'behind';
	const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
	const run = new Set(rows.map((row) => row.name));
	if (names.some((name) => !run.has(name))) return 'behind';
	return run.size > names.length ? 'ahead' : 'current';
}
