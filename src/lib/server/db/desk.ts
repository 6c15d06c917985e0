import { type RawBuilder, type Selectable, sql } from 'kysely';
import { CLAIM_MINUTES } from '../../domain/staff/leases.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import type { Trx } from './cases.ts';
import type { Db } from './connect.ts';
import type { Schema } from './schema.ts';

export type DeskRow = Selectable<Schema['exceptions']>;

/** Whose exceptions somebody sees: of their teams, or of all. */
export interface Scope {
	staff: string;
	all: boolean;
	/** Sees what waits for a second person, whichever team has it. */
	approves: boolean;
	teams: string[];
}

/** What this account sees of the desk now; `null` for one that may not look at it. */
export async function scopeOf(db: Db, { id }: Pick<Principal, 'id'>): Promise<Scope | null> {
	const { rows } = await sql<Omit<Scope, 'staff'>>`
		select coalesce(bool_or(p.permission = 'desk.all'), false) as all,
			coalesce(bool_or(p.permission = 'writeback.approve'), false) as approves,
			(select coalesce(jsonb_agg(t.team order by t.team), '[]') from staff_teams t
				where t.staff_id = s.id) as teams
		from staff s join staff_roles r on r.staff_id = s.id
			join role_permissions p on p.role = r.role
		where s.id = ${id} and s.disabled_at is null
		group by s.id having bool_or(p.permission = 'desk.read')`.execute(db);
	return rows[0] ? { staff: id, ...rows[0] } : null;
}

/**
 * Is the exception `e` of this query within the scope? A backup team sees what was escalated, and who
 * is in it what was given to them; whoever has left the teams sees nothing of what they once held.
 */
export const inScope = ({ staff, all, approves, teams }: Scope): RawBuilder<boolean> =>
	all
		? sql<boolean>`true`
		: sql<boolean>`((${approves} and e.waits_for = 'approver') or e.owner ${among(teams)}
			or (e.backup ${among(teams)} and (e.escalated_at is not null or e.claimed_by = ${staff})))`;

const among = (teams: string[]): RawBuilder<unknown> =>
	teams.length > 0 ? sql`in (${sql.join(teams)})` : sql`in (null)`;

/** The exception, locked, if this account sees it; the same silence for one that does not exist. */
export async function lockInScope(trx: Trx, scope: Scope, id: string): Promise<DeskRow | null> {
	const { rows } = await sql<DeskRow>`
		select e.* from exceptions e where e.id = ${id} and ${inScope(scope)} for update`.execute(trx);
	return rows[0] ?? null;
}

const LEASE = sql<Date>`now() + make_interval(mins => ${CLAIM_MINUTES}::int)`;

/**
 * Claims an exception, or renews the own claim. One conditional statement: nobody's claim is taken
 * while its lease runs.
 * @returns whether it was claimed anew, or `null` where somebody else holds it
 */
export async function takeClaim(
	trx: Trx,
	id: string,
	staff: string
): Promise<'claimed' | 'renewed' | null> {
	const { rows } = await sql<{ before: string | null }>`
		with held as (select id, claimed_by from exceptions where id = ${id} for update)
		update exceptions e set claimed_by = ${staff}, lease_until = ${LEASE},
			claimed_at = case when e.claimed_by = ${staff} then e.claimed_at else now() end
		from held
		where e.id = held.id and e.state = 'open'
			and (e.claimed_by is null or e.claimed_by = ${staff} or e.lease_until <= now())
		returning held.claimed_by as before`.execute(trx);
	if (!rows[0]) return null;
	return rows[0].before === staff ? 'renewed' : 'claimed';
}

/** Ends a claim; the exception is anybody's again. */
export async function dropClaim(trx: Trx, id: string): Promise<void> {
	await trx
		.updateTable('exceptions')
		.set({ claimed_by: null, lease_until: null })
		.where('id', '=', id)
		.execute();
}

/** Gives an exception to somebody, whoever has it. Who may do that is asked before. */
export async function giveClaim(trx: Trx, id: string, staff: string): Promise<void> {
	await trx
		.updateTable('exceptions')
		.set({ claimed_by: staff, claimed_at: sql<Date>`now()`, lease_until: LEASE })
		.where('id', '=', id)
		.execute();
}

/**
 * Says in the row what an exception waits for. An undecided proposal goes before a question that the
 * customer has not answered, or whoever is to decide would not see it until then.
 */
export async function renewWait(trx: Trx, id: string): Promise<void> {
	await sql`update exceptions e set waits_for = case
			when exists (select 1 from settlements s where s.case_id = e.case_id
				and s.exception_id = e.id and s.decided_at is null) then 'approver'
			when exists (select 1 from questions q where q.case_id = e.case_id
				and q.exception_id = e.id and q.answered_at is null) then 'customer'
		end where e.id = ${id}`.execute(trx);
}

/** Back to who had it, unless somebody has it now. */
export async function returnClaim(trx: Trx, id: string, staff: string): Promise<void> {
	await trx
		.updateTable('exceptions')
		.set({ claimed_by: staff, claimed_at: sql<Date>`now()`, lease_until: LEASE })
		.where('id', '=', id)
		.where('state', '=', 'open')
		.where((eb) => eb.or([eb('claimed_by', 'is', null), eb('lease_until', '<=', sql<Date>`now()`)]))
		.execute();
}

/** Marks an open exception as escalated; `false` where it was, or is closed. */
export async function takeEscalation(trx: Trx, id: string): Promise<boolean> {
	const { numUpdatedRows } = await trx
		.updateTable('exceptions')
		.set({ escalated_at: sql<Date>`now()` })
		.where('id', '=', id)
		.where('state', '=', 'open')
		.where('escalated_at', 'is', null)
		.executeTakeFirst();
	return numUpdatedRows === 1n;
}
