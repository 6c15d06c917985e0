import type { PGlite } from '@electric-sql/pglite';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import { openEmbedded } from './embedded.ts';
import { openPostgres, type Role } from './postgres.ts';
import type { Schema } from './schema.ts';

/** The database or a transaction on it: what reads and guarded updates take. */
export type Db = Kysely<Schema>;

export interface DatabaseOptions {
	/** A PostgreSQL. Without it the embedded database in `dataDir` is used. */
	url?: string | undefined;
	/** Directory of the embedded database. Without it, it lives in memory and is gone at the end. */
	dataDir?: string | undefined;
	/** Most connections of this process; the embedded database has one. */
	poolSize: number;
	role: Role;
	/** Told of a broken idle connection; the pool replaces it by itself. */
	onIdleError?: (error: Error) => void;
}

export type Database =
	| { kind: 'postgres'; db: Db; pool: pg.Pool; pglite?: undefined; close(): Promise<void> }
	| { kind: 'embedded'; db: Db; pglite: PGlite; pool?: undefined; close(): Promise<void> };

/**
 * Opens the one database of this process. Times read as `Date`, `int8` as a number where it is
 * safe and as a bigint above, `date` as `YYYY-MM-DD`, `jsonb` as its value, on both kinds.
 *
 * Throws `DirectoryInUse` when another process has the embedded database's directory.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
	const { url, dataDir, poolSize, role, onIdleError } = options;
	if (url !== undefined) return openPostgres({ url, poolSize, role, onIdleError });
	return openEmbedded(dataDir);
}
