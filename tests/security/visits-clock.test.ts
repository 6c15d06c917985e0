import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../support/servers.ts';
import { skewed } from '../support/skewed.ts';
import {
	askCode,
	BEHIND_PROXY,
	check,
	factorOf,
	hashOf,
	newLink,
	passGap,
	press,
	said,
	Visitor,
	visitId
} from './visitor.ts';

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ count: 0, env: BEHIND_PROXY });
	for (const minutes of [-10, 10]) await fleet.start(skewed(minutes));
});
afterAll(() => fleet.close());

const NODES = [0, 1];
const SLOW = 0;
const FAST = 1;

test('P1: the two nodes do tell times that are 20 minutes apart', async () => {
	const seconds = fleet.servers.map((server) => {
		const line = server.log().split('\n')[0] ?? '{}';
		return Date.parse((JSON.parse(line) as { time: string }).time) / 1000;
	});
	expect(Math.abs(seconds[FAST]! - seconds[SLOW]!)).toBeGreaterThan(19 * 60);
});

test('A4: a link opens and ends at the same moment on all nodes, by the database clock', async () => {
	const { id, link } = await newLink(fleet, { customer: 'C-1001' });
	const ends = (seconds: number) =>
		sql`update links set expires_at = clock_timestamp() + make_interval(secs => ${seconds})
			where case_id = ${id}`.execute(fleet.db);
	const statuses = () =>
		Promise.all(NODES.map(async (node) => (await new Visitor(fleet, node).get(link)).status));
	await ends(60);
	expect(await statuses()).toEqual([200, 200]);
	await ends(0);
	expect(await statuses()).toEqual([404, 404]);
	await ends(-1);
	expect(await statuses()).toEqual([404, 404]);
	expect((await new Visitor(fleet, SLOW).post(link)).status).toBe(404);
});

test('D9: a code that ended a second ago is refused by a slow node, a living one taken by a fast one', async () => {
	for (const node of NODES) {
		const customer = `C-100${2 + node}`;
		const { link } = await newLink(fleet, { customer });
		const visitor = new Visitor(fleet, node);
		const path = await press(visitor, link);
		const late = await askCode(fleet, visitor, path);
		await sql`update challenges set expires_at = clock_timestamp() - interval '1 second'
			where visit_id = ${visitId(path)}`.execute(fleet.db);
		expect(said(await check(visitor, path, late))).toBe('no-code');
		await passGap(fleet, hashOf(fleet, customer));
		const code = await askCode(fleet, visitor, path);
		const { rows } = await sql<{ seconds: number }>`
			select extract(epoch from expires_at - clock_timestamp())::int as seconds from challenges
			where visit_id = ${visitId(path)} and ended_at is null`.execute(fleet.db);
		expect(rows[0]!.seconds).toBeGreaterThan(4 * 60);
		expect(rows[0]!.seconds).toBeLessThanOrEqual(5 * 60);
		await sql`update challenges set expires_at = clock_timestamp() + interval '30 seconds'
			where visit_id = ${visitId(path)} and ended_at is null`.execute(fleet.db);
		expect(said(await check(visitor, path, code))).toBe('in');
	}
});

test('P1: visits, gaps between codes and locks end at the same moment on all nodes', async () => {
	const customer = 'C-1005';
	const hash = hashOf(fleet, customer);
	const { link } = await newLink(fleet, { customer });
	const visitor = new Visitor(fleet, SLOW);
	const path = await press(visitor, link);
	await askCode(fleet, visitor, path);
	const twins = NODES.map((node) => visitor.twin(fleet, node));
	const all = (ask: (twin: Visitor) => Promise<string>) => Promise.all(twins.map(ask));
	expect(
		await all(async (twin) => said(await twin.post(`${path}/verify?/send`, { channel: 'sms' })))
	).toEqual(['too-soon', 'too-soon']);

	await sql`insert into factors (customer_hash, factor, consecutive, locked_until)
		values (${hash}, 'code', 10, clock_timestamp() + interval '60 seconds')`.execute(fleet.db);
	expect(await all(async (twin) => said(await check(twin, path, '000000')))).toEqual([
		'locked',
		'locked'
	]);
	expect(await factorOf(fleet, hash)).toMatchObject({ consecutive: 10 });

	const idle = (seconds: number) =>
		sql`update visits set seen_at = clock_timestamp() - make_interval(secs => ${seconds})
			where id = ${visitId(path)}`.execute(fleet.db);
	const open = () => all(async (twin) => String((await twin.get(`${path}/verify`)).status));
	await idle(14 * 60);
	expect(await open()).toEqual(['200', '200']);
	await idle(15 * 60 + 1);
	expect(await open()).toEqual(['303', '303']);
});
