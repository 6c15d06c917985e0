import { afterAll, beforeAll, expect, test } from 'vitest';
import { openedSchema, problemSchema } from '../../src/lib/contracts/api.ts';
import { exampleCase } from '../../src/lib/contracts/example-case.ts';
import { exampleWorkflow } from '../../src/lib/server/flows/example-workflow.ts';
import { answering } from '../../src/lib/server/web/api.ts';
import { requireContentType } from '../../src/lib/server/web/api-body.ts';
import { openOnce } from '../../src/lib/server/web/api-open.ts';
import type { World } from '../support/world.ts';
import { apiWorld, lineFor } from './api-world.ts';

let world: World;
beforeAll(async () => {
	world = await apiWorld();
});
afterAll(() => world.close());

const caller = {
	id: '018f0000-0000-7000-8000-00000000000a',
	name: 'test',
	actor: 'key:test'
} as const;
let keys = 0;
const nextKey = () => `key-${(keys += 1)}`;
/** What the route does once the API key is accepted. */
async function post(
	body: BodyInit,
	headers: Record<string, string> = { 'idempotency-key': nextKey() }
) {
	const request = new Request('http://t/api/v1/cases', {
		method: 'POST',
		body,
		headers: { 'content-type': 'application/json', ...headers }
	});
	const where = { locals: { requestId: 'request-1' }, route: { id: '/api/v1/cases' } };
	const response = await answering(where, () => {
		requireContentType(request, 'application/json');
		return openOnce({ request, url: new URL(request.url) }, caller);
	});
	const type = response.headers.get('content-type');
	const answer = (await response.json()) as Record<string, unknown>;
	if (response.ok) expect(openedSchema.parse(answer) && type).toBe('application/json');
	else expect(problemSchema.parse(answer) && type).toBe('application/problem+json');
	return { status: response.status, answer, headers: response.headers };
}
const countCases = async () =>
	(await world.parts.db.selectFrom('cases').select('id').execute()).length;

test('one case is opened, found at its address, and repeated by its key', async () => {
	const headers = { 'idempotency-key': nextKey() };
	const body = JSON.stringify(lineFor('One'));
	const first = await post(body, headers);
	expect(first.status).toBe(201);
	expect(first.answer).toMatchObject({ status: 'opened' });
	expect(first.headers.get('location')).toBe(`/api/v1/cases/${String(first.answer['id'])}`);
	const again = await post(body, headers);
	expect(again).toMatchObject({ status: 201, answer: first.answer });
	expect(again.headers.get('idempotent-replayed')).toBe('true');
	const joined = await post(body);
	expect(joined).toMatchObject({
		status: 200,
		answer: { status: 'joined', id: first.answer['id'] }
	});
});

test('a case that lacks facts is held, with their names', async () => {
	const held = await post(JSON.stringify(lineFor('Held', { facts: { due_date: '2026-11-16' } })));
	expect(held).toMatchObject({ status: 201, answer: { status: 'held', missing: ['balance'] } });
});

test('a zone that is none, and an agreement for no channel, are refused with their names', async () => {
	const wrong = lineFor('Where', { zone: 'Europe/Berlinn', consent: ['fax'] });
	const { status, answer } = await post(JSON.stringify(wrong));
	expect(status).toBe(400);
	expect(answer['errors']).toMatchObject([
		{ field: 'zone', problem: 'is not a time zone such as Europe/Berlin' },
		{ field: 'consent.0' }
	]);
});

test('K3: the same key with another body is 422, and opens nothing', async () => {
	const headers = { 'idempotency-key': nextKey() };
	await post(JSON.stringify(lineFor('Key-1')), headers);
	const before = await countCases();
	expect(await post(JSON.stringify(lineFor('Key-2')), headers)).toMatchObject({
		status: 422,
		answer: { type: '/api#other-body' }
	});
	expect(await countCases()).toBe(before);
});

test('what was refused leaves its key free for the corrected request', async () => {
	const headers = { 'idempotency-key': nextKey() };
	const wrong = await post(
		JSON.stringify(lineFor('Fix', { facts: { balance: '12', due_date: '2026-11-16' } })),
		headers
	);
	expect(wrong).toMatchObject({ status: 400, answer: { errors: [{ field: 'facts.balance' }] } });
	expect((await post(JSON.stringify(lineFor('Fix')), headers)).status).toBe(201);
});

test('what is kept under a key holds nothing personal', async () => {
	const headers = { 'idempotency-key': nextKey() };
	await post(JSON.stringify(lineFor('Canary-5512')), headers);
	const stored = await world.parts.db.selectFrom('idempotency_keys').selectAll().execute();
	expect(JSON.stringify(stored)).not.toMatch(/Canary|4917604069/);
});

