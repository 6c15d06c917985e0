import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codesOf, eventually } from '../support/customer.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import {
	askCode,
	BEHIND_PROXY,
	challengesOf,
	check,
	hashOf,
	newLink,
	passGap,
	press,
	said,
	tally,
	Visitor,
	visitId
} from './visitor.ts';

let fleet: Fleet;
beforeAll(async () => {
	// No worker: what is queued stays so until a test starts one.
	fleet = await startFleet({ count: 4, env: { ...BEHIND_PROXY, TAPDONE_ROLE: 'web' } });
});
afterAll(() => fleet.close());

/** A visit that was sent a code which is none of `others`. */
async function visitWithCode(customer: string, link: string, ...others: string[]) {
	const visitor = new Visitor(fleet);
	const path = await press(visitor, link);
	for (;;) {
		await passGap(fleet, hashOf(fleet, customer));
		const code = await askCode(fleet, visitor, path);
		if (!others.includes(code)) return { visitor, path, code };
	}
}

test('D2: a code that was used opens nothing again, in this visit or after it', async () => {
	const customer = 'C-1001';
	const { link } = await newLink(fleet, { customer });
	const { visitor, path, code } = await visitWithCode(customer, link);
	const old = visitor.twin(fleet);
	const inside = (await check(visitor, path, code)).location!;
	expect((await check(old, path, code)).location).toBe('/gone');
	expect(said(await check(visitor, inside, code))).toBe('no-code');
	const signedIn = visitor.twin(fleet);
	await visitor.post(`${inside}/help?/finish`);
	for (const gone of [visitor, signedIn, old]) {
		expect((await check(gone, inside, code)).location).toBe('/gone');
		expect((await gone.get(inside)).location).toBe('/gone');
	}
	const next = new Visitor(fleet);
	expect(said(await check(next, await press(next, link), code))).toBe('no-code');
});

test('D2: the right code at once in many requests on four nodes opens one visit', async () => {
	const customer = 'C-1002';
	const { link, id } = await newLink(fleet, { customer });
	const { visitor, path, code } = await visitWithCode(customer, link);
	const twins = Array.from({ length: 16 }, (_, place) => visitor.twin(fleet, place % 4));
	const answers = await Promise.all(twins.map((twin) => check(twin, path, code)));
	const counts = tally(answers.map((answer) => said(answer)));
	expect(counts['in']).toBe(1);
	const visits = await fleet.db
		.selectFrom('visits')
		.select(['assurance', 'ended_at'])
		.where('case_id', '=', id)
		.where('ended_at', 'is', null)
		.execute();
	expect(visits).toMatchObject([{ assurance: 'code' }]);
});

test('D3: the code of one link is refused on another of the same person, and in another visit', async () => {
	const customer = 'C-1003';
	const [one, two] = [await newLink(fleet, { customer }), await newLink(fleet, { customer })];
	const a = await visitWithCode(customer, one.link);
	const b = await visitWithCode(customer, two.link, a.code);
	const same = await visitWithCode(customer, one.link, a.code);
	expect(said(await check(b.visitor, b.path, a.code))).toBe('wrong-code');
	expect(said(await check(same.visitor, same.path, a.code))).toBe('wrong-code');
	// Without the cookie of its visit, a visit's address is worth nothing.
	expect((await check(b.visitor, a.path, a.code)).location).toBe('/gone');
	expect(said(await check(a.visitor, a.path, a.code))).toBe('in');
});

test('D5: a new code ends the one before it', async () => {
	const customer = 'C-1004';
	const { link } = await newLink(fleet, { customer });
	const first = await visitWithCode(customer, link);
	await passGap(fleet, hashOf(fleet, customer));
	const { visitor, path } = first;
	let code = await askCode(fleet, visitor, path);
	while (code === first.code) {
		await passGap(fleet, hashOf(fleet, customer));
		code = await askCode(fleet, visitor, path);
	}
	expect(said(await check(visitor, path, first.code))).toBe('wrong-code');
	const living = (await challengesOf(fleet, path)).filter(({ ended_at }) => ended_at === null);
	expect(living).toHaveLength(1);
	expect(said(await check(visitor, path, code))).toBe('in');
});

test('D5: codes asked for at once on four nodes are one message and one living code', async () => {
	const customer = 'C-1005';
	const { link, id } = await newLink(fleet, { customer });
	const visitor = new Visitor(fleet);
	const path = await press(visitor, link);
	const answers = await Promise.all(
		Array.from({ length: 16 }, (_, place) =>
			visitor.twin(fleet, place % 4).post(`${path}/verify?/send`, { channel: 'sms' })
		)
	);
	const counts = tally(answers.map((answer) => said(answer)));
	expect(counts).toEqual({ [`303 ${path}/verify`]: 1, 'too-soon': 15 });
	expect(await challengesOf(fleet, path)).toMatchObject([{ ended_at: null }]);
	const sent = fleet.db
		.selectFrom('messages')
		.where('class', '=', 'code')
		.where('case_id', '=', id);
	expect(await sent.selectAll().execute()).toHaveLength(1);
});

test('D11: a code that was held up past its end is never sent, and would not open anything', async () => {
	const customer = 'C-1006';
	const { link, id } = await newLink(fleet, { customer });
	const late = await visitWithCode(customer, link);
	const messages = fleet.db.selectFrom('messages').where('case_id', '=', id);
	const code = messages.where('class', '=', 'code').selectAll();
	const queued = await code.executeTakeFirstOrThrow();
	expect(queued).toMatchObject({ state: 'queued', accepted_at: null });
	const { expires_at: end } = await fleet.db
		.selectFrom('challenges')
		.select('expires_at')
		.where('visit_id', '=', visitId(late.path))
		.executeTakeFirstOrThrow();
	expect(queued.expires_at).toEqual(end);

	for (const table of ['messages', 'challenges'])
		await sql`update ${sql.table(table)} set created_at = created_at - interval '3 hours',
			expires_at = expires_at - interval '3 hours' where case_id = ${id}`.execute(fleet.db);
	await fleet.start({ TAPDONE_ROLE: 'worker' });
	const row = await eventually(async () => {
		const row = await code.executeTakeFirstOrThrow();
		return row.state !== 'queued' && row.state !== 'sending' && row;
	});
	expect(row).toMatchObject({ state: 'expired', accepted_at: null, provider: null });
	expect(await codesOf(fleet, customer)).toEqual([]);
	expect(said(await check(late.visitor, late.path, late.code))).toBe('no-code');
	await passGap(fleet, hashOf(fleet, customer));
	await visitWithCode(customer, link);
	expect(await eventually(async () => (await codesOf(fleet, customer))[0])).toMatch(/^\d{6}$/);
});
