import { sql } from 'kysely';
import { decide, type Refusal } from '../../domain/case/decide.ts';
import type { Actor } from '../../domain/case/events.ts';
import { fold } from '../../domain/case/state.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { insertEvents, type Trx } from './cases.ts';
import { storeExceptions } from './exceptions.ts';

/** Stands where the wrapped key was: it opens nothing, and the table refuses an erased case without. */
const DESTROYED = 'destroyed';

/**
 * What belongs to a case and says anything of a person, and what becomes of it. Whatever is sealed
 * under the case's key is unreadable from now on; it goes all the same, so that not even a broken
 * cipher brings it back. Rows stay where figures count them.
 */
const personalOf = (id: string) => [
	sql`update messages set sealed = '', mask = '', destination_hash = '', state = case
		when state in ('queued', 'sending', 'unknown') then 'suppressed' else state end,
		reason = case when state in ('queued', 'sending', 'unknown') then 'person-erased' else reason end
		where case_id = ${id}`,
	sql`update message_attempts a set poll_at = null from messages m
		where m.case_id = ${id} and a.message_id = m.id and a.poll_at is not null`,
	sql`update provider_events set destination_hash = null
		where id in (select i.id from inbound_messages i where i.case_id = ${id})`,
	sql`delete from inbound_messages where case_id = ${id}`,
	sql`update questions set sealed = '', answer = case when answer is not null then '' end
		where case_id = ${id}`,
	sql`update case_notes set sealed = '' where case_id = ${id}`,
	sql`update challenges set secret = '', mask = '', destination_hash = '', customer_hash = '',
		ended_at = coalesce(ended_at, now()) where case_id = ${id}`,
	sql`update visits set ended_at = coalesce(ended_at, now()) where case_id = ${id}`,
	sql`update links set ended_at = now(), end_reason = 'revoked' where case_id = ${id} and ended_at is null`,
	sql`delete from drafts where case_id = ${id}`,
	sql`update corrections set sealed = '' where case_id = ${id}`,
	sql`update submissions set sealed = '', body_hash = '' where case_id = ${id}`,
	// Answers that are kept sealed under the case's key name it.
	sql`delete from idempotency_keys where response->>'case' = ${id}`
];

/**
 * Destroys the key of one case and all that is personal beside it; an open case is cancelled by the
 * same events. The one change of a case that needs nothing of it opened: a key that is lost already
 * stops nobody from being erased. `null`: it was erased before.
 * @returns the wrapped key that there was, for nodes to forget
 */
export async function eraseCaseIn(
	trx: Trx,
	id: string,
	actor: Actor
): Promise<Result<{ key: string } | null, Refusal>> {
	const { now, ...row } = await trx
		.selectFrom('cases')
		.selectAll()
		.select(sql<Date>`now()`.as('now'))
		.where('id', '=', id)
		.forUpdate()
		.executeTakeFirstOrThrow();
	if (row.erased_at) return ok(null);
	const decision = decide(row.state, { do: 'erase' });
	if (!decision.ok) return fail(decision.reason);
	const events = decision.value;
	const state = fold(row.state, events);
	const nobody = `erased:${id}`;
	await trx
		.updateTable('cases')
		.set({
			stage: state.stage,
			state: JSON.stringify(state),
			seq: row.seq + events.length,
			key: DESTROYED,
			sealed: '',
			// Searching for the customer finds nothing any more, and a new trigger opens a new case.
			customer_hash: nobody,
			duplicate_hash: nobody,
			remind_at: null,
			outreach_at: null,
			outreach_step: null,
			outreach_why: null,
			complete_at: null,
			facts_at: null,
			updated_at: now,
			ended_at: row.ended_at ?? now,
			erased_at: now
		})
		.where('id', '=', id)
		.execute();
	await insertEvents(trx, id, row.seq, events, actor);
	await storeExceptions(trx, events, [], now);
	for (const statement of personalOf(id)) await statement.execute(trx);
	return ok({ key: row.key });
}
