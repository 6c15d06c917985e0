import { sql } from 'kysely';
import { CODE, COMPARES } from '../../domain/identity/limits.ts';
import { raiseAlert } from '../db/alerts.ts';
import type { Db } from '../db/connect.ts';
import { countAgainst, counted, giveBack } from '../db/counters.ts';

// One code sprayed over many challenges stays below every limit of a challenge and a person. It is
// seen by where the wrong codes come from, and by how many there are everywhere (case C5).

const { perSource, breaker } = COMPARES;

const wrongFrom = (source: string) => ({
	key: `wrong-codes:${source}`,
	most: perSource.count,
	seconds: perSource.minutes * 60
});
const WRONG = { key: 'wrong-codes-all', most: 2 ** 30, seconds: breaker.minutes * 60 };
const STOPPED = { key: 'codes-stopped', most: 1, seconds: breaker.minutes * 60 };

/**
 * Counts a wrong code of this source ahead, so that parallel ones cannot share a count. `false` when
 * it has had its share, or while the breaker is open: nothing may be compared.
 * @param source keyed hash of the caller's address
 */
export async function reserveCompare(db: Db, source: string): Promise<boolean> {
	if ((await counted(db, STOPPED)) > 0) return false;
	return countAgainst(db, wrongFrom(source));
}

/** It was right, or nothing was compared. */
export const giveCompareBack = (db: Db, source: string): Promise<void> =>
	giveBack(db, wrongFrom(source));

/**
 * One more wrong code. When nearly all of many are wrong, codes are refused everywhere until the
 * window ends, minutes later, and operations are told.
 */
export async function watchForSpray(db: Db): Promise<void> {
	await countAgainst(db, WRONG);
	const wrong = await counted(db, WRONG);
	if (wrong < breaker.compares * breaker.wrongShare) return;
	const all = wrong + (await countRight(db));
	if (all < breaker.compares || wrong / all < breaker.wrongShare) return;
	await countAgainst(db, STOPPED);
	await raiseAlert(db, 'code-failures', 'deployment');
}

/** Codes that were right in the last minutes, as long as wrong ones are counted for. */
async function countRight(db: Db): Promise<number> {
	const { rows } = await sql<{ count: number }>`
		select count(*)::int as count from challenges
		where created_at > now() - make_interval(mins => ${breaker.minutes + CODE.minutes}::int)
			and used_at > now() - make_interval(mins => ${breaker.minutes}::int)`.execute(db);
	return rows[0]?.count ?? 0;
}
