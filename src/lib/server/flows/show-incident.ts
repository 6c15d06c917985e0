import { sql } from 'kysely';
import type {
	DeskIncident,
	IncidentAct,
	IncidentOutcome,
	LeftReason
} from '../../contracts/desk-incident.ts';
import { MOST_COUNTED, type QueuePage } from '../../contracts/desk-lists.ts';
import { isUuid } from '../../contracts/uuid.ts';
import { decisions, exceptionType } from '../../domain/exceptions/outcomes.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fillTemplate } from '../../domain/workflow/template.ts';
import type { WorkflowDocument } from '../../domain/workflow/document.ts';
import type { Db } from '../db/connect.ts';
import { inScope, type Scope, scopeOf } from '../db/desk.ts';
import { actsOn } from '../db/incident-acts.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { listMembers } from './list-queue.ts';

const MOST_ACTS = 10;

/**
 * One cause: what it stops as far as this account sees it, what can be done with all of it, what
 * customers are told then, and how far what was begun has come.
 * - `not-found`: there is none, or none that this account sees.
 */
export async function showIncident(
	{ db }: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	id: string,
	cursor?: string
): Promise<Result<{ incident: DeskIncident; members: QueuePage }, 'not-found'>> {
	const scope = await scopeOf(db, principal);
	if (!scope || !isUuid(id) || !(await seesIncident(db, scope, id))) return fail('not-found');
	const row = await db
		.selectFrom('incidents')
		.selectAll()
		.where('id', '=', id)
		.executeTakeFirstOrThrow();
	const documents = await documentsOf(db, id);
	const [latest] = documents;
	if (!latest) return fail('not-found');
	const type = exceptionType(latest, row.type);
	const outcomes = outcomesIn(documents, row.type);
	const acts = await actsOn(db, id, MOST_ACTS);
	const incident: DeskIncident = {
		id,
		title: latest.title,
		name: type.name,
		connection: row.connection,
		reason: row.reason,
		openedAt: row.opened_at.toISOString(),
		zone: latest.zone,
		count: await countMembers(db, scope, id),
		outcomes,
		writebacks: row.breakpoint === 'writeback',
		corrections: row.type === latest.records.corrections?.exception,
		notice: type.notice !== undefined,
		acts: acts.map((act) => actView(act, outcomes, principal.id))
	};
	return ok({ incident, members: await listMembers(db, scope, id, cursor) });
}

/** An incident is seen by who sees an exception of it, open or closed, and by who acted on it. */
export async function seesIncident(db: Db, scope: Scope, id: string): Promise<boolean> {
	const { rows } = await sql`
		select 1 from incidents i where i.id = ${id} and (
			exists (select 1 from exceptions e where e.incident_id = i.id and ${inScope(scope)})
			or exists (select 1 from incident_acts a where a.incident_id = i.id and a.staff_id = ${scope.staff}))`.execute(
		db
	);
	return rows.length > 0;
}

/** The documents by which its open cases are worked, the newest first; where none is open, of one. */
async function documentsOf(db: Db, id: string): Promise<WorkflowDocument[]> {
	const versions = async (open: boolean) => {
		const { rows } = await sql<{ workflow: string; version: number }>`
			select distinct c.workflow, c.version
			from (select e.case_id from exceptions e where e.incident_id = ${id}
				and ${open ? sql`e.state = 'open'` : sql`true`}
				limit ${open ? MOST_COUNTED : 1}) e
			join cases c on c.id = e.case_id order by 2 desc`.execute(db);
		return rows;
	};
	const worked = await versions(true);
	const found = worked.length > 0 ? worked : await versions(false);
	return Promise.all(
		found.map(async ({ workflow, version }) => (await loadWorkflow(db, workflow, version)).document)
	);
}

/** The outcomes that an agent may decide on in every version of its open cases, and what they tell. */
export async function outcomesOf(db: Db, id: string): Promise<IncidentOutcome[]> {
	const { type } = await db
		.selectFrom('incidents')
		.select('type')
		.where('id', '=', id)
		.executeTakeFirstOrThrow();
	return outcomesIn(await documentsOf(db, id), type);
}

function outcomesIn(documents: WorkflowDocument[], type: string): IncidentOutcome[] {
	const allowed = documents.map((document) => decisions(exceptionType(document, type)));
	return (allowed[0] ?? []).flatMap(({ id, label, does }) => {
		const each = allowed.map((outcomes) => outcomes.find((one) => one.id === id));
		if (each.some((one) => one?.does !== does)) return [];
		const told = each.flatMap((one, index) =>
			Object.entries(one?.message ?? {}).map(([language, text]) => ({
				language,
				text: fillTemplate(text, { brand: documents[index]!.brand.name })
			}))
		);
		const different = new Map(told.map((one) => [`${one.language} ${one.text}`, one]));
		return [{ id, label, does: does as 'resume' | 'end', told: [...different.values()] }];
	});
}

async function countMembers(db: Db, scope: Scope, id: string): Promise<number> {
	const { rows } = await sql<{ count: number }>`select count(*)::int as count from (
		select 1 from exceptions e where e.incident_id = ${id} and e.state = 'open' and ${inScope(scope)}
		limit ${MOST_COUNTED}) as members`.execute(db);
	return rows[0]!.count;
}

function actView(
	row: Awaited<ReturnType<typeof actsOn>>[number],
	outcomes: IncidentOutcome[],
	reader: string
): IncidentAct {
	const { done = 0, ...others } = row.results;
	return {
		id: row.id,
		act: row.act,
		outcome: outcomes.find(({ id }) => id === row.outcome)?.label ?? row.outcome,
		by: row.name,
		own: row.staff_id === reader,
		startedAt: row.started_at.toISOString(),
		endedAt: row.ended_at?.toISOString() ?? null,
		state: row.state,
		total: row.total,
		done,
		refused: Object.entries(others).flatMap(([reason, count]) =>
			reason === '' ? [] : [{ reason: reason as LeftReason, count }]
		),
		waiting: row.waiting
	};
}
