import { type RawBuilder, sql } from 'kysely';
import type { Db } from './connect.ts';

/**
 * At most `most` times in `seconds`, judged by two windows: what was counted in the one before
 * weighs as much as is left of it, so that nobody gets twice the limit across an edge. What came
 * within that window is taken as spread evenly: who used it up at its very end gets as much again,
 * but only bit by bit, over the whole of the next one.
 */
export interface Limit {
	key: string;
	most: number;
	seconds: number;
}

/** The present window's beginning, and how much of the one before still counts: from 1 down to 0. */
const present = (seconds: number): RawBuilder<unknown> => sql`
	select to_timestamp(floor(windows) * ${seconds}::numeric) as bucket,
		1 - (windows - floor(windows)) as remains
	from (select extract(epoch from now()) / ${seconds}::numeric as windows) clock`;

const bucketBefore = (seconds: number): RawBuilder<unknown> =>
	sql`present.bucket - make_interval(secs => ${seconds})`;

/**
 * Counts one more against a limit, over all nodes: one conditional statement, so parallel callers
 * cannot pass it together. `false` when there is no more room.
 */
export async function countAgainst(db: Db, { key, most, seconds }: Limit): Promise<boolean> {
	// Shared lock: whoever was still counting in the window before has done so.
	const { rows } = await sql`
		with present as (${present(seconds)}),
		before as (
			select c.count * present.remains as weight from counters c, present
			where c.key = ${key} and c.bucket = ${bucketBefore(seconds)}
			for share of c
		)
		insert into counters (key, bucket, count, ends_at)
		select ${key}, present.bucket, 1, now() + make_interval(secs => ${seconds})
		from present left join before on true
		where coalesce(before.weight, 0) < ${most}
		on conflict (key, bucket) do update set count = counters.count + 1
			where counters.count + coalesce((select weight from before), 0) < ${most}
		returning count`.execute(db);
	return rows.length === 1;
}

/** Takes one back that was counted ahead, perhaps in the window before, and turned out not to count. */
export async function giveBack(db: Db, { key, seconds }: Omit<Limit, 'most'>): Promise<void> {
	await sql`
		with present as (${present(seconds)})
		update counters set count = count - 1 where key = ${key} and count > 0
			and bucket = (
				select max(c.bucket) from counters c, present
				where c.key = ${key} and c.count > 0
					and c.bucket in (present.bucket, ${bucketBefore(seconds)})
			)`.execute(db);
}

/**
 * From when there is room for one more if nobody counts meanwhile, to the second and never too early;
 * `null` while there is.
 */
export async function roomFrom(db: Db, { key, most, seconds }: Limit): Promise<Date | null> {
	// What was counted in one window weighs less and less over the next: it leaves room there from the
	// moment at which less than the limit remains of it.
	const { rows } = await sql<{ at: Date | null }>`
		with present as (${present(seconds)}),
		counts as (
			select coalesce(max(c.count) filter (where c.bucket = present.bucket), 0)::numeric as now,
				coalesce(max(c.count) filter (where c.bucket < present.bucket), 0)::numeric as before
			from counters c, present
			where c.key = ${key} and c.bucket in (present.bucket, ${bucketBefore(seconds)})
		)
		select case
			when counts.now + counts.before * present.remains < ${most}::int then null
			when counts.now < ${most}::int then present.bucket + make_interval(secs => 1
				+ floor(${seconds}::int * (1 - (${most}::int - counts.now) / counts.before))::int)
			else present.bucket + make_interval(secs => 1 + ${seconds}::int
				+ floor(${seconds}::int * (1 - ${most}::int / counts.now))::int)
		end as at
		from counts, present`.execute(db);
	return rows[0]?.at ?? null;
}

/** How often was counted, the window before as it weighs now; full when it is at the limit. */
export async function counted(db: Db, { key, seconds }: Omit<Limit, 'most'>): Promise<number> {
	const { rows } = await sql<{ count: number | null }>`
		with present as (${present(seconds)})
		select floor(sum(
			case when c.bucket = present.bucket then c.count else c.count * present.remains end
		))::int as count
		from counters c, present
		where c.key = ${key} and c.bucket in (present.bucket, ${bucketBefore(seconds)})`.execute(db);
	return rows[0]?.count ?? 0;
}
