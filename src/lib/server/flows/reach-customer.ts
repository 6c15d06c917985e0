import { chooseChannel, type Suppression } from '../../domain/outreach/choose-channel.ts';
import type { Channel } from '../../domain/workflow/document.ts';
import type { CaseChange } from '../db/cases.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { leavePath } from './leave-path.ts';
import { destinationHash, queueMessage } from './queue-message.ts';

/** The channels of this case that are closed: stopped by the customer, or failed already. */
async function closedChannels(
	{ vault }: Pick<Parts, 'vault'>,
	{ trx, row }: CaseChange,
	contacts: Partial<Record<Channel, string>>
): Promise<Map<Channel, Suppression>> {
	const ways = (Object.entries(contacts) as [Channel, string][]).map(([channel, to]) => ({
		channel,
		hashes: [destinationHash({ vault }, channel, to), row.customer_hash]
	}));
	if (ways.length === 0) return new Map();
	const hashes = ways.flatMap((way) => way.hashes);
	const stopped = await trx
		.selectFrom('suppressions')
		.select(['destination_hash', 'channel'])
		.where('destination_hash', 'in', hashes)
		.execute();
	const failed = await trx
		.selectFrom('messages')
		.select(['destination_hash', 'channel'])
		.where('case_id', '=', row.id)
		.where('state', '=', 'failed')
		.execute();
	const found = (rows: typeof stopped, way: (typeof ways)[number]) =>
		rows.some((one) => one.channel === way.channel && way.hashes.includes(one.destination_hash));
	const closed = new Map<Channel, Suppression>();
	for (const way of ways)
		if (found(failed, way)) closed.set(way.channel, 'unusable');
		else if (found(stopped, way)) closed.set(way.channel, 'opted-out');
	return closed;
}

/**
 * Sends the invitation on the first channel of the workflow that is open; when none is, the case
 * leaves its path as unreachable and a person gets it.
 * @param extra what the template needs besides facts: the link
 */
export async function reachCustomer(
	parts: Pick<Parts, 'vault' | 'jobs'>,
	workflow: Workflow,
	change: CaseChange,
	extra: { link: string }
): Promise<'queued' | 'unreachable'> {
	const { document } = workflow;
	const contacts = { ...change.content.record?.contacts, ...change.content.contacts };
	const closed = await closedChannels(parts, change, contacts);
	const chosen = chooseChannel({
		class: 'outreach',
		preference: document.outreach.channels,
		contacts,
		suppressed: closed
	});
	if (!chosen.ok) {
		leavePath(workflow, change, { breakpoint: 'trigger', reason: 'unreachable-contact' });
		return 'unreachable';
	}
	await queueMessage(parts, workflow, change, {
		class: 'outreach',
		template: document.outreach.template,
		channel: chosen.value.channel,
		to: chosen.value.contact,
		language: change.row.language,
		facts: change.content.facts,
		extra,
		expiresAt: change.row.expires_at
	});
	return 'queued';
}
