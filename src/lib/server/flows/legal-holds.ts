import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Actor } from '../../domain/case/events.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { recordAct } from '../db/audit.ts';
import type { Trx } from '../db/cases.ts';
import type { Parts } from '../parts.ts';

type Used = Pick<Parts, 'db' | 'vault'>;

/**
 * Keeps everything of a customer until it is lifted: nobody erases them meanwhile (case S3).
 * @param customer the reference in the system of record
 */
export const setHold = (
	parts: Used,
	actor: Actor,
	{ customer, reason }: { customer: string; reason: string }
): Promise<Result<null, 'held-already'>> =>
	recorded(parts, customer, { actor, act: 'set-hold', reason }, async (trx, customer_hash) => {
		const set = await trx
			.insertInto('legal_holds')
			.values({ id: uuid(), customer_hash, reason, set_by: actor })
			.onConflict((conflict) => conflict.doNothing())
			.returning('id')
			.executeTakeFirst();
		return set ? ok(set.id) : fail('held-already');
	});

/** Ends a hold; that there was one stays on record. */
export const liftHold = (
	parts: Used,
	actor: Actor,
	{ customer, reason }: { customer: string; reason: string }
): Promise<Result<null, 'not-held'>> =>
	recorded(parts, customer, { actor, act: 'lift-hold', reason }, async (trx, hash) => {
		const lifted = await trx
			.updateTable('legal_holds')
			.set({ lifted_by: actor, lifted_at: sql<Date>`now()` })
			.where('customer_hash', '=', hash)
			.where('lifted_at', 'is', null)
			.returning('id')
			.executeTakeFirst();
		return lifted ? ok(lifted.id) : fail('not-held');
	});

/** Does it and records it, refused or not, after any erasure of this person that is under way. */
async function recorded<Reason extends string>(
	{ db, vault }: Used,
	customer: string,
	by: { actor: Actor; act: string; reason: string },
	work: (trx: Trx, customerHash: string) => Promise<Result<string, Reason>>
): Promise<Result<null, Reason>> {
	const hash = vault.hash('customer', customer);
	return db.transaction().execute(async (trx): Promise<Result<null, Reason>> => {
		await sql`select pg_advisory_xact_lock(hashtextextended(${hash}, 0))`.execute(trx);
		const done = await work(trx, hash);
		const object = done.ok ? `hold:${done.value}` : 'hold';
		await recordAct(trx, { ...by, object, result: done.ok ? 'done' : done.reason });
		return done.ok ? ok(null) : done;
	});
}
