import { type Channel, CHANNELS, type Outcome } from '../../domain/workflow/document.ts';
import type { CaseChange } from '../db/cases.ts';
import type { Parts } from '../parts.ts';
import { destinationHash } from './queue-message.ts';
import { MAYBE_STOP } from './take-inbound.ts';

/**
 * Somebody has read the reply that looked like an opt-out, and because of which nothing was sent any
 * more: where the case goes on sending does, too; otherwise it was one.
 */
export async function endPause(
	{ vault }: Pick<Parts, 'vault'>,
	change: CaseChange,
	{ does }: Pick<Outcome, 'does'>
): Promise<void> {
	const { trx, row, content } = change;
	const ways = [content.contacts, content.record?.contacts ?? {}];
	const contacts = ways.flatMap((way) => Object.entries(way) as [Channel, string][]);
	const hashes = contacts.map(([channel, to]) => destinationHash({ vault }, channel, to));
	const paused = [row.customer_hash, ...hashes];
	const goesOn = does !== 'end';
	const ended = goesOn
		? await trx
				.deleteFrom('suppressions')
				.where('destination_hash', 'in', paused)
				.where('reason', '=', MAYBE_STOP)
				.returning('channel')
				.execute()
		: await trx
				.updateTable('suppressions')
				.set({ reason: 'stop-word' })
				.where('destination_hash', 'in', paused)
				.where('reason', '=', MAYBE_STOP)
				.returning('channel')
				.execute();
	const channels = CHANNELS.filter((one) => ended.some(({ channel }) => channel === one));
	if (channels.length) change.must({ do: goesOn ? 'resume-messages' : 'stop-messages', channels });
}
