import type { Failure } from '../../domain/outreach/provider-codes.ts';
import { countedWith, retryAt, treatmentOf } from '../../domain/outreach/retries.ts';
import { raiseAlert } from '../db/alerts.ts';
import { countFailures } from '../db/attempts.ts';
import type { CaseChange } from '../db/cases.ts';
import { suppress } from '../db/suppressions.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { giveCodeBack } from './code-phones.ts';
import { countFiltered } from './count-filtered.ts';
import { hasBeenReached } from './has-been-reached.ts';
import { linkLives } from './link-of-message.ts';
import { type MessageContent, sendMessageJob } from './queue-message.ts';
import { leaveUnreachable, reachCustomer } from './reach-customer.ts';
import { sendOtherWay } from './reroute-code.ts';
import type { MessageRow } from './send-message.ts';

export interface Failed {
	failure: Failure;
	provider?: string;
	/** The provider's, if it gave one. */
	code?: string;
	/** Ours, if it gave none. */
	reason?: string;
}

/** The state in which a message is found, and the fence: of a later claim nothing is changed. */
interface Found {
	content: MessageContent;
	from: 'sending' | 'accepted';
}

/**
 * A message did not arrive: it is tried again where the table of codes has a wait left for that, else
 * it is over, and what we began goes on by the next channel, or to a person. Inside the case's change.
 */
export async function failMessage(
	parts: Pick<Parts, 'vault' | 'jobs'>,
	change: CaseChange,
	row: MessageRow,
	failed: Failed & Found
): Promise<void> {
	const { failure, content, from } = failed;
	const { trx, now } = change;
	await tellOperations(change, row, failed);
	if (failure === 'template-broken') await disableTemplate(change, failed);
	const { suppress: reason } = treatmentOf(failure);
	const { destination_hash, channel } = row;
	if (reason) await suppress(trx, [{ destination_hash, channel, reason }]);
	const before = (await countFailures(trx, row.id, countedWith(failure))) - 1;
	const at = retryAt(failure, before, {
		now,
		expiresAt: row.expires_at,
		random: Math.random(),
		to: content.to
	});
	const why = failed.code ?? failed.reason ?? failure;
	if (!at) return endMessage(parts, change, row, { state: 'failed', reason: why, content, from });
	const { numUpdatedRows } = await trx
		.updateTable('messages')
		.set({ state: 'queued', reason: why, lease_until: null, unsettled: 0, next_at: at })
		.where('id', '=', row.id)
		.where('attempts', '=', row.attempts)
		.where('state', '=', from)
		.executeTakeFirst();
	if (numUpdatedRows > 0n) await sendMessageJob(parts.jobs, trx, row, { startAfter: at });
}

/** The message is over, and what we began with it goes on elsewhere. */
export async function endMessage(
	parts: Pick<Parts, 'vault' | 'jobs'>,
	change: CaseChange,
	row: MessageRow,
	end: Found & { state: 'failed' | 'expired' | 'suppressed'; reason: string }
): Promise<void> {
	const { state, reason, content, from } = end;
	const { trx } = change;
	const { numUpdatedRows } = await trx
		.updateTable('messages')
		.set({ state, reason, lease_until: null, unsettled: 0 })
		.where('id', '=', row.id)
		.where('attempts', '=', row.attempts)
		.where('state', '=', from)
		.executeTakeFirst();
	if (numUpdatedRows === 0n) return;
	change.must({ do: 'fail-message', message: row.id, reason });
	if (row.class === 'code' && state !== 'failed') await giveCodeBack(trx, row);
	else if (row.class === 'code' && from === 'sending')
		await sendOtherWay(parts, change, row, content.extra, 'message');
	const { link } = content.extra;
	if (row.class !== 'outreach' || change.state.ended || !link) return;
	const workflow = await loadWorkflow(trx, change.row.workflow, change.row.version);
	if (state === 'expired') {
		// Its link is over, too: the next step brings a new one, and where none comes a person has it.
		if (await isLastHope(change)) leaveUnreachable(workflow, change);
		return;
	}
	// Replaced or revoked meanwhile: nobody is to get this link any more.
	if (await linkLives(trx, row.id)) await reachCustomer(parts, workflow, change, { link });
}

/** Nothing of ours has reached the customer, nothing more is planned, and nobody has the case. */
async function isLastHope(change: CaseChange): Promise<boolean> {
	const { outreach_at, remind_at } = change.row;
	if (outreach_at || remind_at || change.state.exceptions.length > 0) return false;
	return !(await hasBeenReached(change));
}

/** Until the workflow is published with another one, nobody is sent what cannot be sent. */
async function disableTemplate(
	{ trx }: CaseChange,
	{ content: { template }, code = '' }: Failed & Found
): Promise<void> {
	if (!template) return;
	const { numInsertedOrUpdatedRows } = await trx
		.insertInto('disabled_templates')
		.values({ content_sid: template.contentSid, code })
		.onConflict((conflict) => conflict.doNothing())
		.executeTakeFirst();
	if (numInsertedOrUpdatedRows)
		await raiseAlert(trx, 'template-disabled', `${template.contentSid}:${code}`);
}

async function tellOperations(
	{ trx, row: { workflow } }: CaseChange,
	message: MessageRow,
	{ failure, provider, code }: Failed
): Promise<void> {
	if (treatmentOf(failure).alert) await raiseAlert(trx, 'provider-code', `${provider}:${code}`);
	if (failure === 'filtered') await countFiltered(trx, workflow, message);
}
