import { sql } from 'kysely';
import { deliveryOf } from '../../domain/outreach/delivery.ts';
import type { Parts } from '../parts.ts';
import { storeReports } from './store-callbacks.ts';

/** Seconds after each look until the next one; after the last nobody asks any more. */
const NEXT_POLL_SECONDS = [2 * 3_600, 24 * 3_600];

/**
 * Asks the provider what became of a message of which it has told no end, a few times. What it says
 * is stored like a callback, so that it counts once whoever tells it.
 */
export async function pollDelivery(
	parts: Pick<Parts, 'db' | 'jobs' | 'channels' | 'crash'>,
	message: string,
	number: number
): Promise<void> {
	const taken = await parts.db
		.updateTable('message_attempts')
		.set({
			polls: sql`polls + 1`,
			poll_at: sql<Date | null>`now() + make_interval(secs => case polls
				when 0 then ${NEXT_POLL_SECONDS[0]}::int when 1 then ${NEXT_POLL_SECONDS[1]}::int end)`
		})
		.where('message_id', '=', message)
		.where('number', '=', number)
		.where('poll_at', '<=', sql<Date>`now()`)
		.returning(['provider', 'provider_id'])
		.executeTakeFirst();
	if (!taken?.provider || !taken.provider_id) return;
	const { provider, provider_id: providerId } = taken;
	const told = await parts.channels.ask?.(provider, providerId);
	if (!told || provider !== 'twilio' || deliveryOf(told.status) === null) return;
	const dedupe = `${providerId}:${told.status}`;
	await storeReports(parts, [{ provider, dedupe, providerId, ...told }]);
}
