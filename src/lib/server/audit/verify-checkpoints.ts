import { sql } from 'kysely';
import { type Checkpoint, checkpointSchema } from '../../contracts/checkpoint.ts';
import { type Head, headsDigest, sha256 } from '../crypto/chain.ts';
import { openSigned, type PublicKeys } from '../crypto/signer.ts';
import type { Db } from '../db/connect.ts';
import type { Kept } from '../outside/port.ts';
import type { Watch } from './finding.ts';

const PAGE = 500;

type Signed = Checkpoint & { jws: string };

/**
 * Walks the checkpoints: signatures, their chain, the heads that each covers, and what the files
 * outside say. The files are right wherever the two differ.
 * @returns the last one, if it holds
 */
export async function verifyCheckpoints(
	db: Db,
	keys: PublicKeys,
	outside: readonly Kept[] | null,
	watch: Watch
): Promise<Signed | null> {
	const kept = new Map(outside?.map(({ number, jws }) => [number, jws]));
	let number = 0;
	let last: Signed | null = null;
	let previous = '';
	for (;;) {
		const rows = await db
			.selectFrom('checkpoints')
			.select(['number', 'jws'])
			.where('number', '>', number)
			.orderBy('number')
			.limit(PAGE)
			.execute();
		for (const row of rows) {
			const where = `checkpoint ${row.number}`;
			if (row.number !== number + 1)
				watch.found({ where: `checkpoint ${number + 1}`, what: 'is missing' });
			const held = await read(keys, row, previous);
			if (typeof held === 'string') watch.found({ where, what: held });
			else await compareHeads(db, held, watch);
			const copy = kept.get(row.number);
			if (copy !== undefined && copy !== row.jws)
				watch.found({ where, what: 'is another one in the files outside' });
			kept.delete(row.number);
			last = typeof held === 'string' ? null : held;
			number = row.number;
			previous = sha256(row.jws);
			watch.progress({ events: 0, acts: 0, checkpoints: number });
			watch.signal?.throwIfAborted();
		}
		if (rows.length < PAGE) break;
	}
	const lost = Math.min(...kept.keys());
	if (kept.size > 0)
		watch.found({
			where: `checkpoint ${lost}`,
			what: `stands in the files outside and not in the database, as ${kept.size - 1} more do`
		});
	return last;
}

async function read(keys: PublicKeys, row: Kept, previous: string): Promise<Signed | string> {
	const opened = await openSigned(keys, 'tapdone-checkpoint', row.jws);
	if (!opened.ok)
		return opened.reason === 'unknown-key'
			? 'is signed by a key that was not given'
			: 'has a wrong signature';
	const parsed = checkpointSchema.safeParse(opened.value);
	if (!parsed.success || parsed.data.number !== row.number)
		return 'says something else than it should';
	if (parsed.data.previous !== previous) return 'does not follow the one before it';
	return { ...parsed.data, jws: row.jws };
}

/** Are the events still there that it covers, and are these the ones that it covers? */
async function compareHeads(db: Db, { number, heads, cases }: Checkpoint, watch: Watch) {
	const { rows } = await sql<Head & { now: string | null }>`
		select h.case_id as "caseId", h.seq, encode(h.hash, 'hex') as hash, encode(e.hash, 'hex') as now
		from checkpoint_heads h left join case_events e using (case_id, seq)
		where h.checkpoint = ${number} order by h.case_id`.execute(db);
	for (const { caseId, seq, hash, now } of rows)
		if (now !== hash)
			watch.found({
				where: `case ${caseId} event ${seq}`,
				what: `${now === null ? 'is missing' : 'is another one'}: checkpoint ${number} covers it`
			});
	if (rows.length !== cases || headsDigest(rows) !== heads)
		watch.found({
			where: `checkpoint ${number}`,
			what: 'covers other events than it was signed for'
		});
}
