import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/customer.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import {
	askCode,
	BEHIND_PROXY,
	check,
	enter,
	newLink,
	press,
	Visitor,
	visitId
} from './visitor.ts';

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ count: 4, env: BEHIND_PROXY });
});
afterAll(() => fleet.close());

const isIn = async (visitor: Visitor, path: string) => (await visitor.get(path)).status === 200;

/** A customer inside their case. */
async function inside(customer: string) {
	const { link } = await newLink(fleet, { customer });
	const visitor = new Visitor(fleet);
	return { link, visitor, path: await enter(fleet, visitor, link) };
}

const age = (path: string, column: 'seen_at' | 'created_at', seconds: number) =>
	sql`update visits set ${sql.ref(column)} = clock_timestamp() - make_interval(secs => ${seconds})
		where id = ${visitId(path)}`.execute(fleet.db);

const seenAt = async (path: string) => {
	const row = await fleet.db
		.selectFrom('visits')
		.select('seen_at')
		.where('id', '=', visitId(path))
		.executeTakeFirstOrThrow();
	return row.seen_at.getTime();
};

test('E1: a rise of assurance gives a new id and secret, and the old ones are dead everywhere', async () => {
	const { link } = await newLink(fleet, { customer: 'C-1001' });
	const attacker = new Visitor(fleet);
	const planted = await press(attacker, link);
	const victim = attacker.twin(fleet);
	const before = new Map(victim.cookies);
	const entered = await check(victim, planted, await askCode(fleet, victim, planted));
	const own = entered.location!;
	expect(visitId(own)).not.toBe(visitId(planted));
	expect([...victim.cookies.values()]).not.toEqual([...before.values()]);
	const cookie = entered.headers.getSetCookie().find((line) => line.includes(visitId(own)))!;
	expect(cookie).toMatch(/^__Host-v-/);
	expect(cookie).toMatch(/; Path=\/;/i);
	for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax'])
		expect(cookie.toLowerCase()).toContain(attribute.toLowerCase());
	expect(cookie).not.toMatch(/domain=/i);

	for (const node of [0, 1, 2, 3]) {
		const stolen = attacker.twin(fleet, node);
		expect((await stolen.get(`${planted}/verify`)).location).toBe('/gone');
		expect((await stolen.get(own)).location).toBe('/gone');
		// The old secret under the new id's name is no key either.
		const [name] = [...victim.cookies.keys()].filter((one) => one.includes(visitId(own)));
		stolen.cookies.set(name!, [...before.values()][0]!);
		expect((await stolen.get(own)).location).toBe('/gone');
	}
	expect(await isIn(victim, own)).toBe(true);
});

test('E3: after "finish" the cookie is worth nothing on any node, at once', async () => {
	const { visitor, path } = await inside('C-1002');
	const twins = [0, 1, 2, 3].map((node) => visitor.twin(fleet, node));
	for (const twin of twins) expect(await isIn(twin, path)).toBe(true);
	await visitor.post(`${path}/help?/finish`);
	const answers = await Promise.all(twins.map((twin) => twin.get(path)));
	expect(answers.map(({ location }) => location)).toEqual(Array(4).fill('/gone'));
	const pressed = await Promise.all(twins.map((twin) => twin.post(`${path}/do/pay-now?/start`)));
	expect(pressed.map(({ location }) => location)).toEqual(Array(4).fill('/gone'));
});

test('E4: 15 minutes without a press end a visit; looking and polling do not keep it', async () => {
	const { visitor, path } = await inside('C-1003');
	await age(path, 'seen_at', 14 * 60);
	const before = await seenAt(path);
	for (const page of ['', '/help', '/do/pay-later', '/receipt', '/verify'])
		await visitor.get(path + page);
	await visitor.send('HEAD', path, undefined, {});
	expect(await seenAt(path)).toBe(before);
	await visitor.post(`${path}/help?/later`);
	expect(await seenAt(path)).toBeGreaterThan(before);

	await age(path, 'seen_at', 15 * 60 + 1);
	expect((await visitor.get(path)).location).toBe('/gone');
	const pressed = await visitor.post(`${path}/help?/later`);
	expect(pressed.location).toBe('/gone');
});

test('E4: an hour after the first press a visit ends, however busy it was, also when it was renewed', async () => {
	const { link } = await newLink(fleet, { customer: 'C-1004' });
	const visitor = new Visitor(fleet);
	const first = await press(visitor, link);
	await age(first, 'created_at', 59 * 60);
	const entered = await check(visitor, first, await askCode(fleet, visitor, first));
	const path = entered.location!;
	expect(await isIn(visitor, path)).toBe(true);
	await age(path, 'created_at', 60 * 60 + 1);
	expect((await visitor.post(`${path}/help?/later`)).location).toBe('/gone');
	// The link still is good: the customer begins again.
	expect((await visitor.post(link)).location).toMatch(/^\/a\//);
});

test('E4: once money is authorised five minutes end a visit, also while the receipt is polled', async () => {
	const { visitor, path } = await inside('C-1005');
	const review = await visitor.post(`${path}/do/pay-now?/start`);
	const page = await visitor.get(review.location!);
	const shown = /name="shown"[^>]*value="([^"]+)"/.exec(page.body)?.[1] ?? '';
	const receipt = await visitor.post(review.location!, { shown });
	expect(receipt.location).toBe(`${path}/receipt`);
	await eventually(async () => (await visitor.get(`${path}/receipt`)).body.includes('PAY-'));
	await age(path, 'seen_at', 5 * 60 - 10);
	expect(await isIn(visitor, `${path}/receipt`)).toBe(true);
	await age(path, 'seen_at', 5 * 60 + 1);
	expect((await visitor.get(`${path}/receipt`)).location).toBe('/gone');
});

test('E6: two cases in one browser stay apart: a cookie opens its own visit only', async () => {
	const one = await inside('C-1006');
	const two = await newLink(fleet, { customer: 'C-1007' });
	const other = await enter(fleet, one.visitor, two.link);
	expect(await isIn(one.visitor, one.path)).toBe(true);
	expect(await isIn(one.visitor, other)).toBe(true);
	const review = await one.visitor.post(`${one.path}/do/pay-now?/start`);
	const draft = review.location!.split('/').at(-1)!;
	// A draft of one case does not exist for the other.
	const crossed = await one.visitor.get(`${other}/review/${draft}`);
	expect(crossed.location).toMatch(/no-draft/);
	const pressed = await one.visitor.post(`${other}/review/${draft}`, { shown: 'x' });
	expect(pressed.location).toMatch(/no-draft/);
	await one.visitor.post(`${other}/help?/finish`);
	expect(await isIn(one.visitor, one.path)).toBe(true);
	expect((await one.visitor.get(other)).location).toBe('/gone');
	expect(await fleet.core.effects()).toHaveLength(1);
});
