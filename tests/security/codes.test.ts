import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../support/servers.ts';
import { inParallel } from './links.ts';
import {
	alertsOf,
	askCode,
	BEHIND_PROXY,
	challengesOf,
	check,
	factorOf,
	hashOf,
	newAddress,
	newLink,
	passGap,
	press,
	said,
	tally,
	Visitor,
	wrong
} from './visitor.ts';

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ count: 4, env: BEHIND_PROXY });
});
afterAll(() => fleet.close());

/** A visit that was sent a code, and the code. */
async function withCode(customer: string, visitor = new Visitor(fleet)) {
	const { link, id } = await newLink(fleet, { customer });
	const path = await press(visitor, link);
	return { id, link, visitor, path, code: await askCode(fleet, visitor, path) };
}

/** 1,024 wrong codes at once, each from an address of its own, spread over the nodes. */
async function storm(customer: string, nodes: number) {
	const { visitor, path, code } = await withCode(customer);
	const twins = Array.from({ length: nodes }, (_, node) => visitor.twin(fleet, node));
	const answers = await Promise.all(
		Array.from({ length: 1024 }, (_, place) =>
			twins[place % nodes]!.post(
				`${path}/verify?/check`,
				{ code: wrong(code) },
				{ 'x-forwarded-for': newAddress() }
			)
		)
	);
	return { path, code, visitor, answers };
}

for (const [id, nodes] of [
	['C1', 1],
	['C2', 4]
] as const)
	test(`${id}: of 1,024 wrong codes at once on ${nodes} node(s) exactly 5 are compared`, async () => {
		const customer = `C-100${nodes}`;
		const { path, code, visitor, answers } = await storm(customer, nodes);
		const counts = tally(answers.map((answer) => said(answer)));
		expect(counts['wrong-code']).toBe(4);
		// Whoever waited too long for the case's lock or a connection is told to come again.
		const refused = (counts['no-code'] ?? 0) + (counts[`503 /`] ?? 0);
		expect(refused).toBe(1020);
		const challenges = await challengesOf(fleet, path);
		expect(challenges).toMatchObject([{ compared: 5, used_at: null }]);
		expect(challenges[0]!.ended_at).not.toBeNull();
		expect(await factorOf(fleet, hashOf(fleet, customer))).toMatchObject({ consecutive: 5 });
		expect(said(await check(visitor, path, code))).toBe('no-code');
	});

test('C4: twenty links of one person share one count: ten comparisons, not a hundred', async () => {
	const customer = 'C-1002';
	const hash = hashOf(fleet, customer);
	const visits = [];
	for (let count = 0; count < 20; count++) {
		visits.push(await withCode(customer));
		await passGap(fleet, hash);
	}
	await sql`update challenges set created_at = now()`.execute(fleet.db);
	const tries = visits.flatMap((visit) => Array.from({ length: 5 }, () => visit));
	const answers = await Promise.all(
		tries.map(({ visitor, path, code }) => check(visitor, path, wrong(code)))
	);
	const counts = tally(
		answers.map((answer) => (/left=\d/.test(answer.location ?? '') ? 'compared' : said(answer)))
	);
	expect(counts).toEqual({ compared: 10, locked: 90 });
	expect(await factorOf(fleet, hash)).toMatchObject({ consecutive: 10 });
	const { rows } = await sql<{ minutes: number }>`
		select extract(epoch from locked_until - now())::int / 60 as minutes from factors
		where customer_hash = ${hash} and factor = 'code'`.execute(fleet.db);
	expect(rows[0]?.minutes).toBeGreaterThanOrEqual(28);
	expect(rows[0]?.minutes).toBeLessThanOrEqual(30);
	const unspent = await inParallel(
		visits,
		1,
		async ({ path }) => (await challengesOf(fleet, path))[0]!
	);
	const { visitor, path, code } = visits[unspent.findIndex(({ compared }) => compared < 5)]!;
	expect(said(await check(visitor, path, code))).toBe('locked');
});

