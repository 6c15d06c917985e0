import { sql } from 'kysely';
import type { Receipt } from '../../contracts/erasure.ts';
import type { Actor } from '../../domain/case/events.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { recordAct } from '../db/audit.ts';
import type { Trx } from '../db/cases.ts';
import { eraseCaseIn } from '../db/erase-case.ts';
import { type ErasureObstacle, forgetPerson, lockPerson, nextReceipt } from '../db/erasures.ts';
import { permits } from '../db/permits.ts';
import type { Parts } from '../parts.ts';
import { keepOutside } from './keep-outside.ts';

/**
 * - `not-open`: decided already, or there is no such request.
 * - `own`: who asked for it does not say yes to it (case F7).
 * - `other-customer`: the reference that was typed is not the one that was asked for.
 */
export type ApproveRefusal =
	| Exclude<ErasureObstacle, 'unknown-customer'>
	| 'forbidden'
	| 'not-open'
	| 'own'
	| 'other-customer';

export interface Erased {
	/** How many cases lost their key. */
	cases: number;
	receipt: string;
}

type Used = Pick<Parts, 'db' | 'vault' | 'signer' | 'outside' | 'crash'>;

interface Request {
	id: string;
	customer_hash: string;
	requested_by: string;
	requested_at: Date;
	now: Date;
}

/**
 * Erases a person: destroys the keys of all their cases and what is personal beside them, in one
 * transaction with the events, the act and the signed receipt. A refusal leaves the request open and
 * is recorded. What stays: opt-outs as keyed hashes, events without personal values, the receipt.
 * @param customer the reference, typed by the second person: they say yes to this person and no other
 */
export async function approveErasure(
	parts: Used,
	by: Pick<Principal, 'id'>,
	{ id, customer }: { id: string; customer: string }
): Promise<Result<Erased, ApproveRefusal>> {
	const hash = parts.vault.hash('customer', customer);
	const actor: Actor = `staff:${by.id}`;
	const keys: string[] = [];
	const erased = await parts.db
		.transaction()
		.execute(async (trx): Promise<Result<Erased, ApproveRefusal>> => {
			if (!(await permits(trx, by, 'person.approve-erasure'))) return fail('forbidden');
			const request = await lockRequest(trx, id);
			const done = await judge(trx, request, hash, actor);
			if (done.ok) for (const one of done.value) keys.push(...(await eraseOne(trx, one, actor)));
			await recordAct(trx, {
				actor,
				act: 'approve-erasure',
				object: `erasure:${id}`,
				result: done.ok ? 'done' : done.reason,
				data: done.ok ? { cases: done.value.length } : {}
			});
			if (!done.ok || !request) return done.ok ? fail('not-open') : done;
			const receipt = await settle(trx, parts, request, actor, done.value);
			return ok({ cases: done.value.length, receipt });
		});
	// This node forgets at once; the others within minutes. They cannot come by these keys again.
	for (const key of keys) parts.vault.forget(key);
	if (erased.ok) await keepOutside(parts);
	return erased;
}

async function lockRequest(trx: Trx, id: string): Promise<Request | undefined> {
	return trx
		.selectFrom('erasures')
		.select(['id', 'customer_hash', 'requested_by', 'requested_at'])
		.select(sql<Date>`now()`.as('now'))
		.where('id', '=', id)
		.where('state', '=', 'requested')
		.forUpdate()
		.$narrowType<{ customer_hash: string }>()
		.executeTakeFirst();
}

/** The cases to erase, locked, or why not. */
async function judge(
	trx: Trx,
	request: Request | undefined,
	hash: string,
	actor: Actor
): Promise<Result<string[], ApproveRefusal>> {
	if (!request) return fail('not-open');
	if (request.requested_by === actor) return fail('own');
	if (request.customer_hash !== hash) return fail('other-customer');
	const { cases, obstacle } = await lockPerson(trx, hash);
	return obstacle && obstacle !== 'unknown-customer' ? fail(obstacle) : ok(cases);
}

async function eraseOne(trx: Trx, id: string, actor: Actor): Promise<string[]> {
	const erased = await eraseCaseIn(trx, id, actor);
	if (!erased.ok) throw new Error(`Case ${id} cannot be erased: ${erased.reason}.`);
	return erased.value ? [erased.value.key] : [];
}

/** The request is done: it forgets whom it was about, and holds the receipt. */
async function settle(
	trx: Trx,
	{ signer }: Pick<Used, 'signer'>,
	{ id, customer_hash, requested_by, requested_at, now }: Request,
	actor: Actor,
	cases: string[]
): Promise<string> {
	await forgetPerson(trx, customer_hash);
	const number = await nextReceipt(trx);
	const said: Receipt = {
		v: 1,
		number,
		erasure: id,
		at: now.toISOString(),
		requestedBy: requested_by,
		requestedAt: requested_at.toISOString(),
		approvedBy: actor,
		cases
	};
	const receipt = await signer.sign('tapdone-erasure', said);
	await trx
		.updateTable('erasures')
		.set({
			state: 'erased',
			customer_hash: null,
			decided_by: actor,
			decided_at: now,
			number,
			receipt
		})
		.where('id', '=', id)
		.execute();
	return receipt;
}
