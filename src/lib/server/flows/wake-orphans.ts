import { sql } from 'kysely';
import type { Trx } from '../db/cases.ts';
import type { Parts } from '../parts.ts';
import { sendCallbacks } from './wake-callbacks.ts';

/** What a provider told of a message before we knew its id there is worked now. */
export async function wakeOrphans(
	{ jobs }: Pick<Parts, 'jobs'>,
	trx: Trx,
	provider: string,
	providerId: string
): Promise<void> {
	const found = await trx
		.updateTable('provider_events')
		.set({ state: 'stored', lease_until: null, next_at: sql<Date>`now()` })
		.where('provider', '=', provider)
		.where('provider_id', '=', providerId)
		.where('state', '=', 'orphan')
		.returning('id')
		.execute();
	const ids = found.map(({ id }) => id);
	await sendCallbacks({ jobs }, trx, ids);
}
