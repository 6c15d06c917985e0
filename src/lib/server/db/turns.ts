import { sql } from 'kysely';
import { recoveredAt, sideBySide, type Turn } from '../../domain/writeback/breaker.ts';
import type { Parts } from '../parts.ts';
import { loadBreaker } from './breakers.ts';

type Used = Pick<Parts, 'db' | 'crash'>;

/** None is free; `until` is when nobody needs one any more. */
interface AllTaken {
	until: Date;
}

/**
 * A job's turn with a system of record: one of few, over all nodes, while that comes back from an
 * outage; else there is nothing to count. One conditional statement, so parallel callers cannot
 * share one. A node that dies keeps its turn until the recovery is over.
 */
export async function takeTurn({ db, crash }: Used, name: string): Promise<Turn | AllTaken> {
	const seen = await loadBreaker(db, name);
	if (!seen) return { since: null };
	const { closedAt: since } = seen.breaker;
	const most = sideBySide(seen.breaker, seen.now);
	if (!since || most === Infinity) return { since: null };
	const { numUpdatedRows } = await db
		.updateTable('connections')
		.set({ running: sql`running + 1` })
		.where('name', '=', name)
		.where('closed_at', '=', since)
		.where('running', '<', most)
		.executeTakeFirst();
	if (numUpdatedRows === 0n) return { until: recoveredAt(since) };
	crash('take-turn:taken');
	return { since };
}

/** Gives it to the next. One of an earlier recovery is nobody's any more. */
export async function endTurn({ db, crash }: Used, name: string, { since }: Turn): Promise<void> {
	if (!since) return;
	await db
		.updateTable('connections')
		.set({ running: sql`running - 1` })
		.where('name', '=', name)
		.where('closed_at', '=', since)
		.where('running', '>', 0)
		.execute();
	crash('end-turn:ended');
}
