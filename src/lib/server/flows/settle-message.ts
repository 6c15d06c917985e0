import type { SendResult } from '../channels/port.ts';
import { type Failure, meaningOf } from '../../domain/outreach/provider-codes.ts';
import { type Attempt, dropAttempt, endAttempt } from '../db/attempts.ts';
import { type CaseChange, changeCase } from '../db/cases.ts';
import { closeSender, PARKED, tellSenderWorks } from '../db/senders.ts';
import { endMessage, failMessage, type Failed } from './fail-message.ts';
import type { HandedOver } from './hand-over.ts';
import { parkMessage } from './park-message.ts';
import type { MessageContent } from './queue-message.ts';
import type { MessageRow, Sending } from './send-message.ts';
import { rerouteCode } from './reroute-code.ts';
import { wakeOrphans } from './wake-orphans.ts';

/** How long a message waits that nobody could be asked to take. */
const NO_CHANNEL_SECONDS = 400;
/** How long it waits at least when its sender was just found out of order. */
const SENDER_SECONDS = 30;
/** From when a provider is asked what became of a message that it does not report by itself. */
const FIRST_POLL_SECONDS = 15 * 60;

/** Stores why a message is not sent after all. */
export async function settleNeedless(
	parts: Sending,
	row: MessageRow,
	why: 'expired' | 'suppressed',
	content: MessageContent
): Promise<void> {
	await changeCase(
		parts,
		row.case_id,
		{ actor: 'system', flow: 'drop-message' },
		async (change) => {
			await endMessage(parts, change, row, { state: why, reason: why, content, from: 'sending' });
		}
	);
}

/** Stores what came of it, fenced by the attempt: a late answer of an older claim changes nothing. */
export async function settleMessage(
	parts: Sending,
	row: MessageRow,
	{ number, unsureSince }: Attempt,
	{ result, found }: HandedOver,
	content: MessageContent
): Promise<void> {
	if (result.outcome === 'parked') {
		await dropAttempt(parts.db, row.id, number);
		return parkMessage(parts, row, result.reason, NO_CHANNEL_SECONDS);
	}
	const failed = failureOf(result);
	const duplicate = unsureSince !== null && !found && result.outcome === 'accepted';
	const end = { ...endOf(result, failed), duplicate };
	if (failed?.failure === 'account') {
		await endAttempt(parts.db, row.id, number, end);
		await closeSender(parts.db, row.channel, failed.code ?? '');
		if (row.class === 'code') return rerouteCode(parts, row, content);
		return parkMessage(parts, row, PARKED, SENDER_SECONDS);
	}
	await changeCase(
		parts,
		row.case_id,
		{ actor: 'system', flow: 'settle-message' },
		async (change) => {
			await endAttempt(change.trx, row.id, number, end);
			if (failed) return failMessage(parts, change, row, { ...failed, content, from: 'sending' });
			if (result.outcome === 'accepted') await accept(parts, change, row, result, duplicate);
		}
	);
	if (!failed || failed.code) await tellSenderWorks(parts, row.channel);
}

async function accept(
	parts: Pick<Sending, 'jobs'>,
	change: CaseChange,
	row: MessageRow,
	{ provider, providerId }: Extract<SendResult, { outcome: 'accepted' }>,
	duplicate: boolean
): Promise<void> {
	const { numUpdatedRows } = await change.trx
		.updateTable('messages')
		.set({
			state: 'accepted',
			reason: null,
			lease_until: null,
			unsettled: 0,
			provider,
			provider_id: providerId,
			accepted_at: change.now,
			delivery: 'accepted',
			delivery_at: change.now
		})
		.where('id', '=', row.id)
		.where('attempts', '=', row.attempts)
		.where('state', '=', 'sending')
		.executeTakeFirst();
	// What was told before our own call returned is known to be of this message only now.
	await wakeOrphans(parts, change.trx, provider, providerId);
	if (numUpdatedRows === 0n) return;
	change.must({ do: 'accept-message', message: row.id, provider, ...(duplicate && { duplicate }) });
}

/** Why it failed in the terms of `provider-codes`; `null` for a message that was taken. */
function failureOf(result: SendResult): Failed | null {
	switch (result.outcome) {
		case 'failed':
			return {
				failure: meaningOf(result.provider, result.code).failure,
				provider: result.provider,
				code: result.code
			};
		case 'refused':
			return { failure: result.reason };
		case 'unavailable':
			return { failure: 'unreached', reason: result.reason };
		case 'unknown':
			return { failure: 'unsure', reason: result.reason };
		default:
			return null;
	}
}

const OUTCOMES = { accepted: 'accepted', failed: 'failed', refused: 'failed' } as const;

function endOf(result: Exclude<SendResult, { outcome: 'parked' }>, failed: Failed | null) {
	const { outcome } = result;
	const pollSeconds = outcome === 'accepted' && result.canBeAsked ? FIRST_POLL_SECONDS : null;
	return {
		outcome: outcome === 'unavailable' || outcome === 'unknown' ? outcome : OUTCOMES[outcome],
		failure: (failed?.failure ?? null) satisfies Failure | null,
		provider: 'provider' in result ? result.provider : null,
		providerId: outcome === 'accepted' ? result.providerId : null,
		code: failed?.code ?? failed?.reason ?? null,
		pollSeconds
	};
}
