import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { createLinks } from '../../src/lib/server/crypto/links.ts';
import { parseKeyring } from '../../src/lib/server/crypto/keyring.ts';
import type { Db } from '../../src/lib/server/db/connect.ts';

export const newKey = (): string => randomBytes(32).toString('base64url');

/** Signs links as a server with this keyring does. */
export function linksOf(keyring: string) {
	const keys = parseKeyring(keyring);
	if (!keys.ok) throw new Error(keys.detail);
	return createLinks({ keys: keys.value });
}

/** Key id, id and tag of a token whose key id has one character. */
export function partsOf(token: string): { key: string; id: Buffer; tag: Buffer } {
	const bytes = Buffer.from(token.slice(1), 'base64url');
	return { key: token.slice(0, 1), id: bytes.subarray(0, 16), tag: bytes.subarray(16) };
}

export const tokenOf = (key: string, id: Uint8Array, tag: Uint8Array): string =>
	key + Buffer.concat([id, tag]).toString('base64url');

export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Nobody can read or write any table while `work` runs: who answers has asked none. */
export function withTablesLocked(db: Db, work: () => Promise<void>): Promise<void> {
	return db.transaction().execute(async (trx) => {
		await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
		const { rows } = await sql<{ name: string }>`
			select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`.execute(trx);
		const tables = rows.map(({ name }) => name).join(', ');
		await sql`lock table ${sql.raw(tables)} in access exclusive mode`.execute(trx);
		await work();
	});
}

/** Runs `work` over all values, `width` at a time. */
export async function inParallel<Value, Answer>(
	values: readonly Value[],
	width: number,
	work: (value: Value) => Promise<Answer>
): Promise<Answer[]> {
	const answers: Answer[] = [];
	let next = 0;
	const lane = async () => {
		while (next < values.length) {
			const place = next++;
			answers[place] = await work(values[place]!);
		}
	};
	await Promise.all(Array.from({ length: width }, lane));
	return answers;
}

/** The time that this share of all took at most. */
export function percentile(times: readonly number[], share: number): number {
	const sorted = times.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export const median = (times: readonly number[]): number => percentile(times, 0.5);

/** Median times of several ways, asked in turn so that what else the machine does hits all. */
export async function mediansOf(
	ways: (() => Promise<unknown>)[],
	samples: number
): Promise<number[]> {
	const times: number[][] = ways.map(() => []);
	for (let round = 0; round < samples; round++)
		for (const [place, way] of ways.entries()) {
			const start = performance.now();
			await way();
			times[place]!.push(performance.now() - start);
		}
	return times.map(median);
}
