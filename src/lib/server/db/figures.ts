import { type RawBuilder, sql } from 'kysely';
import type { ExceptionFigure, WritebackFigure } from '../../contracts/figures.ts';
import type { CaseGroup } from '../../domain/telemetry/funnel.ts';
import type { Db } from './connect.ts';

/** One workflow and the days that are meant, both inclusive, in its zone. */
export interface Span {
	key: string;
	zone: string;
	from: string;
	to: string;
	/** 0: every version. */
	version: number;
}

const startOf = ({ from, zone }: Span): RawBuilder<unknown> =>
	sql`(${from}::date)::timestamp at time zone ${zone}::text`;
const endOf = ({ to, zone }: Span): RawBuilder<unknown> =>
	sql`(${to}::date + 1)::timestamp at time zone ${zone}::text`;

/** The cases of a span, as `c`: read from one index alone, so name no column that it does not hold. */
const casesOf = (span: Span): RawBuilder<unknown> => sql`cases c
	where c.workflow = ${span.key} and c.opened_at >= ${startOf(span)} and c.opened_at < ${endOf(span)}
		and ${span.version === 0 ? sql`true` : sql`c.version = ${span.version}`}`;

/** For tables that do not know the version of their case. */
const ofVersion = ({ version }: Span, caseId: RawBuilder<unknown>): RawBuilder<unknown> =>
	version === 0
		? sql`true`
		: sql`exists (select 1 from cases v where v.id = ${caseId} and v.version = ${version})`;

/** One workflow after the other: one alone is counted from its part of an index, by several workers. */
async function each<Row>(
	db: Db,
	spans: readonly Span[],
	query: (span: Span) => RawBuilder<Row>
): Promise<Row[]> {
	const rows: Row[] = [];
	for (const span of spans) rows.push(...(await query(span).execute(db)).rows);
	return rows;
}

/** Cases opened in the spans, grouped by what they have reached. */
export const countCases = (db: Db, spans: readonly Span[]) =>
	each(
		db,
		spans,
		(span) => sql<CaseGroup & { workflow: string }>`
			select c.workflow, c.reached, case when c.ended_at is null then 'open' else c.stage end as "end",
				count(*)::int as cases
			from ${casesOf(span)} group by 1, 2, 3`
	);

export interface Duration {
	workflow: string;
	median: number | null;
	ninth: number | null;
}

const HOURS = sql`extract(epoch from c.ended_at - c.opened_at)::float8 / 3600`;

/** Hours from opening to resolution of the cases opened in the spans. */
export const timeToResolution = (db: Db, spans: readonly Span[]) =>
	each(
		db,
		spans,
		(span) => sql<Duration>`
			select c.workflow, percentile_disc(0.5) within group (order by ${HOURS}) as median,
				percentile_disc(0.9) within group (order by ${HOURS}) as ninth
			from ${casesOf(span)} and c.stage = 'resolved' group by 1`
	);

/** Resolved in the spans at least so many days ago, and of these those who came back within them. */
export async function countRepeats(
	db: Db,
	spans: readonly Span[],
	days: number
): Promise<{ resolved: number; back: number }> {
	const within = sql`make_interval(days => ${days}::int)`;
	const rows = await each(
		db,
		spans,
		(span) => sql<{ resolved: number; back: number }>`
			with resolved as materialized (select c.customer_hash, c.ended_at from ${casesOf(span)}
				and c.stage = 'resolved' and c.ended_at <= now() - ${within}),
			later as materialized (select n.customer_hash, n.opened_at from cases n
				where n.workflow = ${span.key} and n.opened_at >= ${startOf(span)})
			select (select count(*) from resolved)::int as resolved, count(*)::int as back
			from resolved c where exists (select 1 from later n where n.customer_hash = c.customer_hash
				and n.opened_at > c.ended_at and n.opened_at <= c.ended_at + ${within})`
	);
	const sum = (name: 'resolved' | 'back') => rows.reduce((total, row) => total + row[name], 0);
	return { resolved: sum('resolved'), back: sum('back') };
}

/** Exceptions opened in the spans, and every one that is open now, by type and owner. */
export async function countExceptions(db: Db, spans: readonly Span[]) {
	const rows = await each(db, spans, exceptionsOf);
	return rows.sort((a, b) => b.open - a.open || b.opened - a.opened);
}

function exceptionsOf(span: Span) {
	const inSpan = (of: string) => {
		const openedAt = sql.ref(`${of}.opened_at`);
		return sql`(${openedAt} >= ${startOf(span)} and ${openedAt} < ${endOf(span)})`;
	};
	const opened = inSpan('e');
	return sql<ExceptionFigure & { data: number; ineligible: number }>`
		select e.workflow, e.type, e.class, e.owner,
			count(*) filter (where ${opened})::int as opened,
			count(*) filter (where ${opened} and e.breakpoint in ('trigger','writeback'))::int as data,
			count(*) filter (where ${opened} and e.breakpoint = 'eligibility')::int as ineligible,
			count(*) filter (where e.state = 'open')::int as open,
			count(*) filter (where e.state = 'open' and e.due_at < now())::int as breached,
			max(extract(epoch from now() - e.due_at)::float8 / 3600)
				filter (where e.state = 'open' and e.due_at < now()) as "oldestHours",
			percentile_disc(0.5) within group (order by extract(epoch from e.closed_at - e.opened_at)::float8 / 3600)
				filter (where ${opened} and e.closed_at is not null) as "medianHours"
		from (
			-- two reads of two indexes: one condition for both would read every exception there ever was
			select o.* from exceptions o where o.workflow = ${span.key} and ${inSpan('o')}
			union all
			select o.* from exceptions o where o.workflow = ${span.key} and o.state = 'open' and not ${inSpan('o')}
		) as e
		where ${ofVersion(span, sql`e.case_id`)}
		group by 1, 2, 3, 4 order by 1, 2`;
}

/** Writebacks made in the spans, by what became of them. */
export const countWritebacks = (db: Db, spans: readonly Span[]) =>
	each(
		db,
		spans,
		(span) => sql<WritebackFigure>`
			select w.workflow, count(*)::int as "all",
				count(*) filter (where w.state = 'applied')::int as applied,
				count(*) filter (where w.state = 'applied'
					and w.updated_at <= w.created_at + interval '5 minutes')::int as within5,
				count(*) filter (where w.state = 'rejected')::int as rejected,
				count(*) filter (where w.state in ('pending','sending'))::int as pending,
				count(*) filter (where w.state = 'unknown')::int as unknown,
				count(*) filter (where w.state = 'dead')::int as dead,
				count(*) filter (where w.state not in ('applied','rejected') and w.next_at is null
					and not exists (select 1 from exceptions e where e.case_id = w.case_id
						and e.breakpoint in ('writeback','transaction')))::int as unaccounted
			from writebacks w
			where w.workflow = ${span.key} and w.created_at >= ${startOf(span)} and w.created_at < ${endOf(span)}
				and ${ofVersion(span, sql`w.case_id`)}
			group by 1`
	);
