import type { Browser, Page } from 'playwright-core';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/customer.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { askOn, enterCode, enterOn, pathOf, pressOn } from './pages.ts';
import { newLink } from './visitor.ts';

let fleet: Fleet;
let browser: Browser;
let collector: Server;
/** What another site gets to see of those who come to it from our pages. */
const collected: { url: string; headers: string }[] = [];
let elsewhere: string;

beforeAll(async () => {
	[fleet, browser] = await Promise.all([
		startFleet({ browser: true, env: { TAPDONE_LOG_LEVEL: 'trace' } }),
		launchBrowser()
	]);
	collector = createServer(({ url = '', headers }, response) => {
		if (url !== '/favicon.ico') collected.push({ url, headers: JSON.stringify(headers) });
		response.end('elsewhere');
	}).listen(0, '127.0.0.1');
	await once(collector, 'listening');
	const address = collector.address();
	elsewhere = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterAll(async () => {
	await browser.close();
	await fleet.close();
	collector.close();
});

/** Leaves the page by a link on it, as if one of ours led to another site, and comes back. */
async function leave(page: Page): Promise<void> {
	const from = page.url();
	await page.evaluate((href) => {
		const link = document.createElement('a');
		Object.assign(link, { href, textContent: 'elsewhere', id: 'elsewhere' });
		document.querySelector('main')!.append(link);
	}, `${elsewhere}/arrived`);
	await pressOn(page, '#elsewhere');
	expect(page.url()).toBe(`${elsewhere}/arrived`);
	await page.goto(from);
}

test('A11: neither link nor visit, code or customer gets to other sites, logs or metrics', async () => {
	const customer = 'C-1001';
	const { link } = await newLink(fleet, { customer });
	const page = await browser.newPage();
	const requested = new Set<string>();
	page.on('request', (request) => requested.add(request.url()));
	await page.goto(fleet.origin + link);
	await leave(page);
	const code = await askOn(fleet, page, link);
	await leave(page);
	await enterCode(page, code);
	const visit = pathOf(page);
	await leave(page);
	await pressOn(page, 'form[action*="/do/pay-now"] button');
	await pressOn(page, 'main form button');
	const receipt = page.url();
	await eventually(async () => {
		await page.goto(receipt);
		return (await page.content()).includes('PAY-');
	});
	await leave(page);
	const cookies = await page.context().cookies();
	await page.goto(`${fleet.origin}${link}x`);
	await page.goto(`${fleet.origin}${link}/none?code=${code}`);

	const foreign = [...requested].filter((url) => !url.startsWith(`${fleet.origin}/`));
	expect(foreign).toEqual([`${elsewhere}/arrived`]);
	const { name, phone, email } = await fleet.core.customer(customer);
	const token = link.slice(3);
	const canaries = [
		token,
		token.slice(0, 20),
		visit.split('/')[2]!,
		name,
		phone!,
		email!,
		customer
	];
	for (const { value } of cookies) canaries.push(value);
	const metrics = await (await fetch(`${fleet.servers[0]!.url}/metrics`)).text();
	expect(metrics).toContain('/l/[token]');
	const log = fleet.servers[0]!.log();
	expect(log).toContain('"route":"/l/');
	for (const canary of canaries) {
		expect(collected.filter(({ headers, url }) => (headers + url).includes(canary))).toEqual([]);
		expect(log.includes(canary), `log: ${canary}`).toBe(false);
		expect(metrics.includes(canary), `metrics: ${canary}`).toBe(false);
	}
	for (const line of log.split('\n').filter((line) => line.includes(code)))
		expect(line.replace(/"(time|request|ms|pid)":"?[\w.:-]+"?/g, '')).not.toContain(code);
	expect(collected).toHaveLength(4);
	for (const { headers } of collected) expect(headers).not.toMatch(/referer|localhost/i);
	await page.close();
});

test('A14: whoever a link is forwarded to sees a mask, and can only send a code to its owner', async () => {
	const customer = 'C-1002';
	const { id, link } = await newLink(fleet, { customer });
	const owner = await browser.newContext();
	await enterOn(fleet, await owner.newPage(), link);
	await fleet.db
		.updateTable('challenges')
		.set({ created_at: new Date(0) })
		.execute();

	const stranger = await browser.newContext();
	const page = await stranger.newPage();
	const seen: string[] = [];
	page.on('response', async (response) => {
		if (response.request().isNavigationRequest() && response.status() === 200)
			seen.push(await response.text().catch(() => ''));
	});
	await askOn(fleet, page, link);
	const visit = pathOf(page).replace('/verify', '');
	for (const step of ['', '/do/pay-now', '/do/pay-later', '/receipt', '/help', '/verify'])
		await page.goto(`${fleet.origin}${visit}${step}`);
	await page.goto(`${fleet.origin}${link}/stop`);

	const { name, phone, email, account, birthDate, address } = await fleet.core.customer(customer);
	const personal = [name, ...name.split(' '), phone!, phone!.slice(3), email!, birthDate];
	personal.push(address.street, address.postcode, address.city, customer);
	personal.push(String(account.balance), (account.balance / 100).toFixed(2));
	expect(seen.length).toBeGreaterThan(6);
	for (const body of seen) for (const one of personal) expect(body).not.toContain(one);
	expect(seen.some((body) => body.includes(phone!.slice(-2)))).toBe(true);

	const sent = await fleet.db
		.selectFrom('messages')
		.select('destination_hash')
		.where('case_id', '=', id)
		.where('class', '=', 'code')
		.execute();
	expect(sent).toHaveLength(2);
	const rightful = fleet.vault.hash('destination', phone!);
	for (const { destination_hash } of sent) expect(destination_hash).toBe(rightful);
	await owner.close();
	await stranger.close();
});
