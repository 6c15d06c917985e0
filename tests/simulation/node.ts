import { join } from 'node:path';
import { loadConfig } from '../../src/lib/server/config.ts';
import { createLinks } from '../../src/lib/server/crypto/links.ts';
import { createSigner } from '../../src/lib/server/crypto/signer.ts';
import { createVault } from '../../src/lib/server/crypto/vault.ts';
import { type Database, openDatabase } from '../../src/lib/server/db/connect.ts';
import { createLog } from '../../src/lib/server/log.ts';
import { createMetrics } from '../../src/lib/server/metrics.ts';
import { nowhere } from '../../src/lib/server/outside/files.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { newKeys, publish } from '../support/world.ts';

/** A node that died at a named point of the program. Everything of that run is gone. */
export class NodeDied extends Error {
	constructor(point: string) {
		super(`The node died at ${point}.`);
	}
}

export interface Nodes {
	database: TestDatabase;
	/** One Parts a node: each with its own pool, vault and keys in memory, all on one database. */
	parts: Omit<Parts, 'crash'>[];
	close(): Promise<void>;
}

/** Several nodes on one PostgreSQL, with ports of the simulation instead of the world's. */
export async function startNodes(
	count: number,
	ports: Pick<Parts, 'jobs' | 'records' | 'channels'>,
	more: { env?: Record<string, string>; change?: (source: string) => string } = {}
): Promise<Nodes> {
	const database = await testDatabase({ role: 'worker' });
	if (!database.url) throw new Error('The simulation needs the real PostgreSQL.');
	const { url } = database;
	const config = loadConfig({
		TAPDONE_ENV: 'test',
		TAPDONE_LOG_LEVEL: 'silent',
		TAPDONE_OUTREACH_LIMITS: 'on',
		TAPDONE_DATA: join(import.meta.dirname, '../.cache'),
		DATABASE_URL: url,
		TAPDONE_ORIGIN: 'https://t.example.test',
		...newKeys(),
		...more.env
	});
	if (!config.ok) throw new Error(JSON.stringify(config.detail));
	const { keys } = config.value;
	await publish(database.db, undefined, more.change);
	const databases: Database[] = [];
	const log = createLog(config.value);
	for (let made = 0; made < count; made += 1)
		databases.push(await openDatabase({ url, poolSize: 5, role: 'worker' }));
	const parts = databases.map(({ db }) => ({
		config: config.value,
		db,
		vault: createVault({ master: keys.master, lookup: keys.lookup }),
		links: createLinks({ keys: keys.links }),
		signer: createSigner(keys.audit),
		outside: nowhere,
		metrics: createMetrics(),
		log,
		...ports
	}));
	return {
		database,
		parts,
		async close() {
			for (const one of databases) await one.close();
			await database.close();
		}
	};
}
