import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Invited } from './invited.ts';
import type { Recorded } from './recorder.ts';
import type { Recording } from './recording.ts';

/** Ids, hashes and secrets as this project writes them; everything else stays as it was recorded. */
const NAMES =
	/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|TD-[2-9A-Z]{12}|(?<![\w-])(?:[\w-]{43}|[\w-]{22})(?![\w-])/g;
const REFERENCE = '23456789BCDFGHJKMNPQRSTVWXYZ';

function freshLike(name: string): string {
	if (name.startsWith('TD-'))
		return `TD-${Array.from(randomBytes(12), (byte) => REFERENCE[byte % 28]).join('')}`;
	if (name.length === 36) return randomUUID();
	return randomBytes(32).toString('base64url').slice(0, name.length);
}

/** Makes of a recorded value the one for another case. */
export type Translate = (value: unknown) => unknown;

/** Gives a recorded value for another case: its names become that case's, new ones become new. */
export function forCase({ of, at }: Recording, other: Invited): Translate {
	const names = new Map([
		[of.caseId, other.caseId],
		[of.linkHash, other.linkHash],
		[of.customerHash, other.customerHash]
	]);
	const later = Date.now() - at;
	const rename = (name: string): string => {
		const known = names.get(name) ?? freshLike(name);
		names.set(name, known);
		return known;
	};
	return function translate(value): unknown {
		if (typeof value === 'string') return value.replace(NAMES, rename);
		if (Array.isArray(value)) return value.map(translate);
		if (typeof value === 'object' && value && 'date' in value)
			return new Date(Number(value.date) + later);
		return value;
	};
}

/**
 * The statements of one journey for another case, over the pool. Throws when one of them touches
 * another number of rows than it did in the journey: then it was not the same work.
 */
export async function replay(pool: pg.Pool, recording: Recording, other: Invited): Promise<void> {
	const translate = forCase(recording, other);
	await replayUnits(pool, recording.units, translate);
}

/** The same of any statements. */
export async function replayUnits(
	pool: pg.Pool,
	units: Recorded[][],
	translate: Translate
): Promise<void> {
	for (const unit of units) {
		const client = await pool.connect();
		try {
			for (const statement of unit) await say(client, statement, translate);
		} finally {
			client.release();
		}
	}
}

async function say(
	client: pg.PoolClient,
	{ text, values, rows }: Recorded,
	translate: Translate
): Promise<void> {
	const answer = await client.query(text, values.map(translate));
	if ((answer.rowCount ?? 0) === rows) return;
	const found = `${answer.rowCount} rows instead of ${rows}`;
	throw new Error(`The baseline is not the same work: ${found} for\n${text}`);
}
