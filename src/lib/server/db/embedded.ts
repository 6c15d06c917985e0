import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import type { Database } from './connect.ts';
import { takeDirectory } from './lock.ts';
import type { Schema } from './schema.ts';

/**
 * The embedded database. It runs one statement at a time and one transaction at a time, survives
 * `kill -9` of the process but not a power cut (it never calls fsync), and has no timeouts: a
 * statement cannot be interrupted from within the thread that runs it.
 */
export async function openEmbedded(dataDir?: string, dump?: Blob): Promise<Database> {
	const release = dataDir === undefined ? () => {} : await takeDirectory(dataDir);
	try {
		const pglite = await PGlite.create({
			...(dataDir === undefined ? {} : { dataDir: folder(dataDir) }),
			...(dump === undefined ? {} : { loadDataDir: dump }),
			parsers: { [types.DATE]: (text: string) => text }
		});
		const db = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) });
		const close = async () => {
			// Kysely closes PGlite only if it has used it.
			await db.destroy();
			if (!pglite.closed) await pglite.close();
			release();
		};
		return { kind: 'embedded', db, pglite, close };
	} catch (error) {
		release();
		throw error;
	}
}

function folder(dataDir: string): string {
	const path = join(dataDir, 'database');
	mkdirSync(path, { recursive: true, mode: 0o700 });
	return path;
}
