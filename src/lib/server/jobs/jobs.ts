import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { fromKysely, PgBoss, type Db as BossDb } from 'pg-boss';
import type { Logger } from 'pino';
import { type JobData, type JobOptions, ONLY_RECORD, type QueueName, queues } from './queues.ts';
import { createSideBySide, type SideBySide } from './side-by-side.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any schema's transaction will do
type Transaction = Kysely<any>;

/** Enqueues and works. Everything that is enqueued goes into the caller's transaction. */
export interface Jobs {
	/** Commits and rolls back with `trx`. */
	send<Name extends QueueName>(
		trx: Transaction,
		queue: Name,
		data: JobData[Name],
		options?: JobOptions
	): Promise<void>;
	/** The same for many, in one statement. */
	sendAll<Name extends QueueName>(
		trx: Transaction,
		queue: Name,
		jobs: { data: JobData[Name]; options?: JobOptions }[]
	): Promise<void>;
	work(handlers: Handlers, pollMs: number): Promise<void>;
	/** Waiting jobs and the age of the oldest in seconds, by queue. */
	depth(): Promise<{ queue: string; waiting: number; oldestSeconds: number }[]>;
	stop(graceMs: number): Promise<void>;
}

export type Handlers = { [Name in QueueName]: (data: JobData[Name]) => Promise<void> };

type Handler = (data: object) => Promise<void>;

const NO_JOB = '00000000-0000-0000-0000-000000000000';
// A job that business rules date far ahead must not be cleared away before its day.
const RETENTION_SECONDS = 400 * 24 * 3600;

/** How pg-boss reaches the database: its own pool by URL, or the embedded database it shares. */
export type BossConnection =
	{ connectionString: string; max?: number } | { db: BossDb; backend: 'pglite' };

/**
 * Starts pg-boss without migrating: `npm run migrate` does that (the embedded database migrates at
 * start, see `server/db`).
 */
export async function startJobs(connection: BossConnection, log: Logger): Promise<Jobs> {
	const boss = new PgBoss({ ...connection, migrate: false, createSchema: false, schedule: false });
	boss.on('error', (error) => log.error({ error }, 'jobs: pg-boss reported an error'));
	boss.on('warning', (warning) => log.warn({ warning }, 'jobs: pg-boss warns'));
	await boss.start();
	for (const [name, settings] of Object.entries(queues)) {
		await boss.createQueue(name, {
			...settings,
			retryLimit: 5,
			retryBackoff: true,
			retryDelay: 2,
			retryDelayMax: 300,
			retentionSeconds: RETENTION_SECONDS,
			deleteAfterSeconds: 3600
		});
		// On PGlite the first send to a queue that pg-boss has not cached would wait for ever for the
		// connection that our own transaction holds. Reading any job of it fills the cache.
		await boss.getJobById(name, NO_JOB);
	}
	const sides: SideBySide[] = [];
	return {
		async send(trx, queue, data, options) {
			await boss.send(queue, data, { ...options, db: fromKysely(trx) });
		},
		async sendAll(trx, queue, jobs) {
			if (jobs.length === 0) return;
			const rows = jobs.map(({ data, options }) => ({ data, ...options }));
			await boss.insert(queue, rows, { db: fromKysely(trx) });
		},
		async work(handlers, pollMs) {
			for (const name of Object.keys(queues) as QueueName[])
				sides.push(await workQueue(boss, name, handlers[name] as Handler, pollMs, log));
		},
		async depth() {
			return (await Promise.all(Object.keys(queues).map((name) => depthOf(boss, name)))).flat();
		},
		async stop(graceMs) {
			// No more jobs are taken; those under way end while more can still be sent.
			const names = Object.keys(queues);
			const idle = Promise.all(names.map((name) => boss.offWork(name, { wait: true }))).then(() =>
				Promise.all(sides.map((side) => side.finish()))
			);
			await Promise.race([idle, wait(graceMs, undefined, { ref: false })]);
			await boss.stop({ graceful: false, close: true });
		}
	};
}

async function workQueue(
	boss: PgBoss,
	name: QueueName,
	handle: Handler,
	pollMs: number,
	log: Logger
): Promise<SideBySide> {
	const side = createSideBySide(
		(error) =>
			log.error({ error, queue: name }, 'jobs: a slow handler failed; the sweeper finds its row'),
		ONLY_RECORD.has(name) ? Infinity : undefined
	);
	const options = {
		batchSize: 10,
		burstWhenBatchFull: true,
		perJobResults: true,
		pollingIntervalSeconds: pollMs / 1000
	} as const;
	await boss.work<object, object, typeof options>(name, options, async (jobs) =>
		Promise.all(
			jobs.map(async (job) => {
				try {
					await side.run(() => handle(job.data));
					return { id: job.id, status: 'completed' as const };
				} catch (error) {
					log.error(
						{ error, queue: name, job: job.id },
						'jobs: a handler failed and will run again'
					);
					return { id: job.id, status: 'failed' as const };
				}
			})
		)
	);
	return side;
}

async function depthOf(boss: PgBoss, queue: string) {
	const { rows } = await boss.getDb().executeSql(
		`select count(*)::int as waiting,
			coalesce(extract(epoch from now() - min(start_after)), 0)::float as oldest
		from pgboss.job where name = $1 and state in ('created', 'retry') and start_after <= now()`,
		[queue]
	);
	const row = rows[0] as { waiting: number; oldest: number };
	return { queue, waiting: row.waiting, oldestSeconds: Math.max(0, row.oldest) };
}
