import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/lib/server/db/connect.ts';
import { migrate } from '../../src/lib/server/db/migrate.ts';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { migrateJobs } from '../../src/lib/server/jobs/migrate.ts';
import { startServer } from '../support/servers.ts';
import { newKeys, publish } from '../support/world.ts';

/** One process of the production build on the embedded database, with a key for its API. */
export async function startEmbedded() {
	const data = mkdtempSync(join(tmpdir(), 'tapdone-bench-'));
	const database = await openDatabase({ dataDir: data, poolSize: 1, role: 'web' });
	await migrate(database.db);
	await migrateJobs(database);
	await publish(database.db);
	const key = await createApiKey(database, 'bench', ['cases:write']);
	await database.close();
	if (!key.ok) throw new Error(key.reason);
	const server = await startServer({
		TAPDONE_ENV: 'test',
		TAPDONE_DATA: data,
		// It must work its own jobs; as rarely as it may, because opening is what is measured.
		TAPDONE_JOB_POLL_MS: '60000',
		TAPDONE_RECORDS: '{}',
		...newKeys()
	});
	const kill = () => server.process.kill('SIGKILL');
	process.once('exit', kill);
	return {
		server,
		token: key.value.token,
		close: async () => {
			process.off('exit', kill);
			await server.stop('SIGKILL');
			rmSync(data, { recursive: true });
		}
	};
}
