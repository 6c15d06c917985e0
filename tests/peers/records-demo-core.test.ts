import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asOf, customerSchema } from '../../src/demo/core/record.ts';
import { seedCustomers } from '../../src/demo/core/seed.ts';
import { PEER_TODAY, startRecordsPeer, type RecordsPeer } from './records.ts';

let core: RecordsPeer;
beforeAll(async () => {
	core = await startRecordsPeer();
});
afterAll(() => core.close());

const page = (path: string, headers: Record<string, string> = {}) =>
	fetch(`${core.url}${path}`, { headers: { accept: 'text/html', ...headers } });

test('the made-up customers are valid, 60 or more, and their phone numbers can be dialled', () => {
	const customers = seedCustomers(PEER_TODAY);
	expect(customers.length).toBeGreaterThanOrEqual(60);
	expect(new Set(customers.map(({ id }) => id)).size).toBe(customers.length);
	for (const customer of customers) {
		expect(customerSchema.parse(customer)).toEqual(customer);
		if (customer.phone) expect(parsePhoneNumberFromString(customer.phone)?.isValid()).toBe(true);
	}
	const some = (is: (customer: (typeof customers)[number]) => boolean) => customers.some(is);
	expect(some(({ account }) => account.vulnerable)).toBe(true);
	expect(some(({ account }) => account.brokenPromises > 1)).toBe(true);
	expect(some(({ account }) => !account.planAllowed)).toBe(true);
	expect(some(({ phone, email }) => !phone && email !== null)).toBe(true);
	expect(some(({ phone, email }) => phone !== null && !email)).toBe(true);
	expect(some(({ phone }) => phone?.startsWith('+1') ?? false)).toBe(true);
});

test('a payment lowers the balance; too much, a wrong full one and unknown fields are refused', async () => {
	const before = (await core.customer('C-1001')).account.balance;
	const pay = (body: object) => core.call('POST', '/customers/C-1001/payments', body);
	expect((await pay({ amount: before + 1, reference: 'a', kind: 'part' })).status).toBe(422);
	expect((await pay({ amount: before - 1, reference: 'a', kind: 'full' })).status).toBe(422);
	expect((await pay({ amount: 1.5, reference: 'a', kind: 'part' })).status).toBe(422);
	expect((await pay({ amount: 1, reference: 'a', kind: 'part', currency: 'USD' })).status).toBe(
		422
	);
	const paid = await pay({ amount: before, reference: 'demo-pay', kind: 'full' });
	expect(paid.status).toBe(201);
	expect(await paid.json()).toEqual({
		id: expect.stringMatching(/^PAY-/) as string,
		customer: 'C-1001',
		amount: before,
		balance: 0,
		reference: 'demo-pay'
	});
	const { account } = await core.customer('C-1001');
	expect(account).toMatchObject({
		balance: 0,
		overdueDays: 0,
		dueDate: null,
		failedPayment: false
	});
});

test('what is put right counts at once, one field at a time, and once under one key', async () => {
	const { address } = await core.customer('C-1030');
	const put = (body: object) =>
		core.call('PATCH', '/customers/C-1030/details', body, { 'idempotency-key': 'demo-cor' });
	expect((await put({ reference: 'demo-cor' })).status).toBe(422);
	expect((await put({ city: 'A', street: 'B', reference: 'demo-cor' })).status).toBe(422);
	expect((await put({ phone: '1', reference: 'demo-cor' })).status).toBe(422);
	const done = await put({ postcode: '20457', reference: 'demo-cor' });
	expect(await done.json()).toEqual({
		id: expect.stringMatching(/^COR-/) as string,
		customer: 'C-1030',
		postcode: '20457',
		reference: 'demo-cor'
	});
	expect((await put({ postcode: '20457', reference: 'demo-cor' })).status).toBe(200);
	expect((await put({ postcode: '20459', reference: 'demo-cor' })).status).toBe(422);
	expect(await core.effects('C-1030')).toHaveLength(1);
	expect((await core.customer('C-1030')).address).toEqual({ ...address, postcode: '20457' });
});

