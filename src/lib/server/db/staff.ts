import { sql } from 'kysely';
import type { Principal } from '../../domain/staff/permissions.ts';
import { SESSION } from '../../domain/staff/limits.ts';
import type { Db } from './connect.ts';

/** What of a session still lives, in SQL: the database's clock decides (case E4). */
const living = sql<boolean>`ss.ended_at is null and s.disabled_at is null
	and ss.seen_at > now() - make_interval(mins => ${SESSION.idleMinutes}::int)
	and ss.created_at > now() - make_interval(hours => ${SESSION.absoluteHours}::int)`;

/** Who holds this session, with what the roles permit at this moment; `null` if it lives no more. */
export async function findPrincipal(db: Db, secretHash: string): Promise<Principal | null> {
	const { rows } = await sql<Principal>`
		select s.id, s.name, s.email, ss.id as session, s.totp is not null as totp,
			ss.fresh_at > now() - make_interval(mins => ${SESSION.freshMinutes}::int) as fresh,
			coalesce((select jsonb_agg(r.role order by r.role) from staff_roles r where r.staff_id = s.id), '[]') as roles,
			coalesce((select jsonb_agg(distinct p.permission) from staff_roles r
				join role_permissions p on p.role = r.role where r.staff_id = s.id), '[]') as permissions,
			coalesce((select jsonb_agg(jsonb_build_object('team', t.team, 'lead', t.lead) order by t.team)
				from staff_teams t where t.staff_id = s.id), '[]') as teams
		from staff_sessions ss join staff s on s.id = ss.staff_id
		where ss.secret_hash = ${secretHash} and ss.complete and ${living}`.execute(db);
	return rows[0] ?? null;
}

/** A session between the password and the second factor, and whose it is. */
export async function findHalfSession(db: Db, secretHash: string) {
	const { rows } = await sql<{ id: string; staff: string; totp: string; key: string; now: Date }>`
		select ss.id, s.id as staff, s.totp, s.key, now() as now
		from staff_sessions ss join staff s on s.id = ss.staff_id
		where ss.secret_hash = ${secretHash} and not ss.complete and s.totp is not null and ${living}
			and ss.created_at > now() - make_interval(mins => ${SESSION.halfMinutes}::int)`.execute(db);
	return rows[0] ?? null;
}

/** Which of these sessions still live: asked for many at once, and it keeps none alive. */
export async function livingAmong(db: Db, sessions: string[]): Promise<Set<string>> {
	if (sessions.length === 0) return new Set();
	const { rows } = await sql<{ id: string }>`
		select ss.id from staff_sessions ss join staff s on s.id = ss.staff_id
		where ss.id in (${sql.join(sessions)}) and ${living}`.execute(db);
	return new Set(rows.map(({ id }) => id));
}

/** A press keeps a session alive; what a page does by itself does not. */
export async function keepSession(db: Db, { session }: Pick<Principal, 'session'>): Promise<void> {
	await sql`update staff_sessions ss set seen_at = now() from staff s
		where ss.id = ${session} and s.id = ss.staff_id and ${living}
			and ss.seen_at < now() - interval '10 seconds'`.execute(db);
}

/** Ends sessions at once, on every node: one, or all of an account. @returns how many lived */
export async function endSessions(
	db: Db,
	which: { session: string } | { staff: string }
): Promise<number> {
	const { numUpdatedRows } = await db
		.updateTable('staff_sessions')
		.set({ ended_at: sql<Date>`now()` })
		.where(
			'session' in which ? 'id' : 'staff_id',
			'=',
			'session' in which ? which.session : which.staff
		)
		.where('ended_at', 'is', null)
		.executeTakeFirst();
	return Number(numUpdatedRows);
}
