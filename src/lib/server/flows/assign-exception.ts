import type { Principal } from '../../domain/staff/permissions.ts';
import { isUuid } from '../../contracts/uuid.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { sql } from 'kysely';
import type { Trx } from '../db/cases.ts';
import { giveClaim, type DeskRow } from '../db/desk.ts';
import { permits } from '../db/permits.ts';
import { keepNote, readNote } from './keep-note.ts';
import { type ActDetail, type ActRefusal, type Working, workException } from './work-exception.ts';

/** - `not-of-the-team`: that account is not in the owner's or the backup's team, or may not work. */
export type AssignRefusal = ActRefusal | 'not-of-the-team' | 'bad-text';

/**
 * Gives an exception to somebody of its teams, also out of another's hands: a supervisor's act, with
 * a reason. Leads may do it within the team that they lead.
 */
export async function assignException(
	parts: Working,
	principal: Principal,
	id: string,
	{ to, why }: { to: string; why: string }
): Promise<Result<{ caseId: string }, AssignRefusal, ActDetail | undefined>> {
	const reason = readNote(why);
	if (!reason.ok) return fail('bad-text');
	const asked = { permission: 'desk.read', claims: false } as const;
	return workException(
		parts,
		principal,
		id,
		async (held) => {
			const { trx, exception } = held;
			const leads = await isLead(trx, principal, exception);
			if (!leads && !(await permits(trx, principal, 'desk.assign'))) return fail('forbidden');
			if (!isUuid(to) || !(await worksFor(trx, to, exception))) return fail('not-of-the-team');
			const note = await keepNote(parts, held, 'assign-exception', reason.value);
			held.must({ do: 'assign', exception: id, to, note });
			await giveClaim(trx, id, to);
			return ok({ caseId: held.row.id });
		},
		asked
	);
}

async function isLead(
	trx: Trx,
	{ id }: Principal,
	{ owner, backup, escalated_at }: DeskRow
): Promise<boolean> {
	const teams = escalated_at ? [owner, backup] : [owner];
	const found = await trx
		.selectFrom('staff_teams')
		.select('team')
		.where('staff_id', '=', id)
		.where('team', 'in', teams)
		.where('lead', '=', true)
		.executeTakeFirst();
	return found !== undefined && (await permits(trx, { id }, 'desk.work'));
}

/** Who could be given it: in one of its teams, and with a role that works at the desk. */
async function worksFor(trx: Trx, id: string, { owner, backup }: DeskRow): Promise<boolean> {
	const { rows } = await sql`select 1 from staff_teams t
		where t.staff_id = ${id} and t.team in (${owner}, ${backup})`.execute(trx);
	return rows.length > 0 && (await permits(trx, { id }, 'desk.work'));
}
