import { sql } from 'kysely';
import type { Failure } from '../../domain/outreach/provider-codes.ts';
import type { Db } from './connect.ts';

export interface Attempt {
	number: number;
	/** Since when an earlier attempt may have been taken without our knowing; `null`: none may. */
	unsureSince: Date | null;
}

/**
 * The row of a call to a provider, there before the call is made: whoever dies in between leaves the
 * trace that the message may have been taken. `null`: the claim was lost meanwhile, and whoever has it
 * sends (case L12).
 * @param attempts number of the claim
 */
export async function beginAttempt(
	db: Db,
	{ id: message, attempts }: { id: string; attempts: number }
): Promise<Attempt | null> {
	const { rows } = await sql<{ number: number; unsure: Date | null }>`
		with before as (
			-- what was taken for sure explains everything before it
			select coalesce(max(number), 0) as number,
				min(started_at) filter (where coalesce(outcome, 'unknown') = 'unknown' and number > (
					select coalesce(max(number), 0) from message_attempts
					where message_id = ${message} and outcome = 'accepted')) as unsure
			from message_attempts where message_id = ${message}
		)
		insert into message_attempts (message_id, number)
		select ${message}, before.number + 1 from before where exists (select 1 from messages
			where id = ${message} and attempts = ${attempts} and state = 'sending' and lease_until > now())
		returning number, (select unsure from before) as unsure`.execute(db);
	return rows[0] ? { number: rows[0].number, unsureSince: rows[0].unsure } : null;
}

/** What is stored of its end. */
export interface AttemptEnd {
	outcome: 'accepted' | 'failed' | 'unavailable' | 'unknown';
	failure: Failure | null;
	provider: string | null;
	providerId: string | null;
	code: string | null;
	duplicate: boolean;
	/** Seconds until the provider is asked what became of it; `null`: it cannot be asked. */
	pollSeconds: number | null;
}

/** Also of an attempt whose claim was lost meanwhile: what the provider said is true all the same. */
export async function endAttempt(
	db: Db,
	message: string,
	number: number,
	end: AttemptEnd
): Promise<void> {
	const { outcome, failure, provider, providerId, code, duplicate, pollSeconds } = end;
	await db
		.updateTable('message_attempts')
		.set({
			outcome,
			failure,
			provider,
			provider_id: providerId,
			code,
			duplicate,
			ended_at: sql<Date>`now()`,
			...(outcome === 'accepted' && { delivery: 'accepted' }),
			...(pollSeconds !== null && {
				poll_at: sql<Date>`now() + make_interval(secs => ${pollSeconds})`
			})
		})
		.where('message_id', '=', message)
		.where('number', '=', number)
		.where('ended_at', 'is', null)
		.execute();
}

/** Nobody was called after all. */
export async function dropAttempt(db: Db, message: string, number: number): Promise<void> {
	await db
		.deleteFrom('message_attempts')
		.where('message_id', '=', message)
		.where('number', '=', number)
		.where('ended_at', 'is', null)
		.execute();
}

/** How often this message has failed for one of these reasons. */
export async function countFailures(db: Db, message: string, failures: Failure[]): Promise<number> {
	const { count } = await db
		.selectFrom('message_attempts')
		.select(({ fn }) => fn.countAll().as('count'))
		.where('message_id', '=', message)
		.where('failure', 'in', failures)
		.executeTakeFirstOrThrow();
	return Number(count);
}

/** Which of these the provider has taken for messages that we know of. */
export async function knownIds(db: Db, provider: string, ids: string[]): Promise<Set<string>> {
	if (ids.length === 0) return new Set();
	const rows = await db
		.selectFrom('message_attempts')
		.select('provider_id')
		.where('provider', '=', provider)
		.where('provider_id', 'in', ids)
		.execute();
	return new Set(rows.map(({ provider_id }) => provider_id ?? ''));
}
