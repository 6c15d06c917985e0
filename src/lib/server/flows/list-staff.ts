import { sql } from 'kysely';
import type { Membership, Role } from '../../domain/staff/permissions.ts';
import type { Parts } from '../parts.ts';

const MOST = 50;

export interface StaffEntry {
	id: string;
	email: string;
	name: string;
	roles: Role[];
	teams: Membership[];
	totp: boolean;
	/** `invited`: has not set a password yet. */
	state: 'active' | 'invited' | 'disabled';
	seenAt: Date | null;
}

/** Accounts by address, 50 at a time; `after` is the last address of the page before. */
export async function listStaff(
	{ db }: Pick<Parts, 'db'>,
	{ after = '' }: { after?: string | undefined } = {}
): Promise<{ staff: StaffEntry[]; next: string | null }> {
	const { rows } = await sql<StaffEntry>`
		select s.id, s.email, s.name, s.totp is not null as totp,
			case when s.disabled_at is not null then 'disabled' when s.password is null then 'invited' else 'active' end as state,
			coalesce((select jsonb_agg(r.role order by r.role) from staff_roles r where r.staff_id = s.id), '[]') as roles,
			coalesce((select jsonb_agg(jsonb_build_object('team', t.team, 'lead', t.lead) order by t.team)
				from staff_teams t where t.staff_id = s.id), '[]') as teams,
			(select max(ss.seen_at) from staff_sessions ss where ss.staff_id = s.id) as "seenAt"
		from staff s where s.email > ${after} order by s.email limit ${MOST + 1}`.execute(db);
	const staff = rows.slice(0, MOST);
	return { staff, next: rows.length > MOST ? (staff.at(-1)?.email ?? null) : null };
}
