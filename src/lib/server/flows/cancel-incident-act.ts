import { isUuid } from '../../contracts/uuid.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { scopeOf } from '../db/desk.ts';
import { cancelAct } from '../db/incident-acts.ts';
import { permits } from '../db/permits.ts';
import type { Parts } from '../parts.ts';
import { NEEDS } from './begin-incident-act.ts';
import { seesIncident } from './show-incident.ts';

type CancelRefusal = 'not-found' | 'forbidden' | 'already-finished';

/**
 * Stops an act on an incident where it is: cases that are done stay done, and the others are as they
 * were. Whoever might have begun it may stop it.
 * - `already-finished`: it ended before.
 */
export async function cancelIncidentAct(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	principal: Pick<Principal, 'id'>,
	incident: string,
	id: string
): Promise<Result<null, CancelRefusal>> {
	if (!isUuid(incident) || !isUuid(id)) return fail('not-found');
	const cancelled = await db
		.transaction()
		.execute(async (trx): Promise<Result<{ key: string | null }, CancelRefusal>> => {
			const scope = await scopeOf(trx, principal);
			if (!scope || !(await seesIncident(trx, scope, incident))) return fail('not-found');
			const found = await trx
				.selectFrom('incident_acts')
				.select('act')
				.where('id', '=', id)
				.where('incident_id', '=', incident)
				.executeTakeFirst();
			if (!found) return fail('not-found');
			if (!(await permits(trx, principal, NEEDS[found.act]))) return fail('forbidden');
			const ended = await cancelAct(trx, id, principal.id);
			return ended ? ok(ended) : fail('already-finished');
		});
	if (!cancelled.ok) return cancelled;
	if (cancelled.value.key !== null) vault.forget(cancelled.value.key);
	return ok(null);
}
