import { type RawBuilder, sql } from 'kysely';
import type { Tab } from '../../contracts/desk-lists.ts';
import type { QueueQuery } from '../../contracts/desk.ts';
import { BREACHING_MINUTES } from '../../domain/staff/leases.ts';
import type { Db } from './connect.ts';
import { inScope, type Scope } from './desk.ts';

// Every list below reads one index from its beginning, once for each team: what it costs does not
// grow with what other teams have waiting.

/** The place behind which a page goes on, in the order of its tab. */
export interface Place {
	severity: number;
	dueAt: string;
	id: string;
}

export type Asked = Pick<QueueQuery, 'queue' | 'tab' | 'team' | 'workflow' | 'type'>;

const FREE = sql`(e.claimed_by is null or e.lease_until <= now())`;

/** What a tab holds; `mine` is asked by its own index. */
const TAB: Record<Exclude<Tab, 'mine'>, RawBuilder<unknown>> = {
	next: sql`${FREE} and e.waits_for is null`,
	waiting: sql`e.waits_for is not null`,
	breaching: sql`e.due_at < now() + make_interval(mins => ${BREACHING_MINUTES}::int)`
};

/** The parts of the scope, each with an index of its own; what stands in two of them is one. */
function sources(scope: Scope, { tab, team }: Pick<Asked, 'tab' | 'team'>): RawBuilder<unknown>[] {
	const { staff, all, approves, teams } = scope;
	if (tab === 'mine')
		return [sql`e.claimed_by = ${staff} and e.lease_until > now() and ${inScope(scope)}`];
	if (all && team === undefined) return [TAB[tab]];
	const seen = team === undefined ? teams : teams.includes(team) || all ? [team] : [];
	const second = approves && tab === 'waiting' && team === undefined;
	return [
		...seen.flatMap((one) => [
			sql`e.owner = ${one} and ${TAB[tab]}`,
			sql`e.backup = ${one} and e.escalated_at is not null and ${TAB[tab]}`
		]),
		...(second ? [sql`e.waits_for = 'approver'`] : [])
	];
}

const filters = ({ queue, workflow, type }: Asked): RawBuilder<unknown> =>
	sql.join(
		[
			sql`e.state = 'open' and e.class = ${queue}`,
			...(workflow === undefined ? [] : [sql`e.workflow = ${workflow}`]),
			...(type === undefined ? [] : [sql`e.type = ${type}`])
		],
		sql` and `
	);

/** Ids of one page and of the one behind it, in order. */
export async function pageOfQueue(
	db: Db,
	scope: Scope,
	asked: Asked,
	after: Place | null,
	limit: number
): Promise<Place[]> {
	const byTime = asked.tab === 'breaching';
	const order = byTime ? sql`due_at, id` : sql`severity, due_at, id`;
	const behind = !after
		? sql`true`
		: byTime
			? sql`(e.due_at, e.id) > (${after.dueAt}::timestamptz, ${after.id}::uuid)`
			: sql`(e.severity, e.due_at, e.id) > (${after.severity}::int, ${after.dueAt}::timestamptz, ${after.id}::uuid)`;
	const found = sources(scope, asked).map(
		(source) => sql`(select e.severity, e.due_at, e.id from exceptions e
			where ${filters(asked)} and ${source} and ${behind} order by ${order} limit ${limit})`
	);
	if (found.length === 0) return [];
	const { rows } = await sql<Found>`
		select * from (${sql.join(found, sql` union `)}) as found
		order by ${order} limit ${limit}`.execute(db);
	return rows.map(placeOf);
}

interface Found {
	severity: number;
	due_at: Date;
	id: string;
}

const placeOf = ({ severity, due_at, id }: Found): Place => ({
	severity,
	dueAt: due_at.toISOString(),
	id
});

/** What one cause stops, those whose time ends first: free, claimed or waiting. */
export async function pageOfIncident(
	db: Db,
	scope: Scope,
	incident: string,
	after: Place | null,
	limit: number
): Promise<Place[]> {
	const behind = after
		? sql`(e.due_at, e.id) > (${after.dueAt}::timestamptz, ${after.id}::uuid)`
		: sql`true`;
	const { rows } = await sql<Found>`
		select e.severity, e.due_at, e.id from exceptions e
		where e.incident_id = ${incident} and e.state = 'open' and ${inScope(scope)} and ${behind}
		order by e.due_at, e.id limit ${limit}`.execute(db);
	return rows.map(placeOf);
}

/** How many a tab holds, up to `most`. */
export async function countQueue(
	db: Db,
	scope: Scope,
	asked: Asked,
	most: number
): Promise<number> {
	const found = sources(scope, asked).map(
		(source) =>
			sql`(select e.id from exceptions e where ${filters(asked)} and ${source} limit ${most})`
	);
	if (found.length === 0) return 0;
	const { rows } = await sql<{ count: number }>`select count(*)::int as count from
		(select 1 from (${sql.join(found, sql` union `)}) as parts limit ${most}) as counted`.execute(db);
	return rows[0]!.count;
}
