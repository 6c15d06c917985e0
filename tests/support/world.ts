import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, buildApp } from '../../src/lib/server/app.ts';
import { loadConfig } from '../../src/lib/server/config.ts';
import type { Db } from '../../src/lib/server/db/connect.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { readWorkflow } from '../../src/lib/server/workflows/read-yaml.ts';
import { type RecordsPeer, startRecordsPeer } from '../peers/records.ts';
import { testDatabase, type TestDatabase } from './database.ts';

const root = join(import.meta.dirname, '../..');
const key = () => randomBytes(32).toString('base64url');

/** Keys of one world: every process of it must share them. */
export const newKeys = () => ({
	TAPDONE_MASTER_KEYS: `a:${key()}`,
	TAPDONE_LINK_KEYS: `a:${key()}`,
	TAPDONE_LOOKUP_KEY: key(),
	TAPDONE_AUDIT_KEYS: `a:${key()}`
});

/** `TAPDONE_RECORDS` for a demo core. */
export const recordsOf = (core: RecordsPeer, more: object = {}) =>
	JSON.stringify({
		'demo-core': {
			baseUrl: core.url,
			token: core.token,
			allowHttp: true,
			allowPrivate: true,
			...more
		}
	});

/** Publishes starter documents as version 1; `change` edits one on its way. */
export async function publish(
	db: Db,
	keys = ['failed-payment', 'collections-plan', 'address-update'],
	change: (source: string) => string = (source) => source
): Promise<void> {
	for (const name of keys) {
		const source = change(readFileSync(join(root, `workflows/${name}.yaml`), 'utf8'));
		const read = readWorkflow(source);
		if (!read.ok) throw new Error(`${name}: ${JSON.stringify(read.detail)}`);
		const { document, hash } = read.value;
		await db
			.insertInto('workflows')
			.values({
				key: name,
				version: 1,
				document: JSON.stringify(document),
				source,
				hash,
				published_by: 'test'
			})
			.execute();
	}
}

export interface World {
	app: App;
	parts: Parts;
	core: RecordsPeer;
	database: TestDatabase;
	/** What it was started with, for more processes on the same database and keys. */
	env: Record<string, string>;
	close(): Promise<void>;
}

/**
 * A whole Tapdone in this process, on a database of its own, with a demo core and the starters
 * published. Jobs run only with `role: 'all'`; with `web` a test runs the flows by hand.
 */
export async function startWorld(
	options: {
		role?: 'all' | 'web';
		env?: Record<string, string>;
		records?: object;
		/** Instead of an own one; the starters are in it already. */
		database?: TestDatabase;
		/** Edits the starters on their way. */
		change?: (source: string) => string;
	} = {}
): Promise<World> {
	const database = options.database ?? (await testDatabase());
	const core = await startRecordsPeer();
	const env = {
		TAPDONE_ENV: 'test',
		TAPDONE_ROLE: options.role ?? 'web',
		TAPDONE_LOG_LEVEL: 'silent',
		TAPDONE_JOB_POLL_MS: '500',
		// A role of its own needs a URL in the configuration; the open database is what is used.
		DATABASE_URL: database.url ?? 'postgres://embedded/none',
		TAPDONE_RECORDS: recordsOf(core, options.records),
		...newKeys(),
		...options.env
	};
	const config = loadConfig(env);
	if (!config.ok) throw new Error(JSON.stringify(config.detail));
	const app = await buildApp(config.value, database);
	if (!options.database) await publish(database.db, undefined, options.change);
	return {
		app,
		parts: app.parts,
		core,
		database,
		env,
		async close() {
			await app.stop();
			await core.close();
		}
	};
}
