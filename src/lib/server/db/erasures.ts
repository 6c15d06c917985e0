import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Trx } from './cases.ts';

/**
 * - `unknown-customer`: no case is this customer's and nobody looked them up, or they were erased already.
 * - `legal-hold`: the record must be kept; whoever set the hold can lift it.
 * - `submission-under-way`: what the customer confirmed is being booked; it is settled first.
 */
export type ErasureObstacle = 'unknown-customer' | 'legal-hold' | 'submission-under-way';

/**
 * The customer's cases, locked in one order until the end of the transaction, and what stands in the
 * way of erasing them. A hold that is set meanwhile waits for the lock, or is seen here.
 */
export async function lockPerson(
	trx: Trx,
	customerHash: string
): Promise<{ cases: string[]; obstacle: ErasureObstacle | null }> {
	// Holds and erasures of one person come one after the other.
	await sql`select pg_advisory_xact_lock(hashtextextended(${customerHash}, 0))`.execute(trx);
	const { rows } = await sql<{ id: string; underWay: boolean }>`
		select c.id, exists (select 1 from submissions s where s.case_id = c.id and s.ended_at is null)
			or exists (select 1 from corrections k where k.case_id = c.id and k.ended_at is null)
			as "underWay"
		from cases c where c.customer_hash = ${customerHash} order by c.id for update of c`.execute(trx);
	const held = await trx
		.selectFrom('legal_holds')
		.select('id')
		.where('customer_hash', '=', customerHash)
		.where('lifted_at', 'is', null)
		.executeTakeFirst();
	const lookedUp = await trx
		.selectFrom('looked_up_customers')
		.select('id')
		.where('customer_hash', '=', customerHash)
		.executeTakeFirst();
	const obstacle =
		rows.length === 0 && !lookedUp
			? 'unknown-customer'
			: held
				? 'legal-hold'
				: rows.some(({ underWay }) => underWay)
					? 'submission-under-way'
					: null;
	return { cases: rows.map(({ id }) => id), obstacle };
}

/**
 * By what name the record of acts tells of a customer of whom there is no case: always the same one,
 * until they are erased.
 */
export async function nameLookedUp(trx: Trx, customerHash: string): Promise<string> {
	const { rows } = await sql<{ id: string }>`
		insert into looked_up_customers (id, customer_hash) values (${uuid()}, ${customerHash})
		on conflict (customer_hash) do update set looked_at = now() returning id`.execute(trx);
	return rows[0]!.id;
}

/**
 * Deletes what is kept of a person beside their cases: counts, holds that were lifted (that there were
 * any stands in the record of acts), and whose name it is that the record calls them by.
 */
export async function forgetPerson(trx: Trx, customerHash: string): Promise<void> {
	await trx.deleteFrom('factors').where('customer_hash', '=', customerHash).execute();
	await trx.deleteFrom('counters').where('key', '=', `facts:${customerHash}`).execute();
	await trx
		.deleteFrom('legal_holds')
		.where('customer_hash', '=', customerHash)
		.where('lifted_at', 'is not', null)
		.execute();
	await trx.deleteFrom('looked_up_customers').where('customer_hash', '=', customerHash).execute();
}

/** The number of the next receipt; whoever has it holds all others back until the commit. */
export async function nextReceipt(trx: Trx): Promise<number> {
	await sql`select pg_advisory_xact_lock(7231665)`.execute(trx);
	const { rows } = await sql<{ next: number }>`
		select coalesce(max(number), 0) + 1 as next from erasures`.execute(trx);
	return rows[0]?.next ?? 1;
}
