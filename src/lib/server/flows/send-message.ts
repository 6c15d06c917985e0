import { type Selectable, sql } from 'kysely';
import { raiseAlert } from '../db/alerts.ts';
import { changeCase, loadCase } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import type { Schema } from '../db/schema.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { SendResult } from '../channels/port.ts';
import type { Parts } from '../parts.ts';
import { leavePath } from './leave-path.ts';
import { type MessageContent, sendMessageJob } from './queue-message.ts';
import { reachCustomer } from './reach-customer.ts';
import { releaseMessage } from './release-message.ts';

type Row = Selectable<Schema['messages']>;
type Used = Pick<
	Parts,
	'db' | 'vault' | 'jobs' | 'channels' | 'config' | 'log' | 'metrics' | 'crash'
>;

/** Waits between tries of what was surely not taken or not answered: seconds. */
const RETRY_SECONDS = [5, 30, 120, 600, 1800];
/** How long a message waits that nobody could be asked to take. */
const PARKED_SECONDS = 600;

/** One conditional statement decides who sends; a claim whose lease ended is open again. */
async function claim({ db }: Pick<Parts, 'db'>, id: string): Promise<Row | undefined> {
	return db
		.updateTable('messages')
		.set({
			state: 'sending',
			attempts: sql`attempts + 1`,
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

/** Is the link that a message was made with still the living one? Compared in the database's precision. */
const linked = (message: string) => sql`exists (select 1 from messages m
	join links l on l.case_id = m.case_id and l.ended_at is null and l.created_at <= m.created_at
	where m.id = ${message})`;

/** Why a message that was queued is not sent after all. */
async function needless(parts: Used, row: Row): Promise<'expired' | 'suppressed' | null> {
	const { rows } = await sql<{
		expired: boolean;
		stopped: boolean;
		ended: boolean;
		linked: boolean;
	}>`
		select ${linked(row.id)} as linked, coalesce(${row.expires_at}::timestamptz <= now(), false) as expired,
			exists (select 1 from suppressions s, cases c where c.id = ${row.case_id}
				and s.destination_hash in (${row.destination_hash}, c.customer_hash)
				and s.channel = ${row.channel}) as stopped,
			(select ended_at is not null from cases where id = ${row.case_id}) as ended`.execute(parts.db);
	const found = rows[0];
	if (found?.expired) return 'expired';
	// A code is asked for by the customer in person; an opt-out is about what we begin.
	if (row.class === 'outreach' && (found?.stopped || found?.ended || !found?.linked))
		return 'suppressed';
	return null;
}

/** Sends one message at most once at a time; a repeat carries the same text. Safe to run twice. */
export async function sendMessage(parts: Used, id: string): Promise<void> {
	const row = await claim(parts, id);
	if (!row) return;
	parts.crash('send-message:claimed');
	if (row.attempts > RETRY_SECONDS.length + 1) return giveUp(parts, row);
	const why = await needless(parts, row);
	const loaded = await loadCase(parts, row.case_id);
	if (!loaded) throw new Error(`Message ${id} belongs to no case.`);
	const { to, subject, body, extra } = await parts.vault.open<MessageContent>(
		loaded.key,
		row.sealed,
		'messages.sealed'
	);
	if (why) {
		await settle(parts, row, { outcome: 'refused', reason: 'opted-out' }, why, extra);
		return;
	}
	if (!(await releaseMessage(parts, row, loaded))) return;
	parts.crash('send-message:before-send');
	const result = await parts.channels
		.send({ id, channel: row.channel, to, subject, body })
		.catch((error: unknown): SendResult => {
			parts.log.error({ error, message: id }, 'messages: the channel failed');
			return { outcome: 'unknown', reason: 'channel-error' };
		});
	parts.crash('send-message:after-send');
	parts.metrics.sends.inc({ channel: row.channel, class: row.class, outcome: result.outcome });
	await settle(parts, row, result, null, extra);
}

/**
 * Every claim of it broke off: it is not tried for ever, and nothing of it is read again. Its case
 * says so and a person gets it; if even the case cannot be changed, operations alone hear of it.
 */
async function giveUp(parts: Used, row: Row): Promise<void> {
	const { db, log } = parts;
	log.error({ message: row.id, attempts: row.attempts }, 'messages: given up, every try broke off');
	await raiseAlert(db, 'poison-job', `message:${row.class}`);
	const end = (trx: Db) =>
		trx
			.updateTable('messages')
			.set({ state: 'failed', reason: 'poisoned', lease_until: null })
			.where('id', '=', row.id)
			.where('attempts', '=', row.attempts)
			.executeTakeFirst();
	try {
		await changeCase(
			parts,
			row.case_id,
			{ actor: 'system', flow: 'give-message-up' },
			async (change) => {
				const { numUpdatedRows } = await end(change.trx);
				if (numUpdatedRows === 0n) return;
				change.must({ do: 'fail-message', message: row.id, reason: 'poisoned' });
				// Its link is sealed in it: nobody can be told on another channel.
				if (row.class !== 'outreach' || change.state.ended) return;
				const workflow = await loadWorkflow(change.trx, change.row.workflow, change.row.version);
				leavePath(workflow, change, { breakpoint: 'trigger', reason: 'message-poisoned' });
			}
		);
	} catch (error) {
		log.error({ error, message: row.id }, 'messages: its case cannot be changed either');
		await end(db);
	}
}

/** Stores what came of it, fenced by the attempt: a late answer of an older claim changes nothing. */
async function settle(
	parts: Used,
	row: Row,
	result: SendResult,
	needlessly: 'expired' | 'suppressed' | null,
	extra: Record<string, string>
): Promise<void> {
	await changeCase(
		parts,
		row.case_id,
		{ actor: 'system', flow: 'settle-message' },
		async (change) => {
			const parked = result.outcome === 'parked';
			const wait = parked ? PARKED_SECONDS : RETRY_SECONDS[row.attempts - 1];
			const again = parked || result.outcome === 'unavailable' || result.outcome === 'unknown';
			const retry = again && wait !== undefined;
			const nextAt = retry ? new Date(change.now.getTime() + wait * 1000) : row.next_at;
			const unsent = needlessly ?? 'failed';
			const state = result.outcome === 'accepted' ? 'accepted' : retry ? 'queued' : unsent;
			const reason = needlessly ?? ('reason' in result ? result.reason : null);
			const updated = await change.trx
				.updateTable('messages')
				.set({
					state,
					reason,
					lease_until: null,
					next_at: nextAt,
					...(parked && { attempts: row.attempts - 1 }),
					...(result.outcome === 'accepted' && {
						provider: result.provider,
						provider_id: result.providerId,
						accepted_at: change.now
					})
				})
				.where('id', '=', row.id)
				.where('attempts', '=', row.attempts)
				.where('state', '=', 'sending')
				.executeTakeFirst();
			if (updated.numUpdatedRows === 0n) return;
			if (state === 'queued') {
				await sendMessageJob(parts.jobs, change.trx, row, { startAfter: nextAt });
				return;
			}
			if (result.outcome === 'accepted') {
				change.must({ do: 'accept-message', message: row.id, provider: result.provider });
				return;
			}
			change.must({ do: 'fail-message', message: row.id, reason: reason ?? 'unknown' });
			if (row.class !== 'outreach' || state === 'expired' || change.state.ended || !extra.link)
				return;
			// Replaced or revoked meanwhile: nobody is to get this link any more.
			const { rows } = await sql<{ yes: boolean }>`select ${linked(row.id)} as yes`.execute(
				change.trx
			);
			if (!rows[0]?.yes) return;
			const workflow = await loadWorkflow(change.trx, change.row.workflow, change.row.version);
			await reachCustomer(parts, workflow, change, { link: extra.link });
		}
	);
}
