import { sql } from 'kysely';
import type { DeskException } from '../../contracts/desk-case.ts';
import type { CaseState } from '../../domain/case/state.ts';
import { exceptionType, stillTrue } from '../../domain/exceptions/outcomes.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { textIn } from '../../domain/workflow/format.ts';
import { fillTemplate } from '../../domain/workflow/template.ts';
import type { WorkflowDocument } from '../../domain/workflow/document.ts';
import type { Db } from '../db/connect.ts';
import { type DeskRow, inScope, type Scope } from '../db/desk.ts';
import { DESK_LANGUAGE } from './desk-facts.ts';

type Row = DeskRow & { now: Date; claimed_name: string | null };

/** Of the case: the language is the customer's. */
interface About {
	document: WorkflowDocument;
	language: string;
	state: Pick<CaseState, 'ended'>;
}

/** The exceptions of a case that this scope sees, the open ones first. */
export async function deskExceptions(
	db: Db,
	scope: Scope,
	principal: Principal,
	caseId: string,
	about: About
): Promise<DeskException[]> {
	const { rows } = await sql<Row>`
		select e.*, now() as now, s.name as claimed_name
		from exceptions e left join staff s on s.id = e.claimed_by
		where e.case_id = ${caseId} and ${inScope(scope)}
		order by e.state desc, e.severity, e.due_at`.execute(db);
	return Promise.all(
		rows.map(async (row) => ({
			...exceptionView(row, scope, about),
			people: row.state === 'open' ? await peopleFor(db, row) : [],
			assignable: mayAssign(principal, row)
		}))
	);
}

const mayAssign = (
	{ permissions, teams }: Principal,
	{ owner, backup, escalated_at }: DeskRow
): boolean =>
	permissions.includes('desk.assign') ||
	(permissions.includes('desk.work') &&
		teams.some(
			({ team, lead }) => lead && (team === owner || (escalated_at !== null && team === backup))
		));

function exceptionView(
	row: Row,
	{ staff }: Scope,
	{ document, language, state }: About
): Omit<DeskException, 'people' | 'assignable'> {
	const type = exceptionType(document, row.type);
	const { claimed_by, lease_until, now } = row;
	const claimed = claimed_by !== null && lease_until !== null && lease_until > now;
	const say = (texts: Record<string, string>, tag: string) =>
		fillTemplate(textIn(texts, tag), { brand: document.brand.name });
	return {
		id: row.id,
		name: type.name,
		class: row.class,
		breakpoint: row.breakpoint,
		reason: row.reason,
		correction: row.type === document.records.corrections?.exception,
		severity: row.severity,
		owner: row.owner,
		backup: row.backup,
		escalated: row.escalated_at !== null,
		openedAt: row.opened_at.toISOString(),
		dueAt: row.due_at.toISOString(),
		late: row.due_at <= now,
		open: row.state === 'open',
		closedAs:
			row.outcome === null
				? null
				: (type.outcomes.find(({ id }) => id === row.outcome)?.label ?? row.outcome),
		claimedBy: claimed
			? {
					name: row.claimed_name ?? '',
					mine: claimed_by === staff,
					until: lease_until.toISOString()
				}
			: null,
		waitsFor: row.waits_for,
		outcomes: type.outcomes.map((outcome) => {
			const { id, label, does, message } = outcome;
			if (!stillTrue(outcome, state)) return { id, label, does, told: null };
			const meaning = language !== DESK_LANGUAGE && { meaning: say(message, DESK_LANGUAGE) };
			return { id, label, does, told: say(message, language), ...meaning };
		})
	};
}

const MOST_PEOPLE = 200;

/** Who is in one of its teams and works at the desk. */
async function peopleFor(db: Db, { owner, backup }: DeskRow) {
	const { rows } = await sql<{ id: string; name: string }>`
		select distinct s.id, s.name from staff s
			join staff_teams t on t.staff_id = s.id and t.team in (${owner}, ${backup})
			join staff_roles r on r.staff_id = s.id
			join role_permissions p on p.role = r.role and p.permission = 'desk.work'
		where s.disabled_at is null order by s.name, s.id limit ${MOST_PEOPLE}`.execute(db);
	return rows;
}
