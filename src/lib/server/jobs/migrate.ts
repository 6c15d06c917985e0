import { fromPglite, PgBoss } from 'pg-boss';
import type { Database } from '../db/connect.ts';

/**
 * Brings pg-boss's own tables to the version of the installed library: a step of the deploy, since
 * nodes start with `migrate: false`. Throws what the database says.
 */
export async function migrateJobs(database: Database): Promise<void> {
	const quiet = { migrate: true, supervise: false, schedule: false };
	const boss =
		database.kind === 'embedded'
			? new PgBoss({ ...quiet, backend: 'pglite', db: fromPglite(database.pglite) })
			: new PgBoss({
					...quiet,
					db: { executeSql: (text, values) => database.pool.query(text, values) }
				});
	await boss.start();
	await boss.stop({ graceful: false });
}
