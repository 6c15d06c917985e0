import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatInstant } from '../../src/lib/domain/workflow/instant.ts';
import { wordsIn } from '../../src/lib/ui/texts/words.ts';
import { launchBrowser } from '../support/browser.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { passTime } from '../support/time.ts';
import { askCode, choose, enter, fill, invite, newTapper, receipt } from '../support/tapper.ts';

let fleet: Fleet;
let browser: Browser;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

const t = wordsIn('en');

async function invited(
	change: Parameters<typeof newPerson>[1] = {},
	{ workflow = 'failed-payment', like = undefined as string | undefined } = {}
) {
	const customer = await newPerson(fleet.core, change, like);
	const tapper = await newTapper(browser);
	const opened = await invite(fleet, { workflow, customer });
	const said = () => tapper.page.locator('main').innerText();
	return { ...tapper, tapper, customer, ...opened, said };
}

async function entered(...who: Parameters<typeof invited>) {
	const at = await invited(...who);
	return { ...at, visit: await enter(fleet, at.tapper, at.customer, at.link) };
}

/** A draft's id, whatever leads to it. */
const draftIn = (address: string) => /[0-9a-f-]{36}/.exec(address)?.[0];

test('what was refused stands in its form again, and Back never asks to send a form once more', async () => {
	const { page, press, tapper, said, visit, requested, context } = await entered();
	await choose(tapper, 'pay-part', { part: '1,000' });
	expect(new URL(page.url()).search).toMatch(/^\?draft=[0-9a-f-]{36}$/);
	expect(await page.inputValue('[name=part]')).toBe('1,000');
	expect(await said()).toContain(t('field.grouped-money', { example: '1000.50' }));
	expect(await page.title()).toMatch(/^Error: /);
	const refused = page.url();

	await fill(page, { part: '20.00' });
	await press('form[action="?/save"] button');
	expect(page.url()).toContain('/review/');
	const posts = () => requested.filter((request) => request.startsWith('POST')).length;
	const before = posts();
	await page.goBack();
	expect(page.url()).toBe(refused);
	expect(await said()).toContain(t('field.grouped-money', { example: '1000.50' }));
	await page.reload();
	expect(await page.inputValue('[name=part]')).toBe('1,000');
	expect(posts()).toBe(before);

	// Nothing can be made of what was refused: its review is its form.
	await page.goto(`${visit}/review/${draftIn(refused)}`);
	expect(new URL(page.url()).pathname).toMatch(/\/do\/pay-part$/);
	const forced = await page.request.post(`${visit}/review/${draftIn(refused)}`, {
		form: { shown: 'x' },
		headers: { origin: fleet.origin, accept: 'text/html' },
		maxRedirects: 0
	});
	expect(forced.headers()['location']).not.toContain('receipt');
	await context.close();
});

test('an address alone makes no page say that something was done', async () => {
	const { page, press, said, link, visit, customer, context } = await entered();
	await page.goto(`${link}/stop?said=done`);
	expect(await said()).toContain(t('stop.heading'));
	for (const claim of ['person.done', 'stop.done', 'later.done-3', 'later.ended']) {
		await page.goto(`${visit}/help?said=${claim}`);
		const texts = ['help.person.done', 'help.stop.done', 'help.later.ended'] as const;
		for (const text of texts) expect(await said(), claim).not.toContain(t(text));
		expect(await said(), claim).not.toContain(t('help.later.until', { date: '' }).slice(0, -1));
	}
	for (const claim of ['not-me', 'finished']) {
		await page.goto(`${fleet.origin}/gone?said=${claim}`);
		expect(await said()).toContain(t('gone.heading'));
	}

	await page.goto(`${link}/stop`);
	await page.check('[name=sure]');
	await press('main form button');
	expect(await said()).toContain(t('stop.done-heading'));
	expect(new URL(page.url()).search).toBe('');
	// Stopped is stopped, also for who looks again.
	await page.goto(`${link}/stop?said=missing`);
	expect(await said()).toContain(t('stop.done-heading'));
	await page.goto(`${visit}/help`);
	expect(await said()).toContain(t('help.stop.done'));
	const hash = fleet.vault.hash('customer', customer);
	await fleet.db.deleteFrom('suppressions').where('destination_hash', '=', hash).execute();
	await page.reload();
	expect(await said()).not.toContain(t('help.stop.done'));
	await context.close();
});

test('the end of a visit is told to the browser that ended it, also after a reload', async () => {
	const { page, press, said, visit, context } = await entered();
	await page.goto(`${visit}/help`);
	await press('form[action="?/finish"] button');
	for (let times = 0; times < 2; times++) {
		expect(await said()).toContain(t('gone.finished'));
		await page.reload();
	}
	const ended = page.url();
	await context.clearCookies();
	await page.goto(ended);
	expect(await said()).toContain(t('gone.heading'));
	await context.close();
});

