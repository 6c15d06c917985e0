import { sql } from 'kysely';
import { VISIT } from '../../domain/identity/limits.ts';
import { changeCase, type Trx } from '../db/cases.ts';
import { countAgainst } from '../db/counters.ts';
import { closeIncidents } from '../db/exceptions.ts';
import { idleActs } from '../db/incident-acts.ts';
import { priorityByAge, priorityOf } from '../jobs/queues.ts';
import type { Parts } from '../parts.ts';
import { wakeCallbacks, wakePolls } from './wake-callbacks.ts';
import { escalateExceptions } from './escalate-exceptions.ts';

type Used = Pick<Parts, 'db' | 'vault' | 'jobs' | 'crash' | 'log'>;

/** How far behind a row must be before the sweeper speaks up: its own job should have come by now. */
const LATE = sql<Date>`now() - interval '15 seconds'`;
const BATCH = 500;
/** Of steps of outreach: those of a whole night are due in the same minute of the morning. */
const STEPS = 2000;

const minutesAgo = (minutes: number) => sql<Date>`now() - make_interval(mins => ${minutes}::int)`;

/** Of all nodes one sweeps in each ten seconds. */
const TURN = { key: 'sweep', most: 1, seconds: 10 };

/**
 * The rows are the truth and jobs only wake-ups: rows that are due and were not looked at (a lost
 * job, a dead node) get a new one. Cases whose time is over end by an event, never silently.
 * @returns how many were found, by kind; `null` when it was another node's turn
 */
export async function sweep(parts: Used): Promise<Record<string, number> | null> {
	if (!(await countAgainst(parts.db, TURN))) return null;
	return {
		messages: await wakeMessages(parts),
		writebacks: await wakeWritebacks(parts),
		outreach: await wakeOutreach(parts),
		unbegun: await wakeUnbegun(parts),
		callbacks: await wakeCallbacks(parts),
		polls: await wakePolls(parts),
		expired: await expireCases(parts),
		escalated: await escalateExceptions(parts),
		calm: await closeIncidents(parts.db),
		acts: await wakeIncidentActs(parts)
	};
}

async function wakeMessages({ db, jobs, crash }: Used): Promise<number> {
	const found = await db.transaction().execute(async (trx) => {
		// Codes by themselves: behind a campaign that is late as a whole they would be found too late.
		const codes = await lateMessages(trx).where('class', '=', 'code').execute();
		const others = await lateMessages(trx).where('class', '<>', 'code').execute();
		for (const rows of [codes, others])
			await jobs.sendAll(
				trx,
				rows === codes ? 'send-code' : 'send-message',
				rows.map(({ id, class: kind }) => ({
					data: { v: 1, message: id },
					options: { priority: priorityOf(kind) }
				}))
			);
		crash('wake-messages:before-commit');
		return codes.length + others.length;
	});
	crash('wake-messages:after-commit');
	return found;
}

const lateMessages = (trx: Trx) =>
	trx
		.selectFrom('messages')
		.select(['id', 'class'])
		.where('state', 'in', ['queued', 'sending', 'unknown'])
		.where('next_at', '<', LATE)
		.where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', LATE)]))
		.orderBy('next_at')
		.limit(BATCH);

async function wakeWritebacks({ db, jobs, crash }: Used): Promise<number> {
	const found = await db.transaction().execute(async (trx) => {
		const rows = await trx
			.selectFrom('writebacks')
			.select(['id', 'created_at', sql<Date>`now()`.as('now')])
			.where('state', 'in', ['pending', 'sending', 'unknown'])
			.where('next_at', '<', LATE)
			.where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', LATE)]))
			.orderBy('next_at')
			.limit(BATCH)
			.execute();
		const waiting = rows.map(({ id, created_at, now }) => ({
			data: { v: 1 as const, writeback: id },
			options: { priority: priorityByAge(created_at, now) }
		}));
		await jobs.sendAll(trx, 'apply-writeback', waiting);
		crash('wake-writebacks:before-commit');
		return rows.length;
	});
	crash('wake-writebacks:after-commit');
	return found;
}

/** Steps of outreach have no jobs of their own: thousands begin together and wait for days. */
async function wakeOutreach({ db, jobs, crash }: Used): Promise<number> {
	const found = await db.transaction().execute(async (trx) => {
		const { rows } = await sql<{ id: string }>`
			select id from cases
			where ended_at is null and coalesce(remind_at, outreach_at) < now()
			order by coalesce(remind_at, outreach_at) limit ${STEPS}`.execute(trx);
		const waiting = rows.map(({ id }) => ({ data: { v: 1 as const, case: id } }));
		await jobs.sendAll(trx, 'outreach', waiting);
		crash('wake-outreach:before-commit');
		return rows.length;
	});
	crash('wake-outreach:after-commit');
	return found;
}

async function wakeUnbegun({ db, jobs, crash }: Used): Promise<number> {
	const found = await db.transaction().execute(async (trx) => {
		const rows = await trx
			.selectFrom('cases')
			.select('id')
			.where('complete_at', '<', LATE)
			.where('ended_at', 'is', null)
			.orderBy('complete_at')
			.limit(BATCH)
			.execute();
		const waiting = rows.map(({ id }) => ({ data: { v: 1 as const, case: id } }));
		await jobs.sendAll(trx, 'complete-case', waiting);
		crash('wake-unbegun:before-commit');
		return rows.length;
	});
	crash('wake-unbegun:after-commit');
	return found;
}

/** An act on an incident whose process is gone; one statement each, and a repeat is harmless. */
async function wakeIncidentActs({ db, jobs }: Used): Promise<number> {
	const rows = await idleActs(db, BATCH);
	const waiting = rows.map(({ id }) => ({ data: { v: 1 as const, act: id } }));
	await jobs.sendAll(db, 'work-incident', waiting);
	return rows.length;
}

async function expireCases(parts: Used): Promise<number> {
	const rows = await parts.db
		.selectFrom('cases')
		.select('id')
		.where('ended_at', 'is', null)
		.where('expires_at', '<', sql<Date>`now()`)
		// A submission or an exception under way keeps its case until it is settled.
		.where('stage', 'not in', ['submitted', 'with-person'])
		.where((eb) =>
			eb.not(
				eb.exists(
					eb
						.selectFrom('exceptions')
						.select('exceptions.id')
						.whereRef('exceptions.case_id', '=', 'cases.id')
						.where('exceptions.state', '=', 'open')
				)
			)
		)
		// Who is on its pages is not cut off in the middle; a visit ends by itself within the hour.
		.where((eb) =>
			eb.not(
				eb.exists(
					eb
						.selectFrom('visits')
						.select('visits.id')
						.whereRef('visits.case_id', '=', 'cases.id')
						.where('visits.ended_at', 'is', null)
						.where('visits.seen_at', '>', minutesAgo(VISIT.idleMinutes))
						.where('visits.created_at', '>', minutesAgo(VISIT.absoluteMinutes))
				)
			)
		)
		.orderBy('expires_at')
		.limit(BATCH)
		.execute();
	let expired = 0;
	for (const { id } of rows)
		expired += await changeCase(parts, id, { actor: 'system', flow: 'expire-case' }, (change) => {
			const over = change.row.expires_at <= change.now;
			return Promise.resolve(over && change.decide({ do: 'expire' }).ok ? 1 : 0);
		}).catch((error: unknown) => {
			// One unreadable case must not keep all that come after it.
			parts.log.error({ error, case: id }, 'sweep: a case could not be ended');
			return 0;
		});
	return expired;
}
