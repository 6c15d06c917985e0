import { sql } from 'kysely';
import { type IncidentItem, MOST_COUNTED } from '../../contracts/desk-lists.ts';
import type { QueueQuery } from '../../contracts/desk.ts';
import { exceptionType } from '../../domain/exceptions/outcomes.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { inScope, scopeOf } from '../db/desk.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';

/** There are few causes at a time; those beyond come when these are gone. */
const MOST_SHOWN = 100;

interface Row {
	id: string;
	type: string;
	connection: string;
	reason: string;
	opened_at: Date;
	first: string;
	owner: string;
	severity: number;
	due_at: Date;
	count: number;
	workflow: string;
	version: number;
	now: Date;
}

/** What stops cases at this moment, a cause a line, the gravest first (case R7). */
export async function listIncidents(
	{ db }: Pick<Parts, 'db'>,
	principal: Principal,
	{ workflow, type, team }: Pick<QueueQuery, 'workflow' | 'type' | 'team'> = {}
): Promise<Result<IncidentItem[], 'forbidden'>> {
	const scope = await scopeOf(db, principal);
	if (!scope) return fail('forbidden');
	const ofTeam =
		team === undefined
			? sql`true`
			: sql`(e.owner = ${team} or (e.backup = ${team} and e.escalated_at is not null))`;
	const { rows } = await sql<Row>`
		select i.id, i.type, i.connection, i.reason, i.opened_at, i.workflow,
			one.id as first, one.owner, one.severity, one.due_at, c.version, now() as now,
			(select count(*)::int from (select 1 from exceptions e
				where e.incident_id = i.id and e.state = 'open' and ${inScope(scope)} and ${ofTeam}
				limit ${MOST_COUNTED}) as members) as count
		from incidents i cross join lateral (
			select e.id, e.case_id, e.owner, e.severity, e.due_at from exceptions e
			where e.incident_id = i.id and e.state = 'open' and ${inScope(scope)} and ${ofTeam}
			order by e.due_at limit 1) as one
		join cases c on c.id = one.case_id
		where ${workflow === undefined ? sql`true` : sql`i.workflow = ${workflow}`}
			and ${type === undefined ? sql`true` : sql`i.type = ${type}`}
		order by one.severity, one.due_at, i.id limit ${MOST_SHOWN}`.execute(db);
	return ok(
		await Promise.all(
			rows.map(async (row) => {
				const { document } = await loadWorkflow(db, row.workflow, row.version);
				return {
					id: row.id,
					title: document.title,
					name: exceptionType(document, row.type).name,
					connection: row.connection,
					reason: row.reason,
					severity: row.severity,
					dueAt: row.due_at.toISOString(),
					zone: document.zone,
					late: row.due_at <= row.now,
					openedAt: row.opened_at.toISOString(),
					count: row.count,
					first: row.first,
					owner: row.owner
				};
			})
		)
	);
}
