import { embeddedSnapshot } from '../support/snapshot.ts';
import { startPostgres } from '../support/postgres.ts';
import { buildIfStale } from './build.ts';
import { readOptions } from './options.ts';

/*
 * npm run bench: what each part of the product costs, as ratios to a baseline that is measured in
 * the same run. Nothing is asserted: read the README beside this file before reading the tables.
 */
const options = readOptions(process.argv.slice(2));
// Ending on purpose lets what was started be ended, too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

await buildIfStale();
process.env.TAPDONE_TEST_DB = 'postgres';
process.env.TAPDONE_TEST_SNAPSHOT = await embeddedSnapshot();
const cluster = await startPostgres();
process.env.TAPDONE_TEST_POSTGRES_URL = cluster.url;
try {
	// Loaded now: the test database reads which kind it is when it is loaded.
	const { parts } = await import('./parts.ts');
	for (const part of options.parts) await parts[part](options);
} finally {
	await cluster.stop();
}
