import { sql } from 'kysely';
import { fromPglite, PgBoss } from 'pg-boss';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Handlers, type Jobs, startJobs } from '../../src/lib/server/jobs/jobs.ts';
import { PRIORITY, queues } from '../../src/lib/server/jobs/queues.ts';
import { eventually } from '../support/customer.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

const log = pino({ level: 'silent' });
let database: TestDatabase;
let jobs: Jobs;
/** A second eye on the queues: fetches like another node, and does the maintenance when told. */
let boss: PgBoss;

beforeAll(async () => {
	database = await testDatabase();
	boss = new PgBoss({ ...connection(), migrate: false, supervise: false, schedule: false });
	await boss.start();
});
afterAll(async () => {
	await boss.stop({ graceful: false, close: true });
	await database.close();
});
beforeEach(async () => {
	jobs = await startJobs(connection(), log);
});
afterEach(async () => {
	await jobs.stop(1000);
	await sql`delete from pgboss.job`.execute(database.db);
});

function connection() {
	return database.kind === 'embedded'
		? { db: fromPglite(database.pglite), backend: 'pglite' as const }
		: { connectionString: database.url!, max: 2 };
}

const send = (message: string, options = {}) =>
	database.db
		.transaction()
		.execute((trx) => jobs.send(trx, 'send-message', { v: 1, message }, options));
const nothing = () => Promise.resolve();
/** Handlers of which only one matters. */
const messages = (handle: (message: string) => Promise<void>): Handlers => ({
	'send-code': nothing,
	'send-message': ({ message }) => handle(message),
	'apply-writeback': nothing,
	'complete-case': nothing,
	'make-offer': nothing,
	outreach: nothing,
	'work-callbacks': nothing,
	'poll-delivery': nothing,
	'work-incident': nothing
});
async function rows() {
	const found = await sql<{ message: string; state: string; started_on: Date | null }>`
		select data->>'message' as message, state::text, started_on from pgboss.job
		where name = 'send-message' order by data->>'message'`.execute(database.db);
	return found.rows;
}
/** Moves every job into the past, as if so many days had gone by. */
const passDays = (days: number) =>
	sql`update pgboss.job set created_on = created_on - make_interval(days => ${days}::int),
		start_after = start_after - make_interval(days => ${days}::int),
		keep_until = keep_until - make_interval(days => ${days}::int)`.execute(database.db);
/** The whole maintenance, now. */
async function maintain(): Promise<void> {
	await sql`update pgboss.queue set monitor_on = null, monitor_claim_on = null,
		maintain_on = null`.execute(database.db);
	await boss.supervise();
}

test('right after the start a transaction can send to every queue, also the first time', async () => {
	await database.db.transaction().execute(async (trx) => {
		const data = { v: 1 as const, message: 'm', writeback: 'w', case: 'c' };
		for (const name of Object.keys(queues) as (keyof typeof queues)[]) {
			await jobs.send(trx, name, data);
			await jobs.sendAll(trx, name, [{ data }, { data }]);
		}
	});
	const { rows: counts } = await sql<{ name: string; n: number }>`
		select name, count(*)::int as n from pgboss.job group by name order by name`.execute(database.db);
	expect(counts).toEqual(
		Object.keys(queues)
			.sort()
			.map((name) => ({ name, n: 3 }))
	);
});

test('a job is there with the commit and gone with the rollback', async () => {
	const rolledBack = database.db.transaction().execute(async (trx) => {
		await jobs.send(trx, 'send-message', { v: 1, message: 'never' });
		throw new Error('rolled back');
	});
	await expect(rolledBack).rejects.toThrow('rolled back');
	await send('committed');
	expect((await rows()).map(({ message }) => message)).toEqual(['committed']);
});

test('a backlog of 300 drains in a few polls, each job once', async () => {
	const names = Array.from({ length: 300 }, (_, place) => `m${String(place).padStart(3, '0')}`);
	await database.db.transaction().execute((trx) =>
		jobs.sendAll(
			trx,
			'send-message',
			names.map((message) => ({ data: { v: 1, message } }))
		)
	);
	const handled: string[] = [];
	const POLL_MS = 2000;
	await jobs.work(
		messages((message) => Promise.resolve(void handled.push(message))),
		POLL_MS
	);
	await eventually(() => Promise.resolve(handled.length >= 300));
	expect(handled.sort()).toEqual(names);
	// One batch a poll would have taken 30 of them.
	const times = (await rows()).flatMap(({ started_on }) =>
		started_on ? started_on.getTime() : []
	);
	const span = Math.max(...times) - Math.min(...times);
	expect(span / POLL_MS).toBeLessThan(5);
});

