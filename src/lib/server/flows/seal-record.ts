import { sql } from 'kysely';
import type { Checkpoint } from '../../contracts/checkpoint.ts';
import { headsDigest, sha256 } from '../crypto/chain.ts';
import { countUnsealed, lockSealing, sealActs, storeHeads, takeHeads } from '../db/seals.ts';
import type { Parts } from '../parts.ts';
import { keepOutside } from './keep-outside.ts';

type Used = Pick<Parts, 'db' | 'signer' | 'outside' | 'log' | 'crash'>;

/** A checkpoint comes after so many events, and after so long at the latest. */
const EVENTS = 1_000;
const SECONDS = 60;

/**
 * Covers what happened since the last checkpoint by the next ones, as many as it takes, and writes
 * them outside the database. Any number of nodes may do so at once: one makes them, each keeps its
 * own copy. What was committed but not written out before a death is written now.
 * @param now without waiting for the minute
 * @returns how many were made
 */
export async function sealRecord(parts: Used, now = false): Promise<number> {
	let made = 0;
	for (let checkpoint = await seal(parts, now); checkpoint; checkpoint = await seal(parts, false)) {
		made += 1;
		const { number, cases, heads, acts } = checkpoint;
		parts.log.info({ checkpoint: number, cases, heads, acts: acts.head }, 'sealed');
	}
	await keepOutside(parts);
	return made;
}

async function seal({ db, signer, crash }: Used, now: boolean): Promise<Checkpoint | null> {
	if ((await countUnsealed(db, 1)) === 0) return null;
	const made = await db.transaction().execute(async (trx): Promise<Checkpoint | null> => {
		if (!(await lockSealing(trx))) return null;
		const waiting = await countUnsealed(trx, EVENTS);
		const { rows } = await sql<{ number: number; jws: string; at: Date; now: Date; due: boolean }>`
			select coalesce(last.number, 0) as number, coalesce(last.jws, '') as jws, clock.now,
				coalesce(last.at <= clock.now - make_interval(secs => ${SECONDS}), true) as due
			from (select clock_timestamp() as now) clock
				left join (select * from checkpoints order by number desc limit 1) last on true`.execute(trx);
		const last = rows[0];
		if (!last || waiting === 0 || !(now || last.due || waiting >= EVENTS)) return null;
		const heads = await takeHeads(trx);
		const checkpoint: Checkpoint = {
			v: 1,
			number: last.number + 1,
			at: last.now.toISOString(),
			previous: last.jws && sha256(last.jws),
			cases: heads.length,
			heads: headsDigest(heads),
			acts: await sealActs(trx)
		};
		const jws = await signer.sign('tapdone-checkpoint', checkpoint);
		const { number } = checkpoint;
		await trx.insertInto('checkpoints').values({ number, at: last.now, jws }).execute();
		await storeHeads(trx, number, heads);
		crash('seal-record:before-commit');
		return checkpoint;
	});
	if (made) crash('seal-record:after-commit');
	return made;
}
