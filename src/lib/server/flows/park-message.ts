import { sql } from 'kysely';
import type { Parts } from '../parts.ts';
import type { MessageRow } from './send-message.ts';

/**
 * Nobody can be asked to take it at present: it waits, no try is used up, and its case need not hear
 * of it. The sweeper wakes it, one at a time of many by chance.
 * @param seconds at least so long
 */
export async function parkMessage(
	{ db, metrics }: Pick<Parts, 'db' | 'metrics'>,
	row: MessageRow,
	reason: string,
	seconds: number
): Promise<void> {
	metrics.sends.inc({ channel: row.channel, class: row.class, outcome: 'parked' });
	await db
		.updateTable('messages')
		.set({
			state: 'queued',
			reason,
			lease_until: null,
			unsettled: 0,
			next_at: sql<Date>`now() + make_interval(secs => ${seconds}::float * (1 + random()))`
		})
		.where('id', '=', row.id)
		.where('attempts', '=', row.attempts)
		.where('state', '=', 'sending')
		.execute();
}
