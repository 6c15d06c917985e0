import { type Channel, CHANNELS } from '../../domain/workflow/document.ts';
import { changeCase } from '../db/cases.ts';
import type { Parts } from '../parts.ts';
import { destinationHash } from './queue-message.ts';

/**
 * "Stop these messages": nothing that we begin goes to this customer any more, on any case: not to
 * the contacts that we know, and not to those that the system of record names later. Codes that
 * they ask for themselves still come. The link stays usable.
 */
export async function stopMessages(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	{ caseId }: { caseId: string }
): Promise<void> {
	await changeCase(parts, caseId, { actor: 'customer', flow: 'stop-messages' }, async (change) => {
		const { contacts, record } = change.content;
		const known = [contacts, record?.contacts ?? {}]
			.flatMap((ways) => Object.entries(ways) as [Channel, string][])
			.map(([channel, to]) => ({ channel, destination_hash: destinationHash(parts, channel, to) }));
		const person = CHANNELS.map((channel) => ({
			channel,
			destination_hash: change.row.customer_hash
		}));
		const rows = [...known, ...person].map((row) => ({ ...row, reason: 'asked-on-the-link' }));
		const stopped = await change.trx
			.insertInto('suppressions')
			.values(rows)
			.onConflict((conflict) => conflict.doNothing())
			.returning('channel')
			.execute();
		const channels = CHANNELS.filter((one) => stopped.some(({ channel }) => channel === one));
		if (channels.length) change.must({ do: 'stop-messages', channels });
	});
}