test('a plan is kept once; a second one, one that does not add up and one not allowed are refused', async () => {
	const plan = {
		instalments: 3,
		first: '2026-12-01',
		rate: 100,
		last: 101,
		total: 301,
		reference: 'demo-plan'
	};
	const make = async (id: string, change: object = {}) => {
		const response = await core.call('POST', `/customers/${id}/plans`, { ...plan, ...change });
		return [response.status, ((await response.json()) as { code?: string }).code];
	};
	expect(await make('C-1026', { last: 100 })).toEqual([422, 'plan-does-not-add-up']);
	expect(await make('C-1027')).toEqual([422, 'plan-not-allowed']);
	expect(await make('C-1026')).toEqual([201, undefined]);
	expect(await make('C-1026')).toEqual([422, 'plan-exists']);
	expect((await core.customer('C-1026')).account.plan).toMatchObject({ total: 301 });
});

test('an address and a confirmation are booked and found again by reference', async () => {
	const address = { street: 'Neuer Weg 1', postcode: '10115', city: 'Berlin', from: '2026-01-31' };
	const put = await core.call('PUT', '/customers/C-1050/address', {
		...address,
		reference: 'demo-adr'
	});
	expect(put.status).toBe(200);
	const found = await core.call('GET', '/address-changes/demo-adr');
	expect(await found.json()).toEqual(await put.json());
	const { street } = (await core.customer('C-1050')).address;
	expect(street).toBe('Neuer Weg 1');
	const what = { what: 'details-unchanged', reference: 'demo-cnf' };
	expect((await core.call('POST', '/customers/C-1051/confirmations', what)).status).toBe(201);
	expect((await core.call('GET', '/confirmations/demo-cnf')).status).toBe(200);
});

test('an address from a later day waits for that day, is shown with it, and then is the address', async () => {
	const kept = { street: 'Am Kai 3', postcode: '20457', city: 'Hamburg' };
	const address = { ...kept, from: '2999-05-01' };
	const before = await core.customer('C-1052');
	const put = (change: object) =>
		core.call('PUT', '/customers/C-1052/address', { ...address, ...change });
	expect((await put({ reference: 'move-1' })).status).toBe(200);
	const waiting = await core.customer('C-1052');
	expect(waiting).toEqual({ ...before, nextAddress: address });
	const text = await (await page('/customers/C-1052')).text();
	expect(text).toMatch(/New address<\/dt>\s*<dd>\s*<mark><bdi>Am Kai 3, 20457 Hamburg</);
	expect(text).toMatch(/Address change ADR-\d+<\/b> from 1 May 2999/);
	// As the day comes: the record that a later day reads.
	expect(asOf(waiting, '2999-04-30')).toEqual(waiting);
	expect(asOf(waiting, '2999-05-01')).toEqual({ ...before, address: kept });
	expect((await put({ from: '2026-01-31', reference: 'move-2' })).status).toBe(200);
	expect(await core.customer('C-1052')).toEqual({ ...before, address: kept });
});

test('the API needs its token, pages do not, and pages are read by names of this machine only', async () => {
	for (const path of ['/customers', '/stats', '/effects', '/faults', '/customers/C-1002'])
		expect((await fetch(`${core.url}${path}`)).status).toBe(401);
	expect((await page('/')).status).toBe(200);
	expect((await page('/customers/C-1002')).status).toBe(200);
	expect((await page('/customers/C-0')).status).toBe(404);
});

test('customers come in pages, whole and without repeats', async () => {
	const seen: string[] = [];
	let cursor: string | null = '';
	while (cursor !== null) {
		const response = await core.call('GET', `/customers?limit=25&cursor=${cursor}`);
		const body = (await response.json()) as { customers: { id: string }[]; next: string | null };
		seen.push(...body.customers.map(({ id }) => id));
		cursor = body.next;
	}
	expect(seen).toEqual(seedCustomers(PEER_TODAY).map(({ id }) => id));
});

test('H1: hostile text is shown as text, and the pages allow no script', async () => {
	const [customer] = seedCustomers(PEER_TODAY);
	const name = `<script>alert(1)</script>"'&\u202E`;
	await core.put({ ...customer!, id: 'X-1', name });
	for (const path of [
		'/customers/X-1',
		'/?q=%3Cscript',
		`/?q=${encodeURIComponent('"><img src=x>')}`
	]) {
		const response = await page(path);
		const text = await response.text();
		expect(text).not.toMatch(/<script|<img/);
		expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
	}
	expect(await (await page('/?q=%3Cscript')).text()).toContain('&lt;script&gt;');
});

