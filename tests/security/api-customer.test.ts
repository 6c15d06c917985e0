import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { type Fleet, startFleet } from '../support/servers.ts';

const CUSTOMER = 'Canary Customer 5531';

let fleet: Fleet;
let token: string;
beforeAll(async () => {
	fleet = await startFleet({ env: { TAPDONE_LOG_LEVEL: 'trace', TAPDONE_ACCESS_LOG: 'on' } });
	const created = await createApiKey(fleet.parts, 'finder', ['cases:read', 'cases:write']);
	if (!created.ok) throw new Error(created.reason);
	token = created.value.token;
});
afterAll(() => fleet.close());

const ask = (path: string, init: RequestInit = {}, as = token) =>
	fetch(`${fleet.servers[0]!.url}/api/v1${path}`, {
		...init,
		headers: {
			authorization: `Bearer ${as}`,
			'content-type': 'application/json',
			'idempotency-key': 'once',
			...init.headers
		}
	});
const find = (customer: string, more = '') =>
	ask(`/cases?customer=${encodeURIComponent(customer)}${more}`);

test('a case is found by its customer, and no log, metric or answer repeats who was asked for', async () => {
	const body = JSON.stringify({
		workflow: 'failed-payment',
		customer: CUSTOMER,
		contacts: { sms: '+4917604069001' },
		facts: { balance: 3363, due_date: '2026-11-16' }
	});
	const opened = (await (await ask('/cases', { method: 'POST', body })).json()) as { id: string };
	const found = await find(CUSTOMER);
	const page = await found.text();
	expect(JSON.parse(page)).toMatchObject({ cases: [{ id: opened.id }], next: null });
	expect(JSON.parse(await (await find('Canary Customer')).text())).toEqual({
		cases: [],
		next: null
	});
	const wrong = [
		await find(CUSTOMER, '&limit=0'),
		await find(CUSTOMER, `&customer=${encodeURIComponent(CUSTOMER)}`),
		await find(CUSTOMER, '&order=id'),
		await find(`${CUSTOMER}\u0000`),
		await ask(`/cases?customer=${encodeURIComponent(CUSTOMER)}`, {}, 'tk_none'),
		await ask(`/none?customer=${encodeURIComponent(CUSTOMER)}`),
		await ask(`/cases?customer=${encodeURIComponent(CUSTOMER)}`, { method: 'PUT', body: '{}' })
	];
	expect(wrong.map(({ status }) => status)).toEqual([400, 400, 400, 400, 401, 404, 405]);
	const answers = [page, ...(await Promise.all(wrong.map((one) => one.text())))].join();
	const metrics = await (await fetch(`${fleet.servers[0]!.url}/metrics`)).text();
	const lines = () => fleet.servers[0]!.log();
	while (lines().split('"route":"/api/v1/cases"').length < 8) await wait(20);
	const everything = [answers, metrics, lines()].join();
	expect(everything).not.toMatch(/Canary/);
	expect(everything).not.toContain(fleet.vault.hash('customer', CUSTOMER));
});
