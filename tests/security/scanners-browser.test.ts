import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { codesOf } from '../support/customer.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { fingerprint, settled } from './tables.ts';
import { enter, hashOf, newLink, passGap, Visitor } from './visitor.ts';

let fleet: Fleet;
let browser: Browser;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
});
afterAll(async () => {
	await browser.close();
	await fleet.close();
});

test('B2: a scanner that runs every script for half a minute and touches everything presses nothing', async () => {
	const { link } = await newLink(fleet, { customer: 'C-1001' });
	await settled(fleet.db);
	const before = await fingerprint(fleet.db);
	const page = await browser.newPage();
	const sent: string[] = [];
	page.on('request', (request) =>
		sent.push(`${request.method()} ${new URL(request.url()).pathname}`)
	);
	await page.clock.install();
	for (const path of [link, `${link}/stop`]) {
		await page.goto(fleet.origin + path);
		for (const one of await page.locator('a, button, summary').all()) await one.hover();
		await page.mouse.wheel(0, 5000);
		await page.clock.runFor(30_000);
	}
	await page.waitForLoadState('networkidle');
	expect(sent.filter((one) => !one.startsWith('GET '))).toEqual([]);
	expect(sent.filter((one) => one.includes('/l/'))).toEqual([`GET ${link}`, `GET ${link}/stop`]);
	expect(await fingerprint(fleet.db)).toEqual(before);
	await page.close();
});

/** The address without what is new in each: two of the same kind are one page to a bot. */
const kindOf = (address: string): string =>
	new URL(address).pathname.replace(/\/(a|l|review)\/[^/]+/g, '/$1/*');

/** Presses every button of every page once, and follows every link, filling in and ticking nothing. */
async function pressEverything(page: Page, start: string): Promise<string[]> {
	const pages = [start];
	const kinds = new Set([kindOf(start)]);
	const pressed: string[] = [];
	for (let address = pages.shift(); address; address = pages.shift()) {
		await page.goto(address);
		const count = await page.locator('button, a[href]').count();
		for (let place = 0; place < count; place++) {
			await page.goto(address);
			await page.locator('form').evaluateAll((forms: HTMLFormElement[]) => {
				for (const form of forms) form.noValidate = true;
			});
			await page.locator('details').evaluateAll((all: HTMLDetailsElement[]) => {
				for (const one of all) one.open = true;
			});
			const one = page.locator('button, a[href]').nth(place);
			if (!(await one.isVisible().catch(() => false))) continue;
			pressed.push(`${kindOf(address)}: ${(await one.textContent())?.trim()}`);
			await one.click();
			await page.waitForLoadState('load');
			const reached = page.url();
			if (!reached.startsWith(fleet.origin) || kinds.has(kindOf(reached))) continue;
			kinds.add(kindOf(reached));
			pages.push(reached);
		}
	}
	return pressed;
}

test('B3: a bot that presses every button once sends one code at most and spends nothing', async () => {
	const customer = 'C-1002';
	const { id, link } = await newLink(fleet, { customer });
	const page = await browser.newPage();
	const pressed = await pressEverything(page, fleet.origin + link);
	await page.close();
	// It got as far as a bot can: to the code, and to every way of asking for help.
	for (const kind of ['/l/*', '/l/*/stop', '/a/*/verify', '/a/*/help'])
		expect(
			pressed.some((one) => one.startsWith(`${kind}:`)),
			kind
		).toBe(true);
	await settled(fleet.db);

	const codes = await fleet.db
		.selectFrom('messages')
		.selectAll()
		.where('case_id', '=', id)
		.where('class', '=', 'code')
		.execute();
	expect(codes).toHaveLength(1);
	expect(await codesOf(fleet, customer)).toHaveLength(1);
	const visits = await fleet.db.selectFrom('visits').select('assurance').execute();
	expect(new Set(visits.map(({ assurance }) => assurance))).toEqual(new Set(['link']));
	for (const table of ['submissions', 'suppressions', 'exceptions', 'drafts'] as const)
		expect(await fleet.db.selectFrom(table).selectAll().execute(), table).toEqual([]);

	// What a human would wait for; the rest is as if nobody had been there.
	await passGap(fleet, hashOf(fleet, customer));
	const human = new Visitor(fleet);
	const inside = await enter(fleet, human, link);
	expect((await human.get(inside)).body).toContain('/do/pay-now');
});
