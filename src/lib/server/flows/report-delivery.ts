import { type Delivery, deliveryOf, furthest, isTerminal } from '../../domain/outreach/delivery.ts';
import { meaningOf } from '../../domain/outreach/provider-codes.ts';
import { type CaseChange, changeCase } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import { suppress } from '../db/suppressions.ts';
import { failMessage } from './fail-message.ts';
import { heedStop } from './heed-stop.ts';
import type { MessageContent } from './queue-message.ts';
import type { MessageRow } from './send-message.ts';
import type { Callback, Working } from './work-callback.ts';

/** The call to the provider that a callback speaks of, by our own ids or by the provider's. */
function attemptOf(db: Db, callback: Callback) {
	const { provider, message_id, attempt, provider_id } = callback;
	return db
		.selectFrom('message_attempts')
		.innerJoin('messages', 'messages.id', 'message_attempts.message_id')
		.select(['messages.case_id', 'message_attempts.message_id', 'message_attempts.number'])
		.where((eb) =>
			message_id
				? eb.and({ 'message_attempts.message_id': message_id, number: attempt ?? 0 })
				: eb.and({
						'message_attempts.provider': provider,
						'message_attempts.provider_id': provider_id
					})
		)
		.executeTakeFirst();
}

/** Once, whoever else works it: of two that come here together one finds it done. */
export async function markWorked({ trx }: CaseChange, { id }: Callback): Promise<boolean> {
	const { numUpdatedRows } = await trx
		.updateTable('provider_events')
		.set({ state: 'worked', lease_until: null, next_at: null })
		.where('id', '=', id)
		.where('state', '<>', 'worked')
		.executeTakeFirst();
	return numUpdatedRows > 0n;
}

/**
 * What a provider told of a message: one entry of the timeline for each thing told, and a state that
 * goes forward only. A late failure is treated as one at once: tried again, or by the next channel.
 * @returns false when nobody knows the message
 */
export async function reportDelivery(parts: Working, callback: Callback): Promise<boolean> {
	const attempt = await attemptOf(parts.db, callback);
	if (!attempt) return false;
	await changeCase(
		parts,
		attempt.case_id,
		{ actor: 'system', flow: 'report-delivery' },
		async (change) => {
			if (!(await markWorked(change, callback))) return;
			const { message_id: message, number } = attempt;
			const { provider, status, code } = callback;
			change.must({ do: 'report-message', message, status: status ?? '', code: code ?? undefined });
			const row = await change.trx
				.selectFrom('messages')
				.selectAll()
				.where('id', '=', message)
				.executeTakeFirstOrThrow();
			const told = deliveryOf(status ?? '');
			if (told) await advance(parts, change, row, { number, told, provider, code: code ?? 'none' });
			else if (code) await stop(parts, change, row, meaningOf(provider, code).failure);
		}
	);
	return true;
}

interface Told {
	number: number;
	told: Delivery;
	provider: string;
	code: string;
}

async function advance(
	parts: Working,
	change: CaseChange,
	row: MessageRow,
	{ number, told, provider, code }: Told
): Promise<void> {
	const { trx, now } = change;
	const ofAttempt = trx
		.updateTable('message_attempts')
		.where('message_id', '=', row.id)
		.where('number', '=', number);
	const { delivery: known, newest } = await trx
		.selectFrom('message_attempts')
		.select('delivery')
		.select((eb) =>
			eb
				.selectFrom('message_attempts as later')
				.select(({ fn }) => fn.max('later.number').as('newest'))
				.where('later.message_id', '=', row.id)
				.as('newest')
		)
		.where('message_id', '=', row.id)
		.where('number', '=', number)
		.executeTakeFirstOrThrow();
	const delivery = furthest(known, told);
	if (delivery === known) return;
	const { failure } = meaningOf(provider, code);
	const failed = delivery === 'failed';
	await ofAttempt
		.set({
			delivery,
			...(isTerminal(delivery) && { poll_at: null }),
			...(failed && { failure, code })
		})
		.execute();
	const arrived = delivery === 'delivered' || delivery === 'read';
	// Of an earlier try only an arrival counts: a later one is under way.
	if (!arrived && number !== newest) return;
	await trx
		.updateTable('messages')
		.set({ delivery: furthest(row.delivery, delivery), delivery_at: now })
		.where('id', '=', row.id)
		.execute();
	if (arrived || (row.state === 'queued' && !failed))
		await settleTaken(change, row, number, provider);
	if (failed && row.state === 'accepted' && row.delivery !== 'delivered' && row.delivery !== 'read')
		await failMessage(parts, change, row, {
			failure,
			provider,
			code,
			content: await contentOf(parts, change, row),
			from: 'accepted'
		});
}

const contentOf = ({ vault }: Working, { key }: CaseChange, row: MessageRow) =>
	vault.open<MessageContent>(key, row.sealed, 'messages.sealed');

/**
 * It was taken, or has arrived, though our own call had another answer or none, or an earlier word
 * was that it failed: it is not sent again, and its contact is no bad one.
 */
async function settleTaken(
	change: CaseChange,
	row: MessageRow,
	number: number,
	provider: string
): Promise<void> {
	const { trx, now } = change;
	await trx
		.deleteFrom('suppressions')
		.where('destination_hash', '=', row.destination_hash)
		.where('channel', '=', row.channel)
		.where('reason', '=', 'unusable')
		.execute();
	// One that has failed stays so: the next channel has its link.
	if (row.state !== 'queued') return;
	const attempt = await trx
		.updateTable('message_attempts')
		.set({ outcome: 'accepted', failure: null, provider, ended_at: now })
		.where('message_id', '=', row.id)
		.where('number', '=', number)
		.returning('started_at')
		.executeTakeFirstOrThrow();
	await trx
		.updateTable('messages')
		.set({ state: 'accepted', reason: null, provider })
		.set({ accepted_at: row.accepted_at ?? attempt.started_at })
		.where('id', '=', row.id)
		.execute();
	if (row.accepted_at === null) change.must({ do: 'accept-message', message: row.id, provider });
}

/** The person told the provider that they want no more of it. */
async function stop(
	parts: Working,
	change: CaseChange,
	{ destination_hash, channel }: MessageRow,
	failure: string
): Promise<void> {
	if (failure !== 'opted-out') return;
	const reason = 'opted-out';
	const stopped = await suppress(change.trx, [{ destination_hash, channel, reason }]);
	if (stopped.length > 0) await heedStop(parts, change, channel);
}
