import type { Browser } from 'playwright-core';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wordsIn } from '../../src/lib/ui/texts/words.ts';
import { launchBrowser } from '../support/browser.ts';
import { BUDGET } from '../support/budget.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { enter, invite, newTapper } from '../support/tapper.ts';
import { faultsOf } from './inspect.ts';

let fleet: Fleet;
let browser: Browser;
let link: string;
let customer: string;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
	customer = await newPerson(fleet.core);
	({ link } = await invite(fleet, { workflow: 'failed-payment', customer }));
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

const LANGUAGES = ['en', 'de', 'ar'];
/** While `run` goes on, nothing can be read from the links: a fault of ours. */
async function broken(run: () => Promise<void>): Promise<void> {
	await sql`alter table links rename to links_away`.execute(fleet.db);
	try {
		await run();
	} finally {
		await sql`alter table links_away rename to links`.execute(fleet.db);
	}
}

test.each(LANGUAGES)(
	'a fault of ours is owned up to in %s, tells nothing else, and passes',
	async (locale) => {
		const { page, bytes, context } = await newTapper(browser, { locale });
		await broken(async () => {
			const response = await page.goto(link);
			expect(response?.status()).toBe(500);
			expect(await page.locator('h1').innerText()).toBe(wordsIn(locale)('error.heading'));
			expect(await page.locator('body').innerText()).not.toMatch(
				/links|relation|sql|stack|at \w+\./i
			);
			expect(await faultsOf(page, locale)).toEqual([]);
			expect(await bytes()).toBeLessThanOrEqual(BUDGET);
		});
		expect((await page.reload())?.status()).toBe(200);
		await context.close();
	}
);

test('a press that fails on our side changes nothing and can be repeated', async () => {
	const tapper = await newTapper(browser);
	const { page, press, context } = tapper;
	const visit = await enter(fleet, tapper, customer, link);
	await page.goto(`${visit}/help`);
	await page.check('[name=days][value="1"]');
	await broken(async () => {
		await press('form[action="?/later"] button');
		expect(await page.locator('main').innerText()).toContain('go back and try again');
	});
	await page.goBack();
	await page.check('[name=days][value="1"]');
	await press('form[action="?/later"] button');
	expect(await page.locator('main').innerText()).toContain('We write to you again on');
	await context.close();
});

test.each(LANGUAGES)('an address that does not exist says so in %s', async (locale) => {
	const { page, context } = await newTapper(browser, { locale });
	expect((await page.goto(`${fleet.origin}/nowhere`))?.status()).toBe(404);
	expect(await faultsOf(page, locale)).toEqual([]);
	await context.close();
});

test('the comfort script is no more than 3 KB', async () => {
	const { page, context } = await newTapper(browser);
	await page.goto(link);
	const address = await page.getAttribute('script[src]', 'src');
	const script = await context.request.get(`${fleet.origin}${address}`);
	expect((await script.body()).length).toBeLessThanOrEqual(3 * 1024);
	await context.close();
});
