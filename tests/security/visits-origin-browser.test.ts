import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/customer.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { enterOn, pathOf } from './pages.ts';
import { fingerprint, settled } from './tables.ts';
import { newLink } from './visitor.ts';

let fleet: Fleet;
let browser: Browser;
let context: BrowserContext;
let evil: Server;
let evilPort: number;
/** Presses that would change something: one needs no cookie, one ends the customer's visit. */
let targets: string[];
let inside: string;

beforeAll(async () => {
	[fleet, browser] = await Promise.all([
		startFleet({ browser: true, count: 0 }),
		launchBrowser({
			args: ['--no-sandbox', '--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.example 127.0.0.1']
		})
	]);
	fleet.origin = fleet.origin.replace('localhost', 't.example.test');
	await fleet.start({ TAPDONE_ORIGIN: fleet.origin });
	evil = createServer((request, response) => {
		response.setHeader('content-type', 'text/html').end('<!doctype html><title>evil</title>');
	}).listen(0, '127.0.0.1');
	await once(evil, 'listening');
	const address = evil.address();
	evilPort = typeof address === 'object' && address ? address.port : 0;

	context = await browser.newContext();
	const page = await context.newPage();
	const { link } = await newLink(fleet, { customer: 'C-1001' });
	inside = await enterOn(fleet, page, link);
	targets = [link, `${inside}/help?/finish`].map((path) => fleet.origin + path);
	await settled(fleet.db);
});
afterAll(async () => {
	await browser.close();
	await fleet.close();
	evil.close();
});

/**
 * What the server's log says it answered to while a page of another host ran `attack`: a browser
 * does not tell a script, nor a test, the status of what it blocks.
 */
async function attacked(
	host: string,
	attack: (given: { target: string; type: string }) => unknown,
	given: { target: string; type: string }
): Promise<{ method: string; status: number }[]> {
	const page = await context.newPage();
	await page.goto(`http://${host}:${evilPort}/`);
	const start = fleet.servers[0]!.log().length;
	await page.evaluate(attack, given);
	const requests = await eventually(() => {
		const lines =
			fleet.servers[0]!.log()
				.slice(start)
				.match(/^\{.*\}$/gm) ?? [];
		const read = lines.map((line) => JSON.parse(line) as { method: string; status: number });
		const changing = read.filter(({ method }) => method && method !== 'GET');
		return Promise.resolve(changing.length > 0 && changing);
	});
	await page.close();
	return requests.map(({ method, status }) => ({ method, status }));
}

const HOSTS = { G1: 'www.evil.example', G5: 'evil.example.test' } as const;

for (const host of Object.values(HOSTS))
	test(`G2: a script on ${host} changes nothing, with and without cookies and content type`, async () => {
		const before = await fingerprint(fleet.db);
		for (const target of targets)
			for (const type of [
				'text/plain',
				'application/json',
				'application/csp-report',
				'beacon',
				''
			]) {
				const requests = await attacked(
					host,
					({ target, type }) => {
						if (type === 'beacon') return navigator.sendBeacon(target, new Blob(['{}']));
						const mode = /json|csp/.test(type) ? 'cors' : 'no-cors';
						const body = type ? '{}' : new Uint8Array([123, 125]);
						const headers: Record<string, string> = type ? { 'content-type': type } : {};
						const send = (credentials: RequestCredentials) =>
							fetch(target, { method: 'POST', mode, credentials, headers, body });
						return Promise.allSettled([send('include'), send('omit')]).then(() => true);
					},
					{ target, type }
				);
				for (const { status } of requests) expect(status, `${target} ${type}`).toBe(403);
			}
		expect(await fingerprint(fleet.db)).toEqual(before);
	});

test('G4: a sandboxed frame, which has no origin, changes nothing', async () => {
	const before = await fingerprint(fleet.db);
	for (const target of targets) {
		const requests = await attacked(
			HOSTS.G5,
			({ target }) => {
				const frame = document.createElement('iframe');
				frame.setAttribute('sandbox', 'allow-forms allow-scripts');
				frame.srcdoc = `<form method="post" action="${target}"></form><script>document.forms[0].submit()</script>`;
				document.body.append(frame);
			},
			{ target, type: '' }
		);
		expect(requests).toEqual([{ method: 'POST', status: 403 }]);
	}
	expect(await fingerprint(fleet.db)).toEqual(before);
});

test('G5: after all that the customer still is where they were, and their own press works', async () => {
	const page = await context.newPage();
	await page.goto(fleet.origin + inside);
	expect(pathOf(page)).toBe(inside);
	await page.goto(`${fleet.origin}${inside}/help`);
	await Promise.all([
		page.waitForNavigation(),
		page
			.locator('form[action="?/finish"]')
			.evaluate((form: HTMLFormElement) => form.requestSubmit())
	]);
	expect(pathOf(page)).toBe('/gone');
	await page.close();
});
