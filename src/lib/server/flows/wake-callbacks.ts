import { sql } from 'kysely';
import type { Trx } from '../db/cases.ts';
import type { Parts } from '../parts.ts';

type Used = Pick<Parts, 'db' | 'jobs' | 'crash'>;

/** By now its own job should have come. */
const LATE = sql<Date>`now() - interval '15 seconds'`;
const BATCH = 500;

/** Callbacks of one job: what comes together is worked together, and by more than one worker. */
const OF_A_JOB = 20;

/** The jobs that work these callbacks, in the transaction that stored or woke them. */
export async function sendCallbacks(
	{ jobs }: Pick<Parts, 'jobs'>,
	trx: Trx,
	ids: string[]
): Promise<void> {
	const batches = Array.from({ length: Math.ceil(ids.length / OF_A_JOB) }, (_, place) =>
		ids.slice(place * OF_A_JOB, (place + 1) * OF_A_JOB)
	);
	const waiting = batches.map((callbacks) => ({ data: { v: 1 as const, callbacks } }));
	await jobs.sendAll(trx, 'work-callbacks', waiting);
}

/** Callbacks that were stored and nobody has worked, and orphans that are looked for once more. */
export async function wakeCallbacks({ db, jobs, crash }: Used): Promise<number> {
	const found = await db.transaction().execute(async (trx) => {
		const rows = await trx
			.selectFrom('provider_events')
			.select('id')
			.where('state', 'in', ['stored', 'orphan'])
			.where('next_at', '<', LATE)
			.where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', LATE)]))
			.orderBy('next_at')
			.limit(BATCH)
			.execute();
		const ids = rows.map(({ id }) => id);
		await sendCallbacks({ jobs }, trx, ids);
		crash('wake-callbacks:before-commit');
		return rows.length;
	});
	crash('wake-callbacks:after-commit');
	return found;
}

/** Messages of which the provider has told no end: it is asked. */
export async function wakePolls({ db, jobs, crash }: Used): Promise<number> {
	const found = await db.transaction().execute(async (trx) => {
		const rows = await trx
			.selectFrom('message_attempts')
			.select(['message_id', 'number'])
			.where('poll_at', '<=', sql<Date>`now()`)
			.orderBy('poll_at')
			.limit(BATCH)
			.execute();
		const waiting = rows.map(({ message_id: message, number: attempt }) => ({
			data: { v: 1 as const, message, attempt }
		}));
		await jobs.sendAll(trx, 'poll-delivery', waiting);
		crash('wake-polls:before-commit');
		return rows.length;
	});
	crash('wake-polls:after-commit');
	return found;
}
