import { sql } from 'kysely';
import {
	QUEUES,
	type QueueChoices,
	type QueueCounts,
	type QueueItem,
	type QueuePage,
	TABS
} from '../../contracts/desk-lists.ts';
import type { QueueQuery } from '../../contracts/desk.ts';
import { exceptionType } from '../../domain/exceptions/outcomes.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Db } from '../db/connect.ts';
import { type DeskRow, type Scope, scopeOf } from '../db/desk.ts';
import { countQueue, pageOfIncident, pageOfQueue, type Place } from '../db/queues.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { isUuid } from '../../contracts/uuid.ts';

const PAGE = 50;
/** Beside a tab nobody needs to know how many hundreds it is. */
const MOST_BESIDE_TAB = 1_000;

/**
 * One page of a queue, how many each tab holds, and what to filter by; only what this account may see,
 * counts and names too.
 */
export async function listQueue(
	{ db }: Pick<Parts, 'db'>,
	principal: Principal,
	query: QueueQuery
): Promise<Result<QueuePage & { counts: QueueCounts; choices: QueueChoices }, 'forbidden'>> {
	const scope = await scopeOf(db, principal);
	if (!scope) return fail('forbidden');
	const places = await pageOfQueue(db, scope, query, readPlace(query.cursor), PAGE + 1);
	return ok({
		...(await readPage(db, scope, places)),
		counts: await countAll(db, scope, query),
		choices: await choicesOf(db, scope, query)
	});
}

/** One page of what an incident stops, as far as this scope sees it. */
export async function listMembers(
	db: Db,
	scope: Scope,
	incident: string,
	cursor?: string
): Promise<QueuePage> {
	const after = readPlace(cursor);
	return readPage(db, scope, await pageOfIncident(db, scope, incident, after, PAGE + 1));
}

/** @param places of one page and of the row behind it */
async function readPage(db: Db, scope: Scope, places: Place[]): Promise<QueuePage> {
	const page = places.slice(0, PAGE);
	const last = places.length > PAGE ? page.at(-1) : undefined;
	const ids = page.map(({ id }) => id);
	return { items: await readItems(db, scope, ids), next: last ? writePlace(last) : null };
}

/** By the same filters as the list: a figure beside a tab is what stands behind it. */
async function countAll(db: Db, scope: Scope, query: QueueQuery): Promise<QueueCounts> {
	const counts: QueueCounts = {
		policy: { next: 0, mine: 0, waiting: 0, breaching: 0 },
		system: { next: 0, mine: 0, waiting: 0, breaching: 0 }
	};
	for (const queue of QUEUES) {
		// A type is of one queue: the other one is told as a whole.
		const asked = { ...query, queue, type: queue === query.queue ? query.type : undefined };
		for (const tab of TABS)
			counts[queue][tab] = await countQueue(db, scope, { ...asked, tab }, MOST_BESIDE_TAB);
	}
	return counts;
}

/** What the latest documents declare for the teams of this scope. */
async function choicesOf(
	db: Db,
	{ all, approves, teams }: Scope,
	{ queue, workflow }: QueueQuery
): Promise<QueueChoices> {
	const latest = await db
		.selectFrom('workflows')
		.distinctOn('key')
		.select(['key', 'version'])
		.orderBy('key')
		.orderBy('version', 'desc')
		.execute();
	const own = ({ owner, backup }: { owner: string; backup: string }) =>
		all || approves || teams.includes(owner) || teams.includes(backup);
	const declared = await Promise.all(
		latest.map(async ({ key, version }) => {
			const { document } = await loadWorkflow(db, key, version);
			const types = Object.entries(document.exceptions).filter(([, type]) => own(type));
			return { key, name: document.title, types };
		})
	);
	const seen = declared.filter(({ types }) => types.length > 0);
	const types = seen
		.filter(({ key }) => workflow === undefined || key === workflow)
		.flatMap((one) => one.types)
		.filter(([, type]) => type.class === queue)
		.map(([key, { name }]) => ({ key, name }));
	return {
		workflows: seen.map(({ key, name }) => ({ key, name })),
		types: [...new Map(types.map((one) => [one.key, one])).values()],
		teams
	};
}

type Row = DeskRow & { version: number; now: Date; claimed_name: string | null };

async function readItems(db: Db, scope: Scope, ids: string[]): Promise<QueueItem[]> {
	if (ids.length === 0) return [];
	const { rows } = await sql<Row>`
		select e.*, c.version, now() as now, s.name as claimed_name
		from exceptions e join cases c on c.id = e.case_id left join staff s on s.id = e.claimed_by
		where e.id in (${sql.join(ids)})`.execute(db);
	const byId = new Map(rows.map((row) => [row.id, row]));
	const found = ids.flatMap((id) => byId.get(id) ?? []);
	return Promise.all(found.map((row) => itemOf(db, scope, row)));
}

async function itemOf(db: Db, { staff }: Scope, row: Row): Promise<QueueItem> {
	const { document } = await loadWorkflow(db, row.workflow, row.version);
	const { claimed_by, lease_until, now } = row;
	const claimed = claimed_by !== null && lease_until !== null && lease_until > now;
	return {
		id: row.id,
		caseId: row.case_id,
		workflow: row.workflow,
		title: document.title,
		type: row.type,
		name: exceptionType(document, row.type).name,
		severity: row.severity,
		reason: row.reason,
		owner: row.owner,
		backup: row.backup,
		escalated: row.escalated_at !== null,
		openedAt: row.opened_at.toISOString(),
		dueAt: row.due_at.toISOString(),
		zone: document.zone,
		late: row.due_at <= now,
		claimedBy: claimed
			? { id: claimed_by, name: row.claimed_name ?? '', mine: claimed_by === staff }
			: null,
		waitsFor: row.waits_for
	};
}

const writePlace = (place: Place): string =>
	Buffer.from(JSON.stringify([place.severity, place.dueAt, place.id])).toString('base64url');

/** The place that an address names; what is none begins at the beginning. */
function readPlace(cursor: string | undefined): Place | null {
	if (cursor === undefined) return null;
	try {
		const [severity, dueAt, id] = JSON.parse(
			Buffer.from(cursor, 'base64url').toString()
		) as unknown[];
		const fits =
			Number.isInteger(severity) &&
			typeof dueAt === 'string' &&
			!Number.isNaN(Date.parse(dueAt)) &&
			typeof id === 'string' &&
			isUuid(id);
		return fits ? { severity: Number(severity), dueAt: new Date(dueAt).toISOString(), id } : null;
	} catch {
		return null;
	}
}
