import { maskContact } from '../../domain/identity/masks.ts';
import type { Channel } from '../../domain/workflow/document.ts';
import { type CaseChange, changeCase } from '../db/cases.ts';
import { countAgainst, giveBack } from '../db/counters.ts';
import { refusedSenders } from '../db/senders.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import { livingChallenge } from './challenge-of-code.ts';
import { giveCodeBack, mayHaveGone, phoneLimits } from './code-phones.ts';
import { type MessageContent, destinationHash, queueMessage } from './queue-message.ts';
import { raiseIfStuck } from './raise-if-stuck.ts';
import type { MessageRow, Sending } from './send-message.ts';

/**
 * A code whose sender is out of order does not wait for it: somebody looks at the page, and when the
 * sender is back the code is worth nothing. The same code goes at once by the next channel that the
 * workflow allows for codes and whose sender works; where there is none the challenge ends, so that
 * the page asks for something else, and a person gets the case if nothing else would do.
 */
export async function rerouteCode(
	parts: Sending,
	row: MessageRow,
	{ extra }: Pick<MessageContent, 'extra'>
): Promise<void> {
	parts.metrics.sends.inc({ channel: row.channel, class: row.class, outcome: 'parked' });
	await changeCase(
		parts,
		row.case_id,
		{ actor: 'system', flow: 'reroute-code' },
		async (change) => {
			if (!(await dropMessage(change, row))) return;
			await sendOtherWay(parts, change, row, extra, 'sender');
		}
	);
}

/**
 * The code of a message that is over goes by the next channel that it has not tried yet; with none
 * left the page is not to say that a code was sent. Inside the case's change.
 * @param because of a refused sender a person gets whom nothing else lets in; after a failure of this
 * one message they may ask again, and the limits of their phone see to the end of that
 */
export async function sendOtherWay(
	parts: Pick<Sending, 'vault' | 'jobs'>,
	change: CaseChange,
	row: MessageRow,
	extra: MessageContent['extra'],
	because: 'sender' | 'message'
): Promise<void> {
	const { trx, row: kase } = change;
	const challenge = await livingChallenge(trx, row);
	if (!challenge) return;
	const workflow = await loadWorkflow(trx, kase.workflow, kase.version);
	const to = await nextWay(parts, workflow, change, row);
	if (!to) {
		if (because === 'message' && (await mayHaveGone(trx, row))) return;
		await update(change, challenge.id, { ended_at: change.now });
		const visit = { customerHash: kase.customer_hash, assurance: challenge.assurance };
		if (because === 'sender') await raiseIfStuck(visit, workflow, change, 'later');
		return;
	}
	const { channel, contact, hash } = to;
	const mask = maskContact(channel, contact);
	await update(change, challenge.id, { channel, mask, destination_hash: hash });
	await queueMessage(parts, workflow, change, {
		class: 'code',
		template: row.template,
		channel,
		to: contact,
		language: kase.language,
		facts: {},
		extra,
		expiresAt: challenge.expires_at
	});
}

/** It is over, and its phone has its count back; `false` if another claim has it. */
async function dropMessage(change: CaseChange, row: MessageRow): Promise<boolean> {
	const { trx } = change;
	const reason = 'sender-refused';
	const { numUpdatedRows } = await trx
		.updateTable('messages')
		.set({ state: 'suppressed', reason, lease_until: null, unsettled: 0 })
		.where('id', '=', row.id)
		.where('attempts', '=', row.attempts)
		.where('state', '=', 'sending')
		.executeTakeFirst();
	if (numUpdatedRows === 0n) return false;
	change.must({ do: 'fail-message', message: row.id, reason });
	await giveCodeBack(trx, row);
	return true;
}

/** The next channel in the workflow's order that this code has not tried, with a contact, a sender that works, and room. */
async function nextWay(
	parts: Pick<Sending, 'vault'>,
	{ document }: Workflow,
	{ trx, content }: CaseChange,
	row: MessageRow
): Promise<{ channel: Channel; contact: string; hash: string } | null> {
	const refused = await refusedSenders(trx);
	const tried = await trx
		.selectFrom('messages')
		.select('channel')
		.where('case_id', '=', row.case_id)
		.where('class', '=', 'code')
		.where('expires_at', '=', row.expires_at)
		.execute();
	for (const channel of document.identity.code.channels) {
		const contact = content.record?.contacts[channel];
		if (!contact || refused.has(channel) || tried.some((one) => one.channel === channel)) continue;
		const hash = destinationHash(parts, channel, contact);
		const { day, now } = phoneLimits(hash);
		if (!(await countAgainst(trx, day))) continue;
		if (await countAgainst(trx, now)) return { channel, contact, hash };
		await giveBack(trx, day);
	}
	return null;
}

const update = (
	{ trx }: CaseChange,
	id: string,
	set: { ended_at: Date } | { channel: Channel; mask: string; destination_hash: string }
) => trx.updateTable('challenges').set(set).where('id', '=', id).execute();
