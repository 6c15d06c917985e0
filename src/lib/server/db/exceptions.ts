import type { Insertable } from 'kysely';
import type { CaseEvent } from '../../domain/case/events.ts';
import type { Trx } from './cases.ts';
import type { Schema } from './schema.ts';

/** What the queue needs of an exception beside its event. */
export type ExceptionRow = Insertable<Schema['exceptions']>;

/**
 * Keeps the rows of the queues in step with the timeline, in the order of the events: an exception
 * may be closed and one of its type raised again in the same change.
 * @param filed rows of the exceptions that these events raise
 */
export async function storeExceptions(
	trx: Trx,
	events: readonly CaseEvent[],
	filed: readonly ExceptionRow[],
	now: Date
): Promise<void> {
	for (const event of events) {
		if (event.type === 'exception-raised') {
			const row = filed.find(({ id }) => id === event.exception);
			if (!row) throw new Error(`Exception ${event.exception} was raised without its row.`);
			await trx.insertInto('exceptions').values(row).execute();
		} else if (event.type === 'exception-closed')
			await trx
				.updateTable('exceptions')
				.set({ state: 'closed', closed_at: now, outcome: event.outcome })
				.where('id', '=', event.exception)
				.where('state', '=', 'open')
				.execute();
	}
}
