import { isUuid } from '../../contracts/uuid.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { scopeOf } from '../db/desk.ts';
import { cancelAct } from '../db/incident-acts.ts';
import { permits } from '../db/permits.ts';
import type { Parts } from '../parts.ts';
import { NEEDS } from './begin-incident-act.ts';
import { seesIncident } from './show-incident.ts';

/**
 * Stops an act on an incident where it is: cases that are done stay done, and the others are as they
 * were. Whoever might have begun it may stop it.
 * - `already-finished`: it ended before.
 */
export async function cancelIncidentAct(
	{ db }: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	incident: string,
	id: string
): Promise<Result<null, 'not-found' | 'forbidden' | 'already-finished'>> {
	if (!isUuid(incident) || !isUuid(id)) return fail('not-found');
	return db
		.transaction()
		.execute(async (trx): Promise<Result<null, 'not-found' | 'forbidden' | 'already-finished'>> => {
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
			return (await cancelAct(trx, id, principal.id)) ? ok(null) : fail('already-finished');
		});
}