test('without a phone number nothing is said to have failed: why, who takes over, and by when', async () => {
	const { page, press, said, link, context } = await invited({ phone: null, whatsapp: null });
	await page.goto(link);
	await press('main form button');
	expect(await said()).toContain(t('verify.person.no-phone'));
	expect(await said()).toMatch(/a colleague takes over and contacts you by [^.]*\d{4}[^.]*\d\d/);
	expect(await said()).not.toContain('could not be sure');
	await context.close();
});

test('what a choice asks for besides is no error, no first step, and has a way back', async () => {
	const plan = { workflow: 'collections-plan', like: 'C-1025' };
	const { page, press, said, context } = await entered({}, plan);
	await press('form[action$="/do/plan-long?/start"] button');
	expect(new URL(page.url()).pathname).toMatch(/\/verify$/);
	expect(await page.title()).toMatch(new RegExp(`^${t('verify.more.heading')}`));
	expect(await said()).toContain(t('verify.more.text'));
	expect(await page.locator('[role=alert]').count()).toBe(0);
	expect(await page.locator('body').innerText()).not.toContain(t('step', { n: 1, of: 3 }));
	await press('main > a.link');
	expect(await said()).toContain(t('choose.heading'));
	await context.close();
});

test('the code page says where the code went and until what time of day it is valid', async () => {
	const { page, press, tapper, said, customer, link, context } = await invited();
	await page.goto(link);
	await press('main form button');
	await askCode(fleet, tapper, customer);
	expect(await said()).toMatch(/••• ••\d\d \(Text message\)/);
	const { expires_at } = await fleet.db
		.selectFrom('challenges')
		.select('expires_at')
		.where('customer_hash', '=', fleet.vault.hash('customer', customer))
		.executeTakeFirstOrThrow();
	const until = formatInstant(expires_at, 'en', 'Europe/Berlin', 'time');
	expect(await said()).toContain(t('verify.code.until', { until }));
	await context.close();
});

test('once it is booked nobody is offered to postpone it, or to say that it is not them', async () => {
	const { page, press, tapper, visit, context } = await entered();
	const ways = () => page.locator('footer nav a').allInnerTexts();
	expect(await ways()).toEqual(expect.arrayContaining([t('not-me'), t('later')]));
	await choose(tapper, 'pay-now');
	await press('main form button');
	await receipt(tapper, 'booked');
	expect(await ways()).toEqual([t('person'), t('stop')]);
	await page.goto(`${visit}/help`);
	const sections = await page.locator('main section').evaluateAll((all) => all.map(({ id }) => id));
	expect(sections).toEqual(['person', 'stop', 'finish']);
	await context.close();
});

test('every page that tells only that something is over or not there stands in the same card', async () => {
	const { page, context } = await newTapper(browser);
	const cards = [];
	for (const path of ['/gone', '/l/nothing', '/a/nothing/nowhere', '/nowhere']) {
		await page.goto(fleet.origin + path);
		cards.push(
			await page.locator('main').evaluate((main) => {
				const { borderRadius, borderWidth, borderColor, backgroundColor } = getComputedStyle(main);
				// What is seen in the page's corner, whoever paints it.
				let at = document.elementFromPoint(2, innerHeight - 2);
				const paint = (of: Element) => getComputedStyle(of).backgroundColor;
				while (at?.parentElement && paint(at) === 'rgba(0, 0, 0, 0)') at = at.parentElement;
				const ground = at && paint(at);
				return { borderRadius, borderWidth, borderColor, backgroundColor, ground };
			})
		);
	}
	expect(parseFloat(cards[0]!.borderRadius)).toBeGreaterThan(0);
	expect(cards[0]!.backgroundColor).not.toBe(cards[0]!.ground);
	for (const card of cards) expect(card).toEqual(cards[0]);
	await context.close();
});

test('after the second spent code, and after wrong answers, the page tells what it asks for by now', async () => {
	const { page, press, tapper, said, customer, link, context } = await invited();
	await page.goto(link);
	await press('main form button');
	for (let spent = 0; spent < 2; spent++) {
		await askCode(fleet, tapper, customer);
		const wrong = String((Number(await page.inputValue('#code')) + 1) % 1_000_000).padStart(6, '0');
		for (let tries = 0; tries < 5; tries++) {
			await page.fill('#code', wrong);
			await press('form[action="?/check"] button');
		}
		if (spent === 0) expect(await said()).toContain(t('said.no-code'));
		await passTime(fleet, 40);
	}
	expect(await page.locator('form[action="?/facts"]').count()).toBe(1);
	const alert = () => page.locator('[role=alert]').innerText();
	expect(await alert()).toBe(`${t('said.code-spent')} ${t('said.other-way')}`);
	for (let tries = 0; tries < 3; tries++) {
		await page.fill('[name="fact.birth_date"]', '1901-01-01');
		await page.fill('[name="fact.postcode"]', '00000');
		await press('form[action="?/facts"] button');
		if (tries === 0) expect(await alert()).toBe(t('said.no-match'));
	}
	expect(await said()).toContain(t('verify.person.heading'));
	expect(await alert()).toBe(t('said.facts-wrong'));
	await context.close();
});
