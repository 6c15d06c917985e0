import {
	chooseChannel,
	type ChosenChannel,
	type Suppression
} from '../../domain/outreach/choose-channel.ts';
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
		.select(['destination_hash', 'channel', 'reason'])
		.where('destination_hash', 'in', hashes)
		.execute();
	const failed = await trx
		.selectFrom('messages')
		.select(['destination_hash', 'channel'])
		.where('case_id', '=', row.id)
		.where('state', '=', 'failed')
		// One that arrived after all shows that its channel works.
		.where((eb) => eb.or([eb('delivery', 'is', null), eb('delivery', '=', 'failed')]))
		.execute();
	const unusable = stopped.filter(({ reason }) => reason === 'unusable');
	const found = (rows: typeof failed, way: (typeof ways)[number]) =>
		rows.some((one) => one.channel === way.channel && way.hashes.includes(one.destination_hash));
	const closed = new Map<Channel, Suppression>();
	for (const way of ways)
		if (found(failed, way)) closed.set(way.channel, 'unusable');
		else if (found(unusable, way)) closed.set(way.channel, 'unusable');
		else if (found(stopped, way)) closed.set(way.channel, 'opted-out');
	return closed;
}

/** The first channel of the workflow that is open for this case; else what was found about each. */
export async function openChannel(
	parts: Pick<Parts, 'vault'>,
	{ document }: Workflow,
	change: CaseChange
): Promise<ReturnType<typeof chooseChannel>> {
	const contacts = { ...change.content.record?.contacts, ...change.content.contacts };
	return chooseChannel({
		class: 'outreach',
		preference: document.outreach.channels,
		contacts,
		suppressed: await closedChannels(parts, change, contacts)
	});
}

/** The invitation with this link, to be sent on a channel that was found open. */
export async function queueInvitation(
	parts: Pick<Parts, 'vault' | 'jobs'>,
	workflow: Workflow,
	change: CaseChange,
	{ channel, contact }: ChosenChannel,
	extra: { link: string }
): Promise<void> {
	await queueMessage(parts, workflow, change, {
		class: 'outreach',
		template: workflow.document.outreach.template,
		channel,
		to: contact,
		language: change.row.language,
		facts: change.content.facts,
		extra,
		expiresAt: change.row.expires_at
	});
}

/** No channel is open: a person gets the case. */
export const leaveUnreachable = (workflow: Workflow, change: CaseChange): void => {
	leavePath(workflow, change, { breakpoint: 'trigger', reason: 'unreachable-contact' });
};

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
	const chosen = await openChannel(parts, workflow, change);
	if (chosen.ok) await queueInvitation(parts, workflow, change, chosen.value, extra);
	else leaveUnreachable(workflow, change);
	return chosen.ok ? 'queued' : 'unreachable';
}
