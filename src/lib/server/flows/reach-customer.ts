import {
	chooseChannel,
	type ChosenChannel,
	type Suppression
} from '../../domain/outreach/choose-channel.ts';
import { agreedChannels } from '../../domain/outreach/consent.ts';
import type { StopReason } from '../../domain/outreach/plan.ts';
import type { Channel } from '../../domain/workflow/document.ts';
import { partOff } from '../../domain/workflow/switches.ts';
import type { CaseChange, CaseRow } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { leavePath } from './leave-path.ts';
import { destinationHash, queueMessage } from './queue-message.ts';
import { stepOf } from './up-next.ts';

/** The channels of this case that are closed: stopped by the customer, or failed already. */
export async function closedChannels(
	{ vault }: Pick<Parts, 'vault'>,
	{ db, row }: { db: Db; row: CaseRow },
	contacts: Partial<Record<Channel, string>>
): Promise<Map<Channel, Suppression>> {
	const ways = (Object.entries(contacts) as [Channel, string][]).map(([channel, to]) => ({
		channel,
		hashes: [destinationHash({ vault }, channel, to), row.customer_hash]
	}));
	if (ways.length === 0) return new Map();
	const hashes = ways.flatMap((way) => way.hashes);
	const stopped = await db
		.selectFrom('suppressions')
		.select(['destination_hash', 'channel', 'reason'])
		.where('destination_hash', 'in', hashes)
		.execute();
	const failed = await db
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

/**
 * The first channel of the preference that is open for this case; else what was found about each.
 * @param preference unless it is given, the channels of all steps in their order
 */
export async function openChannel(
	parts: Pick<Parts, 'vault'>,
	{ document }: Workflow,
	change: CaseChange,
	preference: readonly Channel[] = document.outreach.steps.flatMap(({ channels }) => channels)
): Promise<ReturnType<typeof chooseChannel>> {
	const { trx: db, row, content } = change;
	const contacts = { ...content.record?.contacts, ...content.contacts };
	return chooseChannel({
		class: 'outreach',
		preference,
		contacts,
		suppressed: await closedChannels(parts, { db, row }, contacts),
		agreed: agreedChannels(document.outreach.consent, content)
	});
}

interface Invitation {
	template: string;
	step?: string | undefined;
	link: string;
	/** Of the link; the case's own end where nothing is said. */
	expiresAt?: Date;
}

/** A message with this link, to be sent on a channel that was found open. */
export async function queueInvitation(
	parts: Pick<Parts, 'vault' | 'jobs'>,
	workflow: Workflow,
	change: CaseChange,
	{ channel, contact }: ChosenChannel,
	{ template, step, link, expiresAt = change.row.expires_at }: Invitation
): Promise<void> {
	await queueMessage(parts, workflow, change, {
		class: 'outreach',
		template,
		step,
		channel,
		to: contact,
		language: change.row.language,
		facts: change.content.facts,
		extra: { link },
		expiresAt
	});
}

/** No channel is open: a person gets the case. */
export function leaveUnreachable(
	workflow: Workflow,
	change: CaseChange,
	why: StopReason = 'unreachable'
): void {
	const reason = why === 'unreachable' || why === 'opted-out' ? 'unreachable-contact' : why;
	leavePath(workflow, change, { breakpoint: 'trigger', reason });
}

/** - `held`: queued, too, and kept until what it needs of the workflow is switched on again. */
type Sending = 'queued' | 'held' | 'unreachable';

/**
 * The same message on the next channel that is open, after one has failed; when none is, the case
 * leaves its path as unreachable and a person gets it.
 */
export async function reachCustomer(
	parts: Pick<Parts, 'vault' | 'jobs'>,
	workflow: Workflow,
	change: CaseChange,
	{ link }: { link: string }
): Promise<Sending> {
	const { step, template } = await lastSent(change);
	return sendAgain(parts, workflow, change, { step, template, link });
}

/** A link that somebody asked to have sent: it is no step, and says what was said last. */
export async function sendAskedLink(
	parts: Pick<Parts, 'vault' | 'jobs'>,
	workflow: Workflow,
	change: CaseChange,
	{ link }: { link: string }
): Promise<Sending> {
	const { template } = await lastSent(change);
	return sendAgain(parts, workflow, change, { template, link });
}

async function sendAgain(
	parts: Pick<Parts, 'vault' | 'jobs'>,
	workflow: Workflow,
	change: CaseChange,
	{ step, template, link }: { step?: string | null; template?: string | undefined; link: string }
): Promise<Sending> {
	const { steps } = workflow.document.outreach;
	const said =
		steps.find(({ id }) => id === step) ??
		steps.find((one) => one.template === template) ??
		stepOf(workflow, null);
	const chosen = await openChannel(parts, workflow, change, said.channels);
	if (!chosen.ok) {
		leaveUnreachable(workflow, change);
		return 'unreachable';
	}
	const order = { template: said.template, step: step ?? undefined, link };
	await queueInvitation(parts, workflow, change, chosen.value, order);
	return partOff(change.off, said.template, [chosen.value.channel]) ? 'held' : 'queued';
}

async function lastSent({ trx, row }: CaseChange) {
	const message = await trx
		.selectFrom('messages')
		.select(['step', 'template'])
		.where('case_id', '=', row.id)
		.where('class', '=', 'outreach')
		.orderBy('created_at', 'desc')
		.limit(1)
		.executeTakeFirst();
	return message ?? { step: null, template: undefined };
}
