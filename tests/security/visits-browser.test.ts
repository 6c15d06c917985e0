import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/customer.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { askOn, enterCode, enterOn, pathOf, pressOn } from './pages.ts';
import { expectedCode, newLink } from './visitor.ts';

let fleet: Fleet;
let browser: Browser;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
});
afterAll(async () => {
	await browser.close();
	await fleet.close();
});

/** Two browsers that know nothing of each other. */
async function strangers(work: (one: BrowserContext, two: BrowserContext) => Promise<void>) {
	const [one, two] = await Promise.all([browser.newContext(), browser.newContext()]);
	await work(one, two);
	await Promise.all([one.close(), two.close()]);
}

test('D6: a code that was asked for in one browser opens nothing in another', () =>
	strangers(async (asking, relaying) => {
		const { link } = await newLink(fleet, { customer: 'C-1001' });
		const page = await asking.newPage();
		const code = await askOn(fleet, page, link);

		const other = await relaying.newPage();
		await other.goto(fleet.origin + link);
		await pressOn(other, 'main form button');
		expect(await other.locator('#code').count()).toBe(0);
		// The field that the page does not have, as an attacker's script would add it.
		await other.locator('form[action="?/send"]').evaluate((form: HTMLFormElement, code) => {
			form.action = '?/check';
			form.insertAdjacentHTML('beforeend', `<input name="code" value="${code}">`);
			form.noValidate = true;
		}, code);
		await pressOn(other, 'main form button');
		expect(pathOf(other)).toMatch(/\/verify$/);
		expect(other.url()).toContain('said=no-code');

		// The address of the first browser's visit does not help either.
		await other.goto(page.url());
		expect(pathOf(other)).toBe('/gone');
		await enterCode(page, code);
		expect(pathOf(page)).toMatch(/^\/a\/[\w-]+$/);
	}));

test('E1: a visit that was planted in a victim’s browser stays the attacker’s empty one', () =>
	strangers(async (attacker, victim) => {
		const { link } = await newLink(fleet, { customer: 'C-1002' });
		const bad = await attacker.newPage();
		await bad.goto(fleet.origin + link);
		await pressOn(bad, 'main form button');
		const planted = bad.url();
		const cookies = await attacker.cookies();
		await victim.addCookies(cookies);

		const page = await victim.newPage();
		await page.goto(planted);
		await pressOn(page, 'form[action="?/send"] button');
		await enterCode(page, await expectedCode(fleet, pathOf(page).split('/')[2]!));
		const own = page.url();
		expect(own).not.toContain(pathOf(bad).split('/')[2]!);
		const after = await victim.cookies();
		for (const { name, value } of cookies) {
			expect(after.map((cookie) => cookie.name)).not.toContain(name);
			expect(after.map((cookie) => cookie.value)).not.toContain(value);
		}
		for (const address of [planted, own]) {
			await bad.goto(address);
			expect(pathOf(bad)).toBe('/gone');
		}
	}));

test('E6: two links in two tabs of one browser: each acts on its own case', async () => {
	const context = await browser.newContext();
	const [one, two] = [await context.newPage(), await context.newPage()];
	const people = ['C-1003', 'C-1004'] as const;
	const links = [];
	for (const customer of people) links.push((await newLink(fleet, { customer })).link);
	await enterOn(fleet, one, links[0]!);
	await enterOn(fleet, two, links[1]!);
	for (const page of [one, two]) await pressOn(page, 'form[action*="/do/pay-now"] button');
	await pressOn(one, 'main form button');
	const booked = async (customer: string) => (await fleet.core.effects(customer)).length;
	await eventually(async () => (await booked('C-1003')) === 1);
	expect(await booked('C-1004')).toBe(0);
	await pressOn(two, 'main form button');
	await eventually(async () => (await booked('C-1004')) === 1);
	expect(await booked('C-1003')).toBe(1);
	const amounts = people.map(async (customer) => {
		const [effect] = await fleet.core.effects(customer);
		return effect!.kind;
	});
	expect(await Promise.all(amounts)).toEqual(['payment', 'payment']);
	await context.close();
});

test('E7: after "finish" the back button shows nothing of the case, from no cache', async () => {
	const context = await browser.newContext();
	const page = await context.newPage();
	const { link } = await newLink(fleet, { customer: 'C-1005' });
	const visit = await enterOn(fleet, page, link);
	const amount = /\d+[.,]\d\d/.exec(await page.locator('main').innerText())![0];
	await pressOn(page, 'form[action*="/do/pay-now"] button');
	expect(await page.locator('main').innerText()).toContain(amount);
	const reply = await page.goto(`${fleet.origin}${visit}/help`);
	expect(reply!.headers()['cache-control']).toBe('no-store');
	await page.locator('details').evaluateAll((all: HTMLDetailsElement[]) => {
		for (const one of all) one.open = true;
	});
	await pressOn(page, 'form[action="?/finish"] button');
	expect(pathOf(page)).toBe('/gone');
	for (let steps = 0; steps < 4; steps++) {
		await page.goBack();
		expect(await page.locator('body').innerText()).not.toContain(amount);
		expect(page.url()).not.toMatch(/\/(review|do)\//);
	}
	await context.close();
});
