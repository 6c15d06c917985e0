import { createHash } from 'node:crypto';
import {
	existsSync,
	rmSync,
	statSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	writeFileSync
} from 'node:fs';
import { join } from 'node:path';
import { openEmbedded } from '../../src/lib/server/db/embedded.ts';
import { migrate } from '../../src/lib/server/db/migrate.ts';
import { migrateJobs } from '../../src/lib/server/jobs/migrate.ts';

const AN_HOUR_MS = 3_600_000;
const CACHE = join(import.meta.dirname, '../.cache');

/**
 * The path of a dump of a migrated, empty embedded database. Making one takes seconds and loading
 * it a quarter of one, so it is kept under a name that changes with every migration and package.
 */
export async function embeddedSnapshot(): Promise<string> {
	const path = join(CACHE, `embedded-${fingerprint()}.tar`);
	if (existsSync(path)) return path;
	const database = await openEmbedded();
	try {
		await migrate(database.db);
		await migrateJobs(database);
		const dump = await database.pglite?.dumpDataDir('none');
		if (!dump) throw new Error('only the embedded database can be dumped');
		mkdirSync(CACHE, { recursive: true });
		// Another run may be making the same one: whoever is last replaces like with like.
		writeFileSync(`${path}.${process.pid}`, new Uint8Array(await dump.arrayBuffer()));
		renameSync(`${path}.${process.pid}`, path);
		forgetOld();
	} finally {
		await database.close();
	}
	return path;
}

/** Snapshots of other migrations, but not those that a run beside this one may be reading. */
function forgetOld(): void {
	for (const name of readdirSync(CACHE).filter((name) => name.startsWith('embedded-'))) {
		const path = join(CACHE, name);
		if (Date.now() - statSync(path).mtimeMs > AN_HOUR_MS) rmSync(path, { force: true });
	}
}

function fingerprint(): string {
	const root = join(import.meta.dirname, '../..');
	const migrations = readdirSync(join(root, 'migrations')).map((name) => `migrations/${name}`);
	const hash = createHash('sha256');
	for (const name of [...migrations.sort(), 'package-lock.json']) {
		hash.update(name).update(readFileSync(join(root, name)));
	}
	return hash.digest('hex').slice(0, 16);
}
