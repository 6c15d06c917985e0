import { embeddedSnapshot } from './snapshot.ts';
import { startPostgres } from './postgres.ts';

/**
 * Before the tests of a vitest run: the embedded snapshot, and one PostgreSQL unless tests/run.ts
 * has started one for all layers. Workers and the processes that tests start inherit both.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
	process.env.TAPDONE_TEST_SNAPSHOT ??= await embeddedSnapshot();
	if (process.env.TAPDONE_TEST_POSTGRES_URL) return undefined;
	const cluster = await startPostgres();
	process.env.TAPDONE_TEST_POSTGRES_URL = cluster.url;
	return async () => {
		delete process.env.TAPDONE_TEST_POSTGRES_URL;
		await cluster.stop();
	};
}
