import { oldestWaiting } from '../db/writebacks.ts';
import { priorityByAge } from '../jobs/queues.ts';
import type { Parts } from '../parts.ts';

/** Wakes the oldest that wait for a system of record that is back. */
export async function wakeOldest(
	{ db, jobs }: Pick<Parts, 'db' | 'jobs'>,
	connection: string,
	since: Date,
	count: number
): Promise<void> {
	const rows = await oldestWaiting(db, connection, since, count);
	const waiting = rows.map(({ id, created_at, now }) => ({
		data: { v: 1 as const, writeback: id },
		options: { priority: priorityByAge(created_at, now) }
	}));
	await jobs.sendAll(db, 'apply-writeback', waiting);
}
