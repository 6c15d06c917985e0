import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { type Fleet, startFleet } from '../support/servers.ts';

let fleet: Fleet;
let token: string;
let otherToken: string;
beforeAll(async () => {
	fleet = await startFleet({ count: 2 });
	[token, otherToken] = [await newToken('import'), await newToken('billing')];
});
afterAll(() => fleet.close());

async function newToken(name: string): Promise<string> {
	const created = await createApiKey(fleet.parts, name, ['cases:read', 'cases:write']);
	if (!created.ok) throw new Error(created.reason);
	return created.value.token;
}

interface Said {
	status: number;
	replayed: boolean;
	retryAfter: string | null;
	body: Record<string, unknown>;
}

async function post(
	path: string,
	key: string,
	body: object,
	{ as = token, node = 0 } = {}
): Promise<Said> {
	const answer = await fetch(`${fleet.servers[node]!.url}/api/v1${path}`, {
		method: 'POST',
		headers: {
			authorization: `Bearer ${as}`,
			'content-type': 'application/json',
			'idempotency-key': key
		},
		body: JSON.stringify(body)
	});
	return {
		status: answer.status,
		replayed: answer.headers.get('idempotent-replayed') === 'true',
		retryAfter: answer.headers.get('retry-after'),
		body: (await answer.json()) as Record<string, unknown>
	};
}

const line = (customer: string) => ({
	workflow: 'failed-payment',
	customer,
	contacts: { sms: '+4917604069001' },
	facts: { balance: 3363, due_date: '2026-11-16' }
});

const casesOf = async (customer: string): Promise<number> => {
	const hash = fleet.vault.hash('customer', customer);
	const rows = await fleet.db
		.selectFrom('cases')
		.select('id')
		.where('customer_hash', '=', hash)
		.execute();
	return rows.length;
};

test('K1: one key 32 times at once over two nodes opens one case and says so to all', async () => {
	const answers = await Promise.all(
		Array.from({ length: 32 }, (_, place) =>
			post('/cases', 'at-once', line('A-1'), { node: place % 2 })
		)
	);
	const opened = answers.filter(({ status }) => status === 201);
	expect(opened.filter(({ replayed }) => !replayed)).toHaveLength(1);
	// A kept answer comes back with its fields in another order.
	const said = opened.map(({ body }) => JSON.stringify(Object.entries(body).sort()));
	expect(new Set(said).size).toBe(1);
	const told = answers.filter(({ status }) => status !== 201);
	for (const { status, retryAfter } of told) {
		expect(status).toBe(409);
		expect(Number(retryAfter)).toBeGreaterThan(0);
	}
	expect(await post('/cases', 'at-once', line('A-1'), { node: 1 })).toEqual({
		...opened[0],
		replayed: true
	});
	expect(await casesOf('A-1')).toBe(1);
});

test('K3: the same key with another body is 422 on every node, and opens nothing', async () => {
	const first = await post('/cases', 'one-body', line('A-2'));
	expect(first.status).toBe(201);
	for (const node of [0, 1])
		expect((await post('/cases', 'one-body', line('A-3'), { node })).status).toBe(422);
	expect(await casesOf('A-3')).toBe(0);
	// And the first body still gets its answer.
	expect(await post('/cases', 'one-body', line('A-2'))).toEqual({ ...first, replayed: true });
});

test('K4 K9: the same key of another API key is its own, and hands out nothing of the first', async () => {
	const { body } = await post('/cases', 'shared-name', line('A-4'));
	const mine = await post(`/cases/${String(body['id'])}/links`, 'shared-link', { send: false });
	expect(mine.body['url']).toMatch(/\/l\//);
	const again = await post(`/cases/${String(body['id'])}/links`, 'shared-link', { send: false });
	expect(again).toEqual({ ...mine, replayed: true });

	const other = { as: otherToken, node: 1 };
	const theirs = await post('/cases', 'shared-name', line('A-5'), other);
	expect([theirs.status, theirs.replayed]).toEqual([201, false]);
	expect(theirs.body['id']).not.toBe(body['id']);
	const link = await post(
		`/cases/${String(theirs.body['id'])}/links`,
		'shared-link',
		{ send: false },
		other
	);
	expect([link.status, link.replayed]).toEqual([201, false]);
	expect(link.body['url']).not.toBe(mine.body['url']);
});

test('K7: a key that has outlived its retention is new, and the open case still refuses a second one', async () => {
	const first = await post('/cases', 'kept', line('A-6'));
	const age = (days: number) =>
		sql`update idempotency_keys set created_at = now() - make_interval(days => ${days}::int)
			where key = 'kept'`.execute(fleet.db);
	await age(6);
	expect(await post('/cases', 'kept', line('A-6'))).toEqual({ ...first, replayed: true });
	await age(8);
	const after = await post('/cases', 'kept', line('A-6'));
	expect(after).toMatchObject({
		status: 200,
		replayed: false,
		body: { status: 'joined', id: first.body['id'] }
	});
	expect(await casesOf('A-6')).toBe(1);
	await age(8);
	expect((await post('/cases', 'kept', line('A-7'))).status).toBe(201);
});
