import { v7 as uuid } from 'uuid';
import type { StaffInput } from '../../contracts/staff.ts';
import type { Actor } from '../../domain/case/events.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { recordAct } from '../db/audit.ts';
import type { Db } from '../db/connect.ts';
import { permits } from '../db/permits.ts';
import type { Parts } from '../parts.ts';
import { inviteStaff } from './invite-staff.ts';

/** Who adds or changes accounts: somebody who may, or the command line beside the database. */
export type StaffChanger = Pick<Principal, 'id'> | 'command-line';

export const changerActor = (by: StaffChanger): Actor =>
	by === 'command-line' ? 'staff:command-line' : `staff:${by.id}`;

/** Asked in the transaction of the change. */
export const mayManage = async (trx: Db, by: StaffChanger): Promise<boolean> =>
	by === 'command-line' || permits(trx, by, 'staff.manage');

/**
 * A new account with its roles and teams, and the way into it.
 *
 * - `exists`: the address has an account already.
 * - `forbidden`: whoever asks may not, or no more.
 */
export async function addStaff(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	by: StaffChanger,
	{ email, name, roles, teams }: StaffInput
): Promise<Result<{ id: string; invitation: string }, 'exists' | 'forbidden'>> {
	const { wrapped } = await vault.newCaseKey();
	const id = uuid();
	return db.transaction().execute(async (trx) => {
		if (!(await mayManage(trx, by))) return fail('forbidden');
		const added = await trx
			.insertInto('staff')
			.values({ id, email, name, key: wrapped })
			.onConflict((conflict) => conflict.column('email').doNothing())
			.executeTakeFirst();
		if (!added.numInsertedOrUpdatedRows) return fail('exists');
		await giveRoles(trx, id, { roles, teams });
		await recordAct(trx, {
			actor: changerActor(by),
			act: 'add-staff',
			object: `staff:${id}`,
			result: 'done',
			data: { roles, teams }
		});
		return ok({ id, invitation: await inviteStaff(trx, id) });
	});
}

/** Exactly these roles and teams, instead of whatever there was. */
export async function giveRoles(
	trx: Db,
	staff: string,
	{ roles, teams }: Pick<StaffInput, 'roles' | 'teams'>
): Promise<void> {
	await trx.deleteFrom('staff_roles').where('staff_id', '=', staff).execute();
	await trx.deleteFrom('staff_teams').where('staff_id', '=', staff).execute();
	await trx
		.insertInto('staff_roles')
		.values([...new Set(roles)].map((role) => ({ staff_id: staff, role })))
		.execute();
	const unique = [...new Map(teams.map((one) => [one.team, one])).values()];
	if (unique.length)
		await trx
			.insertInto('staff_teams')
			.values(unique.map(({ team, lead }) => ({ staff_id: staff, team, lead })))
			.execute();
}
