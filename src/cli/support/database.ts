import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, printProblems } from '../../lib/server/config.ts';
import type { Config } from '../../lib/server/config.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../lib/server/db/connect.ts';
import { DirectoryInUse } from '../../lib/server/db/lock.ts';
import { schemaState } from '../../lib/server/db/migrate.ts';
import { stopWith } from './stop.ts';

/**
 * Runs `work` on the database that the configuration names, and closes it. The embedded one serves
 * one process: while the server runs, this ends with the way out.
 */
export async function withDatabase<Value>(
	work: (database: Database, config: Config) => Promise<Value>
): Promise<Value> {
	const loaded = loadConfig(process.env);
	if (!loaded.ok) stopWith(`${printProblems(loaded.detail ?? [])}${demoHint(process.env)}`);
	const config = loaded.value;
	const database = await openOrStop({
		url: config.databaseUrl ?? undefined,
		dataDir: config.databaseUrl === null ? config.dataDir : undefined,
		poolSize: 2,
		role: 'worker'
	});
	try {
		if ((await schemaState(database.db)) === 'behind')
			stopWith('The database is behind this version. Run: npm run migrate');
		return await work(database, config);
	} finally {
		await database.close();
	}
}

/**
 * Opens the database; while another process has the embedded one, ends the command with words for
 * people: which process, and the ways out.
 */
export async function openOrStop(options: DatabaseOptions): Promise<Database> {
	try {
		return await openDatabase(options);
	} catch (error) {
		if (error instanceof DirectoryInUse) stopWith(`${error.message}\n${IN_USE}`);
		throw error;
	}
}

const IN_USE = `This command opens the database itself. Is it the demo's? Then end the demo with Ctrl-C, run this command
with TAPDONE_ENV=demo, and start the demo again.`;

/** Whoever has tried the demo has its data there, and none of the variables of an installation. */
function demoHint({ TAPDONE_ENV, TAPDONE_DATA, DATABASE_URL }: NodeJS.ProcessEnv): string {
	const data = TAPDONE_DATA?.trim() || './data';
	const isDemo = !TAPDONE_ENV && !DATABASE_URL && existsSync(join(data, 'demo-keys.json'));
	return isDemo
		? `\n${data} holds a demo: to work on that, end the demo and run this command with TAPDONE_ENV=demo.`
		: '';
}
