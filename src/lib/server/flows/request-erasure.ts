import { v7 as uuid } from 'uuid';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { recordAct } from '../db/audit.ts';
import { type ErasureObstacle, lockPerson } from '../db/erasures.ts';
import { permits } from '../db/permits.ts';
import type { Parts } from '../parts.ts';

/** - `requested-already`: the request is open; it is decided first. */
export type RequestRefusal = ErasureObstacle | 'forbidden' | 'requested-already';

/**
 * Asks for a person to be erased; somebody else has to say yes. Refused with the reason where it
 * could not be done now (case S3), and the refusal is recorded, too.
 * @param customer the reference in the system of record
 * @param reason kept for good, nothing personal
 */
export async function requestErasure(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	by: Pick<Principal, 'id'>,
	{ customer, reason }: { customer: string; reason: string }
): Promise<Result<{ id: string }, RequestRefusal>> {
	const hash = vault.hash('customer', customer);
	return db.transaction().execute(async (trx): Promise<Result<{ id: string }, RequestRefusal>> => {
		if (!(await permits(trx, by, 'person.erase'))) return fail('forbidden');
		const { obstacle } = await lockPerson(trx, hash);
		const id = uuid();
		const inserted = obstacle
			? null
			: await trx
					.insertInto('erasures')
					.values({
						id,
						customer_hash: hash,
						reason,
						state: 'requested',
						requested_by: `staff:${by.id}`
					})
					.onConflict((conflict) => conflict.doNothing())
					.returning('id')
					.executeTakeFirst();
		const refused = obstacle ?? (inserted ? null : 'requested-already');
		await recordAct(trx, {
			actor: `staff:${by.id}`,
			act: 'request-erasure',
			object: `erasure:${id}`,
			result: refused ?? 'done',
			reason
		});
		return refused ? fail(refused) : ok({ id });
	});
}
