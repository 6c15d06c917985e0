import { type Selectable, sql } from 'kysely';
import type { SendResult } from '../channels/port.ts';
import { beginAttempt } from '../db/attempts.ts';
import { loadCase } from '../db/cases.ts';
import type { Schema } from '../db/schema.ts';
import { askSender, PARKED } from '../db/senders.ts';
import type { Parts } from '../parts.ts';
import { livingChallenge } from './challenge-of-code.ts';
import { giveMessageUp } from './give-message-up.ts';
import { handOver } from './hand-over.ts';
import { isLinked } from './link-of-message.ts';
import { parkMessage } from './park-message.ts';
import type { MessageContent } from './queue-message.ts';
import { releaseMessage } from './release-message.ts';
import { rerouteCode } from './reroute-code.ts';
import { settleMessage, settleNeedless } from './settle-message.ts';

export type MessageRow = Selectable<Schema['messages']>;
export type Sending = Pick<
	Parts,
	'db' | 'vault' | 'jobs' | 'channels' | 'config' | 'log' | 'metrics' | 'crash'
>;

/** Claims of one message in a row that broke off: what makes them break off does not go away. */
const MOST_UNSETTLED = 6;

/** One conditional statement decides who sends; a claim whose lease ended is open again. */
async function claim({ db }: Pick<Parts, 'db'>, id: string): Promise<MessageRow | undefined> {
	return db
		.updateTable('messages')
		.set({
			state: 'sending',
			attempts: sql`attempts + 1`,
			unsettled: sql`unsettled + 1`,
			lease_until: sql<Date>`now() + interval '60 seconds'`
		})
		.where('id', '=', id)
		.where('state', 'in', ['queued', 'sending', 'unknown'])
		.where('next_at', '<=', sql<Date>`now()`)
		.where((eb) =>
			eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', sql<Date>`now()`)])
		)
		.returningAll()
		.executeTakeFirst();
}

/** Why a message that was queued is not sent after all. */
async function needless(parts: Sending, row: MessageRow): Promise<'expired' | 'suppressed' | null> {
	const { rows } = await sql<{
		expired: boolean;
		stopped: boolean;
		ended: boolean;
		linked: boolean;
	}>`
		select ${isLinked(row.id)} as linked, coalesce(${row.expires_at}::timestamptz <= now(), false) as expired,
			exists (select 1 from suppressions s, cases c where c.id = ${row.case_id}
				and s.destination_hash in (${row.destination_hash}, c.customer_hash)
				and s.channel = ${row.channel}) as stopped,
			(select ended_at is not null from cases where id = ${row.case_id}) as ended`.execute(parts.db);
	const found = rows[0];
	if (found?.expired) return 'expired';
	// A newer code went meanwhile, or it was used: the last one that comes must be the one that opens.
	if (row.class === 'code') return (await livingChallenge(parts.db, row)) ? null : 'suppressed';
	// A code is asked for by the customer in person; an opt-out is about what we begin.
	if (row.class === 'outreach' && (found?.stopped || found?.ended || !found?.linked))
		return 'suppressed';
	return null;
}

/** Sends one message at most once at a time; a repeat carries the same text. Safe to run twice. */
export async function sendMessage(parts: Sending, id: string): Promise<void> {
	const row = await claim(parts, id);
	if (!row) return;
	parts.crash('send-message:claimed');
	if (row.unsettled > MOST_UNSETTLED) return giveMessageUp(parts, row);
	const why = await needless(parts, row);
	const loaded = await loadCase(parts, row.case_id);
	if (!loaded) throw new Error(`Message ${id} belongs to no case.`);
	const content = await parts.vault.open<MessageContent>(loaded.key, row.sealed, 'messages.sealed');
	if (why) return settleNeedless(parts, row, why, content);
	if (!(await releaseMessage(parts, row, loaded))) return;
	const seconds = await askSender(parts, row.channel);
	if (seconds > 0 && row.class === 'code') return rerouteCode(parts, row, content);
	if (seconds > 0) return parkMessage(parts, row, PARKED, seconds);
	const attempt = await beginAttempt(parts.db, row);
	if (!attempt) return;
	parts.crash('send-message:before-send');
	const handed = await handOver(parts, row, content, attempt).catch((error: unknown) => {
		parts.log.error({ error, message: id }, 'messages: the channel failed');
		const result: SendResult = { outcome: 'unknown', reason: 'channel-error' };
		return { result, found: false };
	});
	parts.crash('send-message:after-send');
	const { outcome } = handed.result;
	parts.metrics.sends.inc({ channel: row.channel, class: row.class, outcome });
	await settleMessage(parts, row, attempt, handed, content);
}
