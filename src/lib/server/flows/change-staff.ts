import { sql } from 'kysely';
import type { StaffInput } from '../../contracts/staff.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { recordAct } from '../db/audit.ts';
import type { Db } from '../db/connect.ts';
import { endSessions } from '../db/staff.ts';
import type { Parts } from '../parts.ts';
import { changerActor, giveRoles, mayManage, type StaffChanger } from './add-staff.ts';
import { inviteStaff } from './invite-staff.ts';

/** What can be done to an account. */
export type StaffChange =
	| { do: 'roles'; roles: StaffInput['roles']; teams: StaffInput['teams'] }
	| { do: 'disable' }
	| { do: 'enable' }
	/** Password, authenticator and recovery codes are void; the way in is the invitation. */
	| { do: 'invite' };

/**
 * Changes an account. Its sessions end in the same transaction, so that nobody goes on with what they
 * had before. The row is locked first: an act that asks `permits` meanwhile comes before or after.
 *
 * - `unknown`: there is no such account.
 * - `own`: nobody changes their own account: a second person does.
 * - `last-administrator`: somebody must be left who can manage accounts.
 * - `forbidden`: whoever asks may not, or no more.
 */
export async function changeStaff(
	{ db }: Pick<Parts, 'db'>,
	by: StaffChanger,
	id: string,
	change: StaffChange
): Promise<
	Result<{ invitation?: string }, 'unknown' | 'own' | 'last-administrator' | 'forbidden'>
> {
	return db.transaction().execute(async (trx) => {
		// All administrators are locked, in one order: two who disable each other cannot both succeed.
		const administrators = await lockAdministrators(trx);
		const found = await trx
			.selectFrom('staff')
			.select('id')
			.where('id', '=', id)
			.forUpdate()
			.executeTakeFirst();
		if (!(await mayManage(trx, by))) return fail('forbidden');
		if (!found) return fail('unknown');
		if (by !== 'command-line' && by.id === id) return fail('own');
		const leaves =
			change.do === 'disable' || (change.do === 'roles' && !change.roles.includes('administrator'));
		if (leaves && administrators.includes(id) && administrators.length === 1)
			return fail('last-administrator');
		const invitation = await apply(trx, id, change);
		await endSessions(trx, { staff: id });
		await recordAct(trx, {
			actor: changerActor(by),
			act: `${change.do}-staff`,
			object: `staff:${id}`,
			result: 'done',
			data: change.do === 'roles' ? { roles: change.roles, teams: change.teams } : {}
		});
		return ok(invitation === undefined ? {} : { invitation });
	});
}

async function lockAdministrators(trx: Db): Promise<string[]> {
	const { rows } = await sql<{ id: string }>`
		select s.id from staff s where s.disabled_at is null
			and exists (select 1 from staff_roles r where r.staff_id = s.id and r.role = 'administrator')
		order by s.id for update of s`.execute(trx);
	return rows.map(({ id }) => id);
}

async function apply(trx: Db, id: string, change: StaffChange): Promise<string | undefined> {
	const set = (values: { disabled_at?: Date | null; password?: null; totp?: null }) =>
		trx.updateTable('staff').set(values).where('id', '=', id).execute();
	if (change.do === 'roles') await giveRoles(trx, id, change);
	else if (change.do === 'disable')
		await trx
			.updateTable('staff')
			.set({ disabled_at: sql<Date>`now()` })
			.where('id', '=', id)
			.execute();
	else if (change.do === 'enable') await set({ disabled_at: null });
	else {
		await set({ password: null, totp: null });
		await trx.deleteFrom('staff_recovery_codes').where('staff_id', '=', id).execute();
		return inviteStaff(trx, id);
	}
	return undefined;
}
