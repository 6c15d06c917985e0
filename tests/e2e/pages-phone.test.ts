import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { eventually, newestLink } from '../support/customer.ts';
import { openCase } from '../support/open-case.ts';
import { type Fleet, startFleet } from '../support/servers.ts';

let fleet: Fleet;
let browser: Browser;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
	for (const customer of ['C-1001', 'C-1002'])
		await openCase(fleet, { workflow: 'failed-payment', customer, language: 'en' });
	await Promise.all(['C-1001', 'C-1002'].map((customer) => newestLink(fleet, customer)));
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

test('a tapped link opens beside the phone and its code arrives there without a touch', async () => {
	const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
	const phone = await context.newPage();
	const complaints: string[] = [];
	phone.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
	await phone.goto(`${fleet.origin}/phone?q=C-1001`);
	await phone.locator('.list li a').first().click();
	const tapped = context.waitForEvent('page');
	await phone.locator('article a').last().click();
	const app = await tapped;
	await app.locator('main form button').click();
	await app.locator('form[action="?/send"] button').first().click();
	await app.locator('#code').waitFor();
	const code = phone.locator('article button').last();
	await code.waitFor();
	expect(await code.textContent()).toMatch(/^\d{6}$/);
	await app.fill('#code', (await code.textContent()) ?? '');
	await app.locator('form[action="?/check"] button').click();
	await app.locator('button.pick').first().waitFor();
	expect(complaints).toEqual([]);
	await context.close();
});

test.each([
	[1280, 'light'],
	[390, 'dark']
] as const)(
	'the phone at %i px in %s is accessible and as wide as its screen',
	async (width, colorScheme) => {
		const context = await browser.newContext({
			viewport: { width, height: 800 },
			colorScheme,
			reducedMotion: 'reduce'
		});
		const page = await context.newPage();
		for (const chosen of [false, true]) {
			await page.goto(`${fleet.origin}/phone?q=C-1002`);
			if (chosen) await page.locator('.list li a').first().click();
			await page
				.locator(chosen ? 'article' : '.list li')
				.first()
				.waitFor();
			const { violations } = await new AxeBuilder({ page }).analyze();
			expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
			expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
		}
		await context.close();
	}
);

test('the phone shows its messages with JavaScript off', async () => {
	const context = await browser.newContext({ javaScriptEnabled: false });
	const page = await context.newPage();
	await page.goto(`${fleet.origin}/phone`);
	await page.locator('.list li a').first().click();
	expect(await page.locator('article a').last().getAttribute('href')).toContain(
		`${fleet.origin}/l/`
	);
	await context.close();
});

test.each([true, false])(
	'the customer answers on the phone, and STOP is heard (script: %s)',
	async (javaScriptEnabled) => {
		const customer = javaScriptEnabled ? 'C-1006' : 'C-1008';
		// A number of their own: who says stop says it for a number.
		const contacts = { sms: `+4917604069${javaScriptEnabled ? '081' : '082'}` };
		const line = { workflow: 'failed-payment', customer, language: 'en', contacts };
		const id = await openCase(fleet, line);
		await newestLink(fleet, customer);
		// A message fades in: half arrived it has no contrast to be measured.
		const context = await browser.newContext({ javaScriptEnabled, reducedMotion: 'reduce' });
		const page = await context.newPage();
		await page.goto(`${fleet.origin}/phone?q=${customer}`);
		await page.locator('.list li a').first().click();
		await page.getByLabel('Answer').fill('I paid on <b>Monday</b>');
		await page.getByRole('button', { name: 'Send' }).click();
		const own = page.locator('article.own p');
		await own.first().waitFor();
		await page.getByRole('button', { name: 'STOP' }).click();
		await own.nth(1).waitFor();
		expect(await own.allInnerTexts()).toEqual(['I paid on <b>Monday</b>', 'STOP']);
		const shots = process.env.TAPDONE_TEST_SHOTS;
		for (const colorScheme of shots ? (['light', 'dark'] as const) : []) {
			await page.emulateMedia({ colorScheme });
			for (const width of [1440, 390]) {
				await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
				await page.screenshot({ path: `${shots}/phone-${width}-${colorScheme}.png` });
			}
		}
		// It runs a script of its own.
		const { violations } = javaScriptEnabled
			? await new AxeBuilder({ page }).analyze()
			: { violations: [] };
		expect(violations.map(({ id: rule, nodes }) => [rule, nodes[0]?.html])).toEqual([]);
		await eventually(async () => {
			const types = await fleet.db
				.selectFrom('case_events')
				.select('type')
				.where('case_id', '=', id)
				.execute();
			const said = types.map(({ type }) => type);
			return said.includes('messages-stopped') && said.includes('exception-raised');
		});
		await context.close();
	}
);

test('what was read in one app stays read while another is open', async () => {
	const customer = 'C-1005';
	await openCase(fleet, { workflow: 'failed-payment', customer, language: 'en' });
	const contacts = { email: 'emily.carter@example.org' };
	await openCase(fleet, { workflow: 'address-update', customer, language: 'en', contacts });
	await newestLink(fleet, customer);
	const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
	const page = await context.newPage();
	await page.goto(`${fleet.origin}/phone?q=${customer}`);
	await page.locator('.list li a').first().click();
	const app = (name: string) => page.locator('.phone nav a', { hasText: name });
	const open = async (name: string) => {
		await app(name).click();
		await page.locator('.phone nav a[aria-current]', { hasText: name }).waitFor();
		await page.locator('article').waitFor();
	};
	await open('Mail');
	await open('Messages');
	await page.locator('.list li em').waitFor({ state: 'detached' });
	expect(await page.locator('.phone nav em').count()).toBe(0);
	await open('Mail');
	expect(await page.locator('.phone nav em').count()).toBe(0);
	expect(await page.locator('article h3').innerText()).toBe('Please check your address');
	await context.close();
});

test('the address alone leads to the phone, and to nothing where the phone is closed', async () => {
	const context = await browser.newContext({ javaScriptEnabled: false });
	const page = await context.newPage();
	await page.goto(fleet.origin);
	expect(new URL(page.url()).pathname).toBe('/phone');
	await context.close();
	const { url } = await fleet.start({ TAPDONE_PHONE: 'off' });
	const headers = { accept: 'text/html', 'accept-language': 'en' };
	const answer = await fetch(url, { headers, redirect: 'manual' });
	expect(answer.status).toBe(404);
	expect(await answer.text()).toContain('This page does not exist');
});
