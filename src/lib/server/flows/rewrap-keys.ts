import { sql } from 'kysely';
import { VaultError } from '../crypto/vault.ts';
import { countAgainst } from '../db/counters.ts';
import type { Parts } from '../parts.ts';

const BATCH = 200;

export interface Rewrapped {
	/** Now under the current master key. */
	renewed: number;
	/** Were so already. */
	current: number;
	/** Their master key is not in the keyring, or has ended: these cases cannot be read at all. */
	unreadable: number;
}

interface KeyRow {
	id: string;
	key: string;
}

/** What has a key of its own under the master keyring, and which rows of it still have theirs. */
const HOLDERS = [
	['cases', sql`erased_at is null`],
	['staff', sql`true`],
	['incident_acts', sql`key is not null`]
] as const;

/**
 * After a new master key was put first in the keyring: wraps every case's and account's key anew, so
 * that the old one can be taken out. What these keys protect is not touched. May run while the product
 * works, be interrupted, and be run again: what is done is not done again.
 * @param progress told after each batch
 */
export async function rewrapKeys(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	progress: (done: Readonly<Rewrapped>) => void = () => undefined
): Promise<Rewrapped> {
	const done: Rewrapped = { renewed: 0, current: 0, unreadable: 0 };
	for (const [table, kept] of HOLDERS) {
		let after = '00000000-0000-0000-0000-000000000000';
		for (;;) {
			const { rows } = await sql<KeyRow>`
				select id, key from ${sql.table(table)} where id > ${after} and ${kept}
				order by id limit ${BATCH}`.execute(db);
			for (const row of rows) done[await rewrap({ db, vault }, table, row)] += 1;
			const last = rows.at(-1);
			if (!last) break;
			after = last.id;
			progress(done);
		}
	}
	return done;
}

async function rewrap(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	table: (typeof HOLDERS)[number][0],
	{ id, key }: KeyRow
): Promise<keyof Rewrapped> {
	try {
		const renewed = await vault.rewrap(key);
		if (renewed === null) return 'current';
		// Another run may have been faster, or the person erased meanwhile: then nothing is changed.
		await sql`update ${sql.table(table)} set key = ${renewed}
			where id = ${id} and key = ${key}`.execute(db);
		return 'renewed';
	} catch (error) {
		if (error instanceof VaultError) return 'unreadable';
		throw error;
	}
}

/** Of all nodes one looks in each hour. */
const TURN = { key: 'rewrap', most: 1, seconds: 3_600 };

/**
 * The same by itself, for as long as the keyring holds a key before the current one: a rotation needs
 * nobody to stay with it, and goes on where a dead node has left it.
 * @returns `null` when there is nothing to rotate, or it was another node's turn
 */
export async function rewrapInTurn(
	parts: Pick<Parts, 'db' | 'vault' | 'config' | 'log'>
): Promise<Rewrapped | null> {
	if (parts.config.keys.master.all.length < 2) return null;
	if (!(await countAgainst(parts.db, TURN))) return null;
	let told = 0;
	const done = await rewrapKeys(parts, ({ renewed, current, unreadable }) => {
		if (renewed - told < 10_000) return;
		told = renewed;
		parts.log.info({ renewed, current, unreadable }, 'rotation of the master key: under way');
	});
	if (done.renewed + done.unreadable > 0)
		parts.log.info({ ...done }, 'rotation of the master key: every row was looked at');
	return done;
}