test('a job dated 60 days ahead outlives every maintenance until it is taken', async () => {
	await send('far', { startAfter: new Date(Date.now() + 60 * 86_400_000) });
	await maintain();
	await passDays(59);
	await maintain();
	expect((await rows()).map(({ state }) => state)).toEqual(['created']);
	// Nobody works for three weeks after its day.
	await passDays(22);
	await maintain();
	const [job] = await boss.fetch<{ message: string }>('send-message');
	expect(job?.data.message).toBe('far');
});

test('a job that is not due is not taken', async () => {
	await send('later', { startAfter: new Date(Date.now() + 60_000) });
	expect(await boss.fetch('send-message')).toEqual([]);
	await passDays(1);
	expect(await boss.fetch('send-message')).toHaveLength(1);
});

test('the job of a node that died is given to another one', async () => {
	await send('orphan');
	expect(await boss.fetch('send-message')).toHaveLength(1);
	await maintain();
	// It is alive as far as anybody knows.
	expect((await rows()).map(({ state }) => state)).toEqual(['active']);
	await sql`update pgboss.job set heartbeat_on = now() - interval '31 seconds'`.execute(
		database.db
	);
	await maintain();
	expect((await rows()).map(({ state }) => state)).toEqual(['retry']);
	await passDays(1);
	const [again] = await boss.fetch<{ message: string }>('send-message');
	expect(again?.data.message).toBe('orphan');
});

test('a job whose handler failed comes again; those of its batch do not', async () => {
	await send('bad');
	await send('good');
	let failed = 0;
	await jobs.work(
		messages((message) => {
			if (message === 'good') return Promise.resolve();
			failed += 1;
			return Promise.reject(new Error('no'));
		}),
		500
	);
	await eventually(async () =>
		(await rows()).every(({ state }) => state !== 'created' && state !== 'active')
	);
	expect(failed).toBe(1);
	expect((await rows()).map(({ message, state }) => [message, state])).toEqual([
		['bad', 'retry'],
		['good', 'completed']
	]);
});

test('a slow job that is the only record is not done before its handler is, and fails with it', async () => {
	const stateOf = async (name: string) => {
		const found = await sql<{ state: string }>`select state::text from pgboss.job
			where name = ${name}`.execute(database.db);
		return found.rows[0]?.state;
	};
	const gate = Promise.withResolvers<void>();
	const begun: string[] = [];
	const slow = (what: string) => {
		begun.push(what);
		return gate.promise;
	};
	await jobs.work({ ...messages(slow), 'make-offer': () => slow('offer') }, 500);
	await database.db
		.transaction()
		.execute((trx) => jobs.send(trx, 'make-offer', { v: 1, case: 'c' }));
	await eventually(() => Promise.resolve(begun.includes('offer')));
	// A message has its row: by the time that nobody waits for it longer, nobody would for the offer.
	await send('message');
	await eventually(async () => (await stateOf('send-message')) === 'completed');
	expect(await stateOf('make-offer')).toBe('active');
	gate.reject(new Error('the node is going down'));
	await eventually(async () => (await stateOf('make-offer')) === 'retry');
});

test('notices are taken before invitations', async () => {
	await send('invitation', { priority: PRIORITY.outreach });
	await send('notice', { priority: PRIORITY.notice });
	const [first] = await boss.fetch<{ message: string }>('send-message');
	expect(first?.data.message).toBe('notice');
});

test('stop waits for the handlers under way, and takes nothing more', async () => {
	const gate = Promise.withResolvers<void>();
	const order: string[] = [];
	await send('slow');
	await jobs.work(
		messages(async (message) => {
			order.push(`${message} begins`);
			await gate.promise;
			order.push(`${message} ends`);
		}),
		500
	);
	await eventually(() => Promise.resolve(order.length > 0));
	const stopped = jobs.stop(60_000).then(() => order.push('stopped'));
	await send('late');
	gate.resolve();
	await stopped;
	expect(order).toEqual(['slow begins', 'slow ends', 'stopped']);
	expect((await rows()).map(({ message, state }) => [message, state])).toEqual([
		['late', 'created'],
		['slow', 'completed']
	]);
});

test('the depth of a queue is what waits and is due, with the age of the oldest', async () => {
	await send('due');
	await send('dated', { startAfter: new Date(Date.now() + 86_400_000) });
	await sql`update pgboss.job set start_after = now() - interval '100 seconds'
		where data->>'message' = 'due'`.execute(database.db);
	const depth = await jobs.depth();
	const ours = depth.find(({ queue }) => queue === 'send-message')!;
	expect(ours.waiting).toBe(1);
	expect(ours.oldestSeconds).toBeGreaterThanOrEqual(100);
	expect(depth.map(({ queue }) => queue).sort()).toEqual(Object.keys(queues).sort());
});
