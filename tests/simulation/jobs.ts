import { type Kysely, sql } from 'kysely';
import type { Jobs } from '../../src/lib/server/jobs/jobs.ts';
import type { JobData, JobOptions, QueueName } from '../../src/lib/server/jobs/queues.ts';
import type { Db } from '../../src/lib/server/db/connect.ts';
import type { Random } from '../support/random.ts';

export interface Job {
	queue: QueueName;
	data: JobData[QueueName];
}

export interface UnreliableJobs extends Jobs {
	/** Some of the jobs that are due, in any order; whoever takes one and dies has lost it. */
	take(db: Db, most: number): Promise<Job[]>;
	/** From now on each job comes once and at once. */
	heal(): void;
	counts: { sent: number; lost: number; doubled: number; delayed: number };
}

/** Beside the product's tables: what is queued there commits and rolls back with the caller. */
export const createJobsTable = (db: Db): Promise<unknown> =>
	sql
		.raw(
			`create schema simulation;
			create table simulation.jobs (
				id bigserial primary key, queue text not null, data jsonb not null,
				start_after timestamptz not null default now()
			);
			create index jobs_due on simulation.jobs (start_after)`
		)
		.execute(db);

/** How jobs waiting there are moved when time passes. */
export const MOVE_JOBS = 'update simulation.jobs set start_after = start_after - $t';

/** A queue that loses, repeats, delays and mixes what it is given, within the caller's transaction. */
export function createUnreliableJobs(random: Random): UnreliableJobs {
	let reliable = false;
	const counts = { sent: 0, lost: 0, doubled: 0, delayed: 0 };

	async function put(
		// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any schema's transaction will do
		trx: Kysely<any>,
		queue: QueueName,
		rows: { data: object; options?: JobOptions }[]
	): Promise<void> {
		const stored: { data: object; after: string | null }[] = [];
		for (const { data, options } of rows) {
			counts.sent += 1;
			const fate = reliable ? 'once' : random.weighted({ once: 80, lost: 7, twice: 8, late: 5 });
			if (fate === 'lost') {
				counts.lost += 1;
				continue;
			}
			const late = fate === 'late' ? random.between(10, 90) * 1000 : 0;
			const start = options?.startAfter ?? (late ? new Date() : undefined);
			const after = start ? new Date(start.getTime() + late).toISOString() : null;
			stored.push({ data, after });
			if (fate === 'twice') stored.push({ data, after });
			if (fate === 'twice') counts.doubled += 1;
			if (fate === 'late') counts.delayed += 1;
		}
		if (stored.length === 0) return;
		await sql`insert into simulation.jobs (queue, data, start_after)
			select ${queue}, data, coalesce(after, now()) from
			jsonb_to_recordset(${JSON.stringify(stored)}::jsonb) as given (data jsonb, after timestamptz)`.execute(
			trx
		);
	}

	return {
		send: (trx, queue, data, options) => put(trx, queue, [{ data, ...(options && { options }) }]),
		sendAll: (trx, queue, jobs) => put(trx, queue, jobs),
		async take(db, most) {
			const { rows } = await sql<Job>`delete from simulation.jobs where id in (
					select id from simulation.jobs where start_after <= now()
					order by random() limit ${most} for update skip locked
				) returning queue, data`.execute(db);
			return rows;
		},
		heal: () => void (reliable = true),
		counts,
		work: async () => undefined,
		depth: async () => [],
		stop: async () => undefined
	};
}
