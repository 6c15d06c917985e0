import type { Insertable } from 'kysely';
import type { Channel } from '../../domain/workflow/document.ts';
import type { Db } from './connect.ts';
import type { Schema } from './schema.ts';

type Suppressed = Insertable<Schema['suppressions']>;

/**
 * Nothing that we begin goes to these contacts any more. What is suppressed already stays as it is.
 * @returns the channels on which something is new
 */
export async function suppress(db: Db, rows: Suppressed[]): Promise<Channel[]> {
	const stopped = await db
		.insertInto('suppressions')
		.values(rows)
		.onConflict((conflict) => conflict.doNothing())
		.returning('channel')
		.execute();
	return stopped.map(({ channel }) => channel);
}