test('C7: only six digits of a known keyboard are a code; anything else costs nothing and breaks nothing', async () => {
	const { visitor, path, code } = await withCode('C-1003');
	const url = `${path}/verify?/check`;
	const own = { origin: fleet.origin };
	const form = { ...own, 'content-type': 'application/x-www-form-urlencoded' };
	const wide = [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
	const hindi = [...code].map((digit) => String.fromCodePoint(0x966 + Number(digit))).join('');
	const odd = [
		'',
		'12345',
		'1234567',
		wide,
		hindi,
		`${code}\0`,
		`+${code}`,
		`0x${code}`,
		'1e5',
		'NaN'
	];
	for (const typed of odd)
		expect(said(await check(visitor, path, typed)), typed).toBe('not-a-code');
	for (const body of [
		`code[]=${code}`,
		`code[0]=${code}`,
		`code.a=${code}`,
		`code=${code}&code=x`,
		''
	])
		expect(said(await visitor.send('POST', url, body, form)), body).toBe('not-a-code');
	for (const body of [`{"code":["${code}"]}`, `{"code":${code}}`, `{"code":{"a":"${code}"}}`])
		expect(
			await visitor.send('POST', url, body, { ...own, 'content-type': 'application/json' })
		).toMatchObject({
			status: 415
		});
	expect(await visitor.send('POST', url, `code=${'1'.repeat(2 ** 20)}`, form)).toMatchObject({
		status: 413
	});
	expect(said(await check(visitor, path, '1'.repeat(60_000)))).toBe('not-a-code');
	expect(await challengesOf(fleet, path)).toMatchObject([{ compared: 0 }]);
	expect(await factorOf(fleet, hashOf(fleet, 'C-1003'))).toBeUndefined();
	const typed = ` ${code.slice(0, 3)} ${code.slice(3)}-`;
	expect(said(await check(visitor, path, typed))).toBe('in');
});

test('C8: who holds the link can lock its owner out for 30 minutes, not longer, and it is noticed', async () => {
	const customer = 'C-1005';
	const hash = hashOf(fleet, customer);
	const { link, visitor: attacker, path, code } = await withCode(customer);
	const fail = async (code: string) => {
		for (let count = 0; count < 5; count++) await check(attacker, path, wrong(code));
	};
	await fail(code);
	await passGap(fleet, hash);
	await fail(await askCode(fleet, attacker, path));
	const locked = await factorOf(fleet, hash);
	expect(locked).toMatchObject({ consecutive: 10, disabled_at: null });
	expect(await alertsOf(fleet)).toContain('factor-locked');
	await passGap(fleet, hash);
	// While it is locked nothing is sent, compared, or added to the lock.
	expect(said(await attacker.post(`${path}/verify?/send`, { channel: 'sms' }))).toBe('not-asked');
	expect(await factorOf(fleet, hash)).toEqual(locked);

	const victim = new Visitor(fleet);
	const own = await press(victim, link);
	const other = await victim.get(`${own}/verify`);
	expect(other.body).toContain('name="fact.birth_date"');
	expect(other.body).toContain(`${own}/help`);
	const { birthDate, address } = await fleet.core.customer(customer);
	const known = await victim.post(`${own}/verify?/facts`, {
		'fact.birth_date': birthDate,
		'fact.postcode': address.postcode
	});
	const half = /^\/a\/[\w-]+/.exec(known.location ?? '')?.[0] ?? '';
	const wait = await victim.get(`${half}/verify`);
	expect(wait.body).toMatch(/\d\d?:\d\d/);
	expect(wait.body).toContain(`${half}/help`);
	await sql`update factors set locked_until = now() where customer_hash = ${hash}`.execute(
		fleet.db
	);
	const again = await askCode(fleet, victim, half);
	expect(said(await check(victim, half, again))).toBe('in');
	expect(await factorOf(fleet, hash)).toMatchObject({ consecutive: 0, locked_until: null });
});

test('C11: nine failures and a success start anew, the fiftieth ends the factor for good', async () => {
	const customer = 'C-1006';
	const hash = hashOf(fleet, customer);
	const start = async (consecutive: number) => {
		await passGap(fleet, hash);
		const made = await withCode(customer);
		await sql`insert into factors (customer_hash, factor, consecutive) values (${hash}, 'code', ${consecutive})
			on conflict (customer_hash, factor) do update set consecutive = ${consecutive},
			locked_until = null`.execute(fleet.db);
		return made;
	};
	const ninth = await start(9);
	expect(said(await check(ninth.visitor, ninth.path, ninth.code))).toBe('in');
	expect(await factorOf(fleet, hash)).toMatchObject({ consecutive: 0, locked_until: null });

	const last = await start(49);
	await check(last.visitor, last.path, wrong(last.code));
	const disabled = await factorOf(fleet, hash);
	expect(disabled).toMatchObject({ consecutive: 50 });
	expect(disabled!.disabled_at).not.toBeNull();
	expect(await alertsOf(fleet)).toContain('factor-disabled');
	await sql`update factors set locked_until = null where customer_hash = ${hash}`.execute(fleet.db);
	expect(said(await check(last.visitor, last.path, last.code))).toBe('locked');
	await passGap(fleet, hash);
	expect(said(await last.visitor.post(`${last.path}/verify?/send`))).toBe('not-asked');
	expect((await last.visitor.get(`${last.path}/verify`)).body).not.toContain('?/send');

	await sql`update factors set disabled_at = null, consecutive = 0
		where customer_hash = ${hash}`.execute(fleet.db);
	const code = await askCode(fleet, last.visitor, last.path);
	expect(said(await check(last.visitor, last.path, code))).toBe('in');
});