const bytes = (...values: number[]) => new Uint8Array(values);
test.each<[string, BodyInit, number, string, string]>([
	['no JSON', '{', 400, 'bad-input', '(body)'],
	['an empty body', '', 400, 'bad-input', '(body)'],
	['no UTF-8', bytes(0x22, 0xff, 0x22), 400, 'bad-input', '(body)'],
	['null', 'null', 400, 'bad-input', '(body)'],
	['an array', '[]', 400, 'bad-input', '(body)'],
	['a key twice', '{"customer":"a","customer":"a"}', 400, 'bad-input', '(body)'],
	['1e400', '{"facts":{"balance":1e400}}', 400, 'bad-input', '(body)'],
	['depth', '['.repeat(30_000), 400, 'bad-input', '(body)'],
	['64 KB', JSON.stringify(lineFor('x'.repeat(66_000))), 413, 'too-large', ''],
	['U+0000', JSON.stringify(lineFor('a\u0000')), 400, 'bad-input', 'customer'],
	['a lone surrogate', JSON.stringify(lineFor('a\ud800')), 400, 'bad-input', 'customer'],
	['an unknown field', JSON.stringify(lineFor('a', { colour: 1 })), 400, 'bad-input', 'colour'],
	[
		'a fraction',
		JSON.stringify(lineFor('a', { facts: { balance: 1.5, due_date: '2026-11-16' } })),
		400,
		'bad-input',
		'facts.balance'
	],
	[
		'a text',
		JSON.stringify(lineFor('a', { facts: { balance: '1', due_date: '2026-11-16' } })),
		400,
		'bad-input',
		'facts.balance'
	],
	[
		'a premium number',
		JSON.stringify(lineFor('a', { contacts: { sms: '+499001234567' } })),
		400,
		'bad-input',
		'contacts.sms'
	],
	[
		'an unknown workflow',
		JSON.stringify(lineFor('a', { workflow: 'b' })),
		400,
		'unknown-workflow',
		'workflow'
	]
])(
	'%s is refused by field and reason, and nothing is stored',
	async (_, body, status, type, field) => {
		const before = await countCases();
		const { answer, ...refused } = await post(body);
		expect(refused.status).toBe(status);
		expect(answer['type']).toBe(`/api#${type}`);
		const errors = (answer['errors'] ?? []) as { field: string }[];
		expect(errors.map((error) => error.field).join()).toBe(field);
		expect(await countCases()).toBe(before);
	}
);

test('every fault of a case is told at once, those of its facts beside those of its form', async () => {
	const wrong = lineFor('', {
		contacts: { sms: '12', fax: '1' },
		facts: { balance: '12,50', due_date: '2026-02-30', colour: 'red', part_allowed: null }
	});
	const { status, answer } = await post(JSON.stringify(wrong));
	expect([status, answer['type']]).toEqual([400, '/api#bad-input']);
	expect(answer['errors']).toEqual([
		{ field: 'customer', problem: 'must not be empty' },
		{ field: 'contacts.sms', problem: 'is not a phone number with + and a country code' },
		{ field: 'contacts.fax', problem: 'is no field here' },
		{ field: 'facts.balance', problem: 'must be a whole number of minor units of EUR' },
		{ field: 'facts.due_date', problem: 'must be a date such as 2030-01-31' },
		{ field: 'facts.colour', problem: 'is no fact of the workflow "failed-payment"' },
		{ field: 'facts.part_allowed', problem: 'must be true or false' }
	]);
	const unknown = await post(JSON.stringify(lineFor('', { workflow: 'none' })));
	expect(unknown.answer['errors']).toEqual([
		{ field: 'customer', problem: 'must not be empty' },
		{ field: 'workflow', problem: 'names no published workflow' }
	]);
	for (const facts of [null, 5, 'x', ['x']]) {
		const { answer } = await post(JSON.stringify(lineFor('a', { facts })));
		expect(answer['errors']).toEqual([{ field: 'facts', problem: 'must be an object of fields' }]);
	}
});

test("the reference's call to try opens a case, and is about a published workflow", async () => {
	const shown = await exampleWorkflow(world.parts);
	expect(shown?.facts.some(({ required }) => required)).toBe(true);
	const opened = await post(JSON.stringify(exampleCase(shown!)));
	expect(opened).toMatchObject({ status: 201, answer: { status: 'opened' } });
	const production = { ...world.parts, config: { ...world.parts.config, env: 'production' } };
	expect(await exampleWorkflow(production as typeof world.parts)).toBeUndefined();
});

test('the Idempotency-Key must be there and be one', async () => {
	const body = JSON.stringify(lineFor('a'));
	expect(await post(body, {})).toMatchObject({
		status: 400,
		answer: { type: '/api#missing-idempotency-key' }
	});
	for (const key of ['', 'a b', 'ä'.normalize('NFD').slice(0, 1) + '!', 'x'.repeat(256)])
		expect(await post(body, { 'idempotency-key': key })).toMatchObject({
			status: 400,
			answer: { errors: [{ field: 'Idempotency-Key' }] }
		});
	expect((await post(body, { 'idempotency-key': 'x'.repeat(255) })).status).toBe(201);
});

test('another content type is 415', async () => {
	const form = { 'content-type': 'application/x-www-form-urlencoded' };
	expect(await post('customer=a', form)).toMatchObject({ status: 415 });
});

test('what breaks is 500 with the id of the log line and nothing else', async () => {
	const where = { locals: { requestId: 'request-9' }, route: { id: '/x' } };
	const broken = await answering(where, () => Promise.reject(new Error('secret detail')));
	expect(broken.status).toBe(500);
	const text = await broken.text();
	expect(text).toContain('request-9');
	expect(text).not.toContain('secret');
	const busy = Object.assign(new Error('canceling statement'), { code: '57014' });
	const away = await answering(where, () => Promise.reject(busy));
	expect([away.status, away.headers.get('retry-after')]).toEqual([503, '2']);
});
