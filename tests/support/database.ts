import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { type Database, openDatabase } from '../../src/lib/server/db/connect.ts';
import { openEmbedded } from '../../src/lib/server/db/embedded.ts';
import { cloneDatabase } from './postgres.ts';

export type TestDatabase = Database & {
	/** Of the PostgreSQL, for a test that starts processes of its own; absent when embedded. */
	url?: string;
};

/** Which database this vitest project proves things on; see vitest.config.ts. */
export const testKind = process.env.TAPDONE_TEST_DB === 'postgres' ? 'postgres' : 'embedded';

/**
 * A migrated, empty database of the caller's own, of the kind that the vitest project names.
 * `close` removes it, whoever is still connected.
 */
export async function testDatabase(
	options: { poolSize?: number; role?: 'web' | 'worker' } = {}
): Promise<TestDatabase> {
	if (testKind === 'embedded') return openEmbedded(undefined, await openAsBlob(snapshotPath()));
	const clone = await cloneDatabase(clusterUrl(), `test_${randomBytes(8).toString('hex')}`);
	const { poolSize = 10, role = 'web' } = options;
	const database = await openDatabase({ url: clone.url, poolSize, role });
	const close = async () => {
		await database.close();
		await clone.drop();
	};
	return { ...database, url: clone.url, close };
}

/** The address of the run's PostgreSQL, without a database name. */
export function clusterUrl(): string {
	return set('TAPDONE_TEST_POSTGRES_URL');
}

/** The embedded database's starting point: made once a run, migrated and empty. */
export function snapshotPath(): string {
	return set('TAPDONE_TEST_SNAPSHOT');
}

function set(name: string): string {
	const value = process.env[name];
	if (!value) throw new Error(`${name} is not set: run this test through vitest.config.ts`);
	return value;
}
