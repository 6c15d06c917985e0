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

/** The spans as a table: workflow, first instant, the instant behind the last. */
const spansOf = (spans: readonly Span[]): RawBuilder<unknown> =>
	sql`(values ${sql.join(
		spans.map(
			({ key, zone, from, to }) => sql`(${key}::text,
				(${from}::date)::timestamp at time zone ${zone}::text,
				(${to}::date + 1)::timestamp at time zone ${zone}::text)`
		)
	)}) as span (workflow, starts_at, ends_at)`;

/**
 * The rows of each span. `offset 0` keeps PostgreSQL from joining first: it takes the spans for a good
 * part of the table, which it then reads from end to end.
 */
const inSpans = (table: string, at: string, as: string): RawBuilder<unknown> =>
	sql`cross join lateral (
		select r.* from ${sql.table(table)} as r where r.workflow = span.workflow
			and r.${sql.ref(at)} >= span.starts_at and r.${sql.ref(at)} < span.ends_at offset 0
	) as ${sql.ref(as)}`;

const versionOf = (spans: readonly Span[]): number => spans[0]?.version ?? 0;
/** For tables that do not know the version of their case. */
const ofVersion = (spans: readonly Span[], row: RawBuilder<unknown>): RawBuilder<unknown> =>
	versionOf(spans) === 0
		? sql`true`
		: sql`exists (select 1 from cases v where v.id = ${row} and v.version = ${versionOf(spans)})`;
const caseVersion = (spans: readonly Span[]): RawBuilder<unknown> =>
	versionOf(spans) === 0 ? sql`true` : sql`c.version = ${versionOf(spans)}`;

/** Cases opened in the spans, grouped by what they have reached: read from one index alone. */
export async function countCases(
	db: Db,
	spans: readonly Span[]
): Promise<(CaseGroup & { workflow: string })[]> {
	const { rows } = await sql<CaseGroup & { workflow: string }>`
		select c.workflow, c.reached, case when c.stage in ('resolved','cancelled','expired')
			then c.stage else 'open' end as "end", count(*)::int as cases
		from ${spansOf(spans)} ${inSpans('cases', 'opened_at', 'c')}
		where ${caseVersion(spans)}
		group by 1, 2, 3`.execute(db);
	return rows;
}

export interface Duration {
	workflow: string;
	median: number | null;
	ninth: number | null;
}

/** Hours from opening to resolution of the cases opened in the spans. */
export async function timeToResolution(db: Db, spans: readonly Span[]): Promise<Duration[]> {
	const hours = sql`extract(epoch from c.ended_at - c.opened_at)::float8 / 3600`;
	const { rows } = await sql<Duration>`
		select c.workflow, percentile_disc(0.5) within group (order by ${hours}) as median,
			percentile_disc(0.9) within group (order by ${hours}) as ninth
		from ${spansOf(spans)} ${inSpans('cases', 'opened_at', 'c')}
		where c.stage = 'resolved' and ${caseVersion(spans)}
		group by 1`.execute(db);
	return rows;
}

/** Resolved in the spans at least so many days ago, and of these those who came back within them. */
export async function countRepeats(
	db: Db,
	spans: readonly Span[],
	days: number
): Promise<{ resolved: number; back: number }> {
	const within = sql`make_interval(days => ${days}::int)`;
	const { rows } = await sql<{ resolved: number; back: number }>`
		select count(*)::int as resolved, count(*) filter (where exists (
			select 1 from cases n where n.customer_hash = c.customer_hash and n.workflow = c.workflow
				and n.opened_at > c.ended_at and n.opened_at <= c.ended_at + ${within}))::int as back
		from ${spansOf(spans)} ${inSpans('cases', 'opened_at', 'c')}
		where c.stage = 'resolved' and c.ended_at <= now() - ${within} and ${caseVersion(spans)}`.execute(
		db
	);
	return rows[0] ?? { resolved: 0, back: 0 };
}

/** Exceptions opened in the spans, and every one that is open now, by type and owner. */
export async function countExceptions(
	db: Db,
	spans: readonly Span[]
): Promise<(ExceptionFigure & { data: number; ineligible: number })[]> {
	const inSpan = sql`(e.opened_at >= span.starts_at and e.opened_at < span.ends_at)`;
	const { rows } = await sql<ExceptionFigure & { data: number; ineligible: number }>`
		select e.workflow, e.type, e.class, e.owner,
			count(*) filter (where ${inSpan})::int as opened,
			count(*) filter (where ${inSpan} and e.breakpoint in ('trigger','writeback'))::int as data,
			count(*) filter (where ${inSpan} and e.breakpoint = 'eligibility')::int as ineligible,
			count(*) filter (where e.state = 'open')::int as open,
			count(*) filter (where e.state = 'open' and e.due_at < now())::int as breached,
			max(extract(epoch from now() - e.due_at)::float8 / 3600)
				filter (where e.state = 'open' and e.due_at < now()) as "oldestHours",
			percentile_disc(0.5) within group (order by extract(epoch from e.closed_at - e.opened_at)::float8 / 3600)
				filter (where ${inSpan} and e.closed_at is not null) as "medianHours"
		from ${spansOf(spans)}
		cross join lateral (
			-- two reads of two indexes: one condition for both would read every exception there ever was
			select e.* from exceptions e where e.workflow = span.workflow and ${inSpan}
			union all
			select e.* from exceptions e where e.workflow = span.workflow and e.state = 'open' and not ${inSpan}
		) as e
		where ${ofVersion(spans, sql`e.case_id`)}
		group by 1, 2, 3, 4 order by 8 desc, 5 desc, 1, 2`.execute(db);
	return rows;
}

/** Writebacks made in the spans, by what became of them. */
export async function countWritebacks(db: Db, spans: readonly Span[]): Promise<WritebackFigure[]> {
	const { rows } = await sql<WritebackFigure>`
		select w.workflow, count(*)::int as "all",
			count(*) filter (where w.state = 'applied')::int as applied,
			count(*) filter (where w.state = 'applied' and w.updated_at <= w.created_at + interval '5 minutes')::int as within5,
			count(*) filter (where w.state = 'rejected')::int as rejected,
			count(*) filter (where w.state in ('pending','sending'))::int as pending,
			count(*) filter (where w.state = 'unknown')::int as unknown,
			count(*) filter (where w.state = 'dead')::int as dead,
			count(*) filter (where w.state not in ('applied','rejected') and w.next_at is null
				and not exists (select 1 from exceptions e where e.case_id = w.case_id
					and e.breakpoint in ('writeback','transaction')))::int as unaccounted
		from ${spansOf(spans)} ${inSpans('writebacks', 'created_at', 'w')}
		where ${ofVersion(spans, sql`w.case_id`)}
		group by 1 order by 1`.execute(db);
	return rows;
}