test('the page of a customer marks what was changed', async () => {
	await core.call('POST', '/customers/C-1003/promises', {
		amount: 250,
		date: '2026-12-24',
		reference: 'shown-1'
	});
	const text = await (await page('/customers/C-1003')).text();
	expect(text).toContain('Promise to pay');
	expect(text).toContain('reference shown-1');
	// A time of day is of some place.
	expect(text).toMatch(/\d{2}:\d{2}:\d{2} CES?T/);
	const list = await (await page('/')).text();
	expect(list).toMatch(
		/<a href="\/customers\/C-1003"\s*><bdi>Layla Haddad<\/bdi><\/a>\s*<span class="soft">\s*C-1003/
	);
});

test('a plan is shown with its last instalment where that is another amount', async () => {
	const plan = { instalments: 12, first: '2026-12-01', rate: 3_233, last: 3_236, total: 38_799 };
	await core.call('POST', '/customers/C-1029/plans', { ...plan, reference: 'shown-2' });
	expect(await (await page('/customers/C-1029')).text()).toContain(
		'11 × €32.33 from 1 Dec 2026, the last one €32.36'
	);
	const even = { instalments: 3, first: '2026-12-01', rate: 100, last: 100, total: 300 };
	await core.call('POST', '/customers/C-1041/plans', { ...even, reference: 'shown-3' });
	expect(await (await page('/customers/C-1041')).text()).toContain('3 × €1.00 from 1 Dec 2026<');
});

test('a customer who does not exist has a way back', async () => {
	const gone = await page('/customers/C-0');
	expect(await gone.text()).toMatch(/<a href="\/">All customers<\/a>[^]*No such customer/);
});

test('bad requests are answered, never with a 500', async () => {
	const raw = (path: string, body: string) =>
		fetch(`${core.url}${path}`, {
			method: 'POST',
			headers: { authorization: `Bearer ${core.token}` },
			body
		});
	expect((await raw('/customers/C-1002/payments', '{')).status).toBe(400);
	expect((await raw('/customers/C-1002/payments', '[]')).status).toBe(422);
	expect((await raw('/customers/C-1002/payments', 'x'.repeat(70_000))).status).toBe(413);
	expect((await core.call('GET', '/customers/%ff')).status).toBe(404);
	expect((await core.call('GET', '/effects?limit=0')).status).toBe(422);
	expect((await core.call('PUT', '/faults', { plan: [{ fault: 'nonsense' }] })).status).toBe(422);
});

test('as its own process it prints its port, keeps its file, and stops at once when told', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'demo-core-'));
	const run = async () => {
		const main = new URL('../../src/demo/core/main.ts', import.meta.url).pathname;
		const env = { ...process.env, DEMO_CORE_FILE: join(folder, 'core.db'), DEMO_CORE_TOKEN: 't' };
		const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
		const line = await new Promise<string>((resolve) =>
			child.stdout.once('data', (data) => resolve(String(data)))
		);
		const { listening } = JSON.parse(line) as { listening: number };
		const call = (method: string, path: string, body?: object) =>
			fetch(`http://127.0.0.1:${listening}${path}`, {
				method,
				headers: { authorization: 'Bearer t' },
				...(body && { body: JSON.stringify(body) })
			});
		const stop = () =>
			new Promise<number | null>((resolve) => {
				child.once('exit', resolve);
				child.kill('SIGTERM');
			});
		return { call, stop };
	};
	try {
		const first = await run();
		const promise = { amount: 1, date: '2026-12-01', reference: 'kept' };
		expect((await first.call('POST', '/customers/C-1001/promises', promise)).status).toBe(201);
		expect(await first.stop()).toBe(0);
		const second = await run();
		expect((await second.call('GET', '/promises/kept')).status).toBe(200);
		const stats = (await (await second.call('GET', '/stats')).json()) as object;
		expect(stats).toMatchObject({ customers: 64, effects: { promise: 1 }, doubles: 0 });
		expect(await second.stop()).toBe(0);
	} finally {
		await rm(folder, { recursive: true });
	}
});
