import { sql } from 'kysely';
import type { SwitchOff } from '../../contracts/switches.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { actorOf, type Principal } from '../../domain/staff/permissions.ts';
import { recordAct } from '../db/audit.ts';
import type { Db } from '../db/connect.ts';
import { permits } from '../db/permits.ts';
import { lockSwitches, putOff } from '../db/switches.ts';
import type { Parts } from '../parts.ts';

/**
 * - `not-found`: no version of the workflow has this part.
 * - `switched-off`: it is off already.
 */
export type SwitchOffRefusal = 'forbidden' | 'not-found' | 'switched-off';

/**
 * Stops an action or the outreach of a workflow at once, in all its versions, by one person: waiting
 * for a second one would make an emergency longer. Whoever confirms or sends at this moment is done
 * before this returns; nobody does so after it. What is confirmed already is still written back.
 */
export async function switchOff(
	{ db }: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	{ key, part, reason }: SwitchOff
): Promise<Result<{ id: string }, SwitchOffRefusal>> {
	if (!(await hasPart(db, key, part))) return fail('not-found');
	return db.transaction().execute(async (trx) => {
		const by = actorOf(principal);
		const entry = { actor: by, act: 'switch-off', object: `workflow:${key}`, reason };
		const refuse = async (why: SwitchOffRefusal) => {
			await recordAct(trx, { ...entry, result: why, data: { part } });
			return fail(why);
		};
		if (!(await permits(trx, principal, 'workflow.stop'))) return refuse('forbidden');
		await lockSwitches(trx, key);
		const id = await putOff(trx, { workflow: key, part, by, why: reason });
		if (!id) return refuse('switched-off');
		await recordAct(trx, { ...entry, result: 'done', data: { part, switch: id } });
		return ok({ id });
	});
}

/** An action that only an older version has may still be open to its cases. */
async function hasPart(db: Db, key: string, part: string): Promise<boolean> {
	const action = part.startsWith('action:') ? part.slice('action:'.length) : null;
	const { rows } = await sql`select 1 from workflows where key = ${key}
		and (${action}::text is null or document->'actions'->${action}::text is not null) limit 1`.execute(
		db
	);
	return rows.length > 0;
}
