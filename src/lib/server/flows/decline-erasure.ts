import { sql } from 'kysely';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { recordAct } from '../db/audit.ts';
import { permits } from '../db/permits.ts';
import type { Parts } from '../parts.ts';

/**
 * Says no to a request, or takes back the own one. It forgets whom it was about.
 *
 * - `not-open`: decided already, or there is no such request.
 */
export async function declineErasure(
	{ db }: Pick<Parts, 'db'>,
	by: Pick<Principal, 'id'>,
	id: string
): Promise<Result<null, 'forbidden' | 'not-open'>> {
	const actor = `staff:${by.id}` as const;
	return db.transaction().execute(async (trx): Promise<Result<null, 'forbidden' | 'not-open'>> => {
		const may =
			(await permits(trx, by, 'person.approve-erasure')) ||
			(await permits(trx, by, 'person.erase'));
		if (!may) return fail('forbidden');
		const done = await trx
			.updateTable('erasures')
			.set({
				state: 'declined',
				customer_hash: null,
				decided_by: actor,
				decided_at: sql<Date>`now()`
			})
			.where('id', '=', id)
			.where('state', '=', 'requested')
			.executeTakeFirst();
		const result = done.numUpdatedRows > 0n ? 'done' : 'not-open';
		await recordAct(trx, { actor, act: 'decline-erasure', object: `erasure:${id}`, result });
		return result === 'done' ? ok(null) : fail(result);
	});
}
