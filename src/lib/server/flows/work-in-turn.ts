import { RAMP_STEP_SECONDS } from '../../domain/writeback/breaker.ts';
import { endTurn, takeTurn } from '../db/turns.ts';
import { type Claimed, claimOldest, claimWriteback } from '../db/writebacks.ts';
import { priorityByAge } from '../jobs/queues.ts';
import type { Parts } from '../parts.ts';
import type { Settling } from './settle-writeback.ts';
import { wakeOldest } from './wake-oldest.ts';

/** A job works on for so long, then others are woken: a process that shall stop waits for it. */
const WORK_MS = RAMP_STEP_SECONDS * 1000;
/** Of whoever ends, two go on: as fast as the number of turns grows. */
const SUCCESSORS = 2;

/**
 * One writeback of a wake-up, and `attempt` for it. While its system of record comes back from an
 * outage (case N13), jobs need one of few turns, and whoever has one takes the oldest that waits,
 * then the next; the wake-ups of all others are put off until the recovery is over, unread.
 */
export async function workInTurn(
	parts: Settling,
	id: string,
	attempt: (parts: Settling, claimed: Claimed) => Promise<void>
): Promise<void> {
	const { db } = parts;
	const writeback = await db
		.selectFrom('writebacks')
		.select(['id', 'connection', 'created_at'])
		.where('id', '=', id)
		.where('state', 'in', ['pending', 'sending', 'unknown'])
		.executeTakeFirst();
	if (!writeback) return;
	const { connection } = writeback;
	const end = performance.now() + WORK_MS;
	for (let first = true; ; first = false) {
		const turn = await takeTurn(parts, connection);
		if ('until' in turn) return first ? putOff(parts, writeback, turn.until) : undefined;
		const { since } = turn;
		// The recovery is over: everybody's own wake-up does.
		if (!since && !first) return;
		try {
			const claimed = since
				? await claimOldest(db, connection, since)
				: await claimWriteback(db, id);
			if (!claimed) return;
			await attempt({ ...parts, turn }, claimed);
		} finally {
			await endTurn(parts, connection, turn);
		}
		if (!since) return;
		if (performance.now() >= end) return wakeOldest(parts, connection, since, SUCCESSORS);
	}
}

/** The row stays as it is; its job comes again. */
function putOff(
	{ db, jobs }: Pick<Parts, 'db' | 'jobs'>,
	{ id, created_at }: { id: string; created_at: Date },
	until: Date
): Promise<void> {
	const options = { startAfter: until, priority: priorityByAge(created_at, until) };
	return jobs.send(db, 'apply-writeback', { v: 1, writeback: id }, options);
}
