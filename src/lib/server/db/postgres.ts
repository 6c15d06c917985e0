import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Database } from './connect.ts';
import type { Schema } from './schema.ts';

export type Role = 'web' | 'worker' | 'migrate';

interface Limits {
	statementMs: number;
	lockMs: number;
	idleInTransactionMs: number;
}

/**
 * How long a statement may run, wait for a lock, and how long a transaction may do nothing. Web is
 * below what a customer waits for a page. A migration may take as long as it takes, but may not
 * stand in everybody's way while it waits for its lock. 0 is no limit.
 */
const LIMITS: Record<Role, Limits> = {
	web: { statementMs: 2_500, lockMs: 1_000, idleInTransactionMs: 5_000 },
	worker: { statementMs: 30_000, lockMs: 1_000, idleInTransactionMs: 5_000 },
	migrate: { statementMs: 0, lockMs: 10_000, idleInTransactionMs: 0 }
};

const CONNECT_MS = 5_000;

interface PostgresOptions {
	url: string;
	poolSize: number;
	role: Role;
	onIdleError?: ((error: Error) => void) | undefined;
}

export function openPostgres({ url, poolSize, role, onIdleError }: PostgresOptions): Database {
	const limits = LIMITS[role];
	const pool = new pg.Pool({
		connectionString: url,
		max: poolSize,
		connectionTimeoutMillis: CONNECT_MS,
		statement_timeout: limits.statementMs,
		lock_timeout: limits.lockMs,
		idle_in_transaction_session_timeout: limits.idleInTransactionMs,
		application_name: `tapdone-${role}`,
		keepAlive: true,
		types
	});
	// Without a listener, a connection that breaks while idle would end the process.
	pool.on('error', onIdleError ?? (() => {}));
	// Nor may one that breaks in use: its query fails, the pool replaces it, and whoever asked is told
	// to try again (case M2).
	pool.on('connect', (client) => client.on('error', () => undefined));
	const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
	return { kind: 'postgres', db, pool, close: () => db.destroy() };
}

/** The two types that pg reads differently from PGlite; the rest as pg does. */
type Reader = (text: string) => unknown;
const READERS = new Map<number, Reader>([
	[pg.types.builtins.INT8, integer],
	[pg.types.builtins.DATE, (text) => text]
]);

const types: pg.CustomTypesConfig = {
	getTypeParser: (type, format): Reader =>
		READERS.get(type) ?? (pg.types.getTypeParser(type, format) as Reader)
};

function integer(text: string): number | bigint {
	const value = Number(text);
	return Number.isSafeInteger(value) ? value : BigInt(text);
}
