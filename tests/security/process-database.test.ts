import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPostgres } from '../../src/lib/server/db/postgres.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { startTcpProxy, type TcpProxy, type Wire } from '../support/tcp-proxy.ts';
import { applied, confirm, review } from './submitting.ts';
import { BEHIND_PROXY, Visitor } from './visitor.ts';

/** Cuts a connection when its transaction has committed and nobody has heard of it yet. */
const commits = { cut: 0, armed: false };
const inserting = new WeakSet<Wire>();
const committing = new WeakSet<Wire>();

const POOL = 2;
let fleet: Fleet;
let line: TcpProxy;
beforeAll(async () => {
	fleet = await startFleet({ count: 0 });
	const url = new URL(fleet.database.url!);
	line = await startTcpProxy(
		{ host: url.hostname, port: Number(url.port) },
		{
			onAsk(chunk, wire) {
				const text = chunk.toString('latin1');
				if (text.includes('insert into "submissions"')) inserting.add(wire);
				if (commits.armed && inserting.has(wire) && /commit\0/i.test(text)) committing.add(wire);
			},
			onAnswer(_, wire) {
				if (!committing.has(wire)) return true;
				commits.armed = false;
				commits.cut += 1;
				wire.cut();
				return false;
			}
		}
	);
	url.port = String(line.port);
	await fleet.start({ ...BEHIND_PROXY, DATABASE_URL: url.href, TAPDONE_POOL_SIZE: String(POOL) });
});
afterAll(async () => {
	await fleet.close();
	await line.close();
});

test('M2: a connection that breaks in COMMIT says "try again", and the next press finds the one submission', async () => {
	const customer = await newPerson(fleet.core);
	const seen = await review(fleet, customer);
	commits.armed = true;
	const lost = await confirm(seen);
	expect(commits.cut).toBe(1);
	expect([lost.status, lost.headers.get('retry-after')]).toEqual([503, '2']);
	const again = await confirm(seen);
	expect([again.status, again.location]).toEqual([303, `${seen.visit}/receipt`]);
	await applied(fleet, seen.id);
	expect(await fleet.core.effects(customer)).toHaveLength(1);
});

test("M2: while the database is away every page says so in the customer's language, and it comes back by itself", async () => {
	const seen = await review(fleet, await newPerson(fleet.core));
	await line.down();
	const { url } = fleet.servers[0]!;
	const visitor = new Visitor(fleet);
	const away = await visitor.get(seen.link, { 'accept-language': 'de' });
	expect([away.status, away.headers.get('retry-after')]).toEqual([503, '2']);
	expect(away.body).toContain('lang="de"');
	expect(away.body).not.toMatch(/ECONN|postgres|at .*\.js/);
	expect((await fetch(`${url}/readyz`)).status).toBe(503);
	expect((await fetch(`${url}/healthz`)).status).toBe(200);
	await line.up();
	expect((await confirm(seen)).location).toBe(`${seen.visit}/receipt`);
	expect((await fetch(`${url}/readyz`)).status).toBe(200);
	await applied(fleet, seen.id);
});

test('M3: with its pool used up the server waits, says 503, and recovers when the lock is gone', async () => {
	const seen = await review(fleet, await newPerson(fleet.core));
	const holder = openPostgres({ url: fleet.database.url!, poolSize: 1, role: 'migrate' });
	const client = await holder.pool!.connect();
	await client.query('begin; lock table cases in access exclusive mode');
	const started = performance.now();
	const presses = await Promise.all(
		Array.from({ length: 12 * POOL }, () => new Visitor(fleet).get(seen.link))
	);
	// Locks are waited for one second and connections five, whatever stands in the queue.
	expect(performance.now() - started).toBeLessThan(15_000);
	for (const { status, headers } of presses)
		expect([status, headers.get('retry-after')]).toEqual([503, '2']);
	await client.query('rollback');
	client.release();
	await holder.close();
	const after = await Promise.all(
		Array.from({ length: 4 * POOL }, () => new Visitor(fleet).get(seen.link))
	);
	expect(after.map(({ status }) => status)).toEqual(Array(4 * POOL).fill(200));
});

test('M3: more customers than connections walk the whole path at once: nothing waits for a second one while it holds a first', async () => {
	const walks = Array.from({ length: 6 * POOL }, async () => {
		const seen = await review(fleet, await newPerson(fleet.core));
		const { status, location } = await confirm(seen);
		expect([status, location]).toEqual([303, `${seen.visit}/receipt`]);
		await applied(fleet, seen.id);
	});
	await Promise.all(walks);
});
