import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatInstant } from '../../src/lib/domain/workflow/instant.ts';
import { launchBrowser } from '../support/browser.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { choose, dateIn, enter, invite, newTab, newTapper, receipt } from '../support/tapper.ts';
import { passTime } from '../support/time.ts';

let fleet: Fleet;
let browser: Browser;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

async function atChoice() {
	const customer = await newPerson(fleet.core);
	const tapper = await newTapper(browser);
	const { link, id } = await invite(fleet, { workflow: 'failed-payment', customer });
	const visit = await enter(fleet, tapper, customer, link);
	const said = () => tapper.page.locator('main').innerText();
	return { ...tapper, tapper, customer, link, id, visit, said };
}

const messagesTo = async (customer: string) => {
	const hash = fleet.vault.hash('customer', customer);
	const rows = await fleet.db
		.selectFrom('messages')
		.innerJoin('cases', 'cases.id', 'messages.case_id')
		.select('messages.id')
		.where('cases.customer_hash', '=', hash)
		.execute();
	return rows.length;
};

test('what was filled in goes on another device: the same link, a new code, the same draft', async () => {
	const first = await atChoice();
	await choose(first.tapper, 'pay-later', { day: dateIn(9) });
	const review = await first.said();
	await first.context.close();
	// The gap between two codes.
	await passTime(fleet, 130);

	const second = await newTapper(browser);
	await enter(fleet, second, first.customer, first.link);
	expect(await second.page.locator('main').innerText()).toContain('You have started this');
	await second.press('main p.note a');
	expect(await second.page.locator('main').innerText()).toBe(review);
	await second.press('main form button');
	await receipt(second, 'booked');
	const effects = await fleet.core.effects(first.customer);
	expect(effects.map(({ answer }) => answer['date'])).toEqual([dateIn(9)]);
	await second.context.close();
});

test('the language can be changed anywhere, keeps the place, and stays for the next device', async () => {
	const { page, press, visit, link, context } = await atChoice();
	await page.goto(`${visit}/help`);
	await press('footer button[value=ar]');
	expect(page.url()).toBe(`${visit}/help`);
	expect(await page.getAttribute('html', 'dir')).toBe('rtl');
	await context.close();
	const other = await newTapper(browser);
	await other.page.goto(link);
	expect(await other.page.getAttribute('html', 'lang')).toBe('ar');
	await other.press('footer button[value=de]');
	expect(await other.page.locator('h1').innerText()).toMatch(/Nachricht|Zahlung|Lastschrift/);
	expect(await other.page.getAttribute('footer [aria-current]', 'lang')).toBe('de');
	await other.context.close();
});

test('"this is not me" ends the link and every visit, and a person gets the case', async () => {
	const { page, press, said, visit, link, id, context } = await atChoice();
	await press('footer a[href$="#not-me"]');
	await press('form[action="?/not-me"] button');
	expect(await said()).toContain('Please tick the box first');
	await page.check('#not-me [name=sure]');
	await press('form[action="?/not-me"] button');
	expect(await said()).toContain('Thank you for telling us');
	await page.goto(visit);
	expect(new URL(page.url()).pathname).toBe('/gone');
	expect((await page.goto(link))?.status()).toBe(404);
	expect(await said()).toContain('This link does not work');
	const { owner } = await fleet.db
		.selectFrom('exceptions')
		.select('owner')
		.where('case_id', '=', id)
		.where('type', '=', 'identity-not-proven')
		.executeTakeFirstOrThrow();
	expect(owner).toBe('service-desk');
	await context.close();
});

test('after "stop these messages" nothing more is sent, the link works on, and a code still comes', async () => {
	const customer = await newPerson(fleet.core);
	const tapper = await newTapper(browser);
	const { page, press } = tapper;
	const { link } = await invite(fleet, { workflow: 'failed-payment', customer });
	await page.goto(link);
	await press('footer a[href$="/stop"]');
	await page.check('[name=sure]');
	await press('main form button');
	expect(await page.locator('main').innerText()).toContain('Messages stopped');
	await enter(fleet, tapper, customer, link);
	await choose(tapper, 'pay-now');
	await press('main form button');
	await receipt(tapper, 'booked');
	// The invitation and the code.
	expect(await messagesTo(customer)).toBe(2);
	await tapper.context.close();
});

test('"ask a person" opens one exception with an owner and a time, and the customer can still go on', async () => {
	const { page, press, said, tapper, visit, id, context } = await atChoice();
	// In two tabs: where a person has it already the page has no button any more.
	const tabs = [tapper, await newTab(tapper)];
	for (const tab of tabs) await tab.page.goto(`${visit}/help#person`);
	for (const tab of tabs) {
		await tab.page.check('#person [name=sure]');
		await tab.press('form[action="?/person"] button');
	}
	expect(await said()).toContain('A person has it now');
	await press('main > a.link');
	expect(await said()).toMatch(/a colleague looks at it and answers by \d+ \w+ \d{4}/);
	const exceptions = await fleet.db
		.selectFrom('exceptions')
		.select(['owner', 'state'])
		.where('case_id', '=', id)
		.execute();
	expect(exceptions).toEqual([{ owner: 'payment-desk', state: 'open' }]);
	await choose(tapper, 'pay-now');
	await press('main form button');
	// The person was asked about the choice, not about this booking.
	expect(await page.getAttribute('main', 'data-watch')).toMatch(/^(received|booked)$/);
	await receipt(tapper, 'booked');
	await context.close();
});

test('whom no code can reach a person gets at the first press, and the page says until when', async () => {
	const customer = await newPerson(fleet.core, { phone: null, whatsapp: null, email: null });
	const { page, press, context } = await newTapper(browser);
	const { link, id } = await invite(fleet, { workflow: 'failed-payment', customer });
	await page.goto(link);
	await press('main form button');
	expect(await page.locator('main').innerText()).toMatch(
		/a colleague takes over and contacts you by [^.]*\d{4}/
	);
	const exceptions = await fleet.db
		.selectFrom('exceptions')
		.select(['owner', 'reason'])
		.where('case_id', '=', id)
		.execute();
	expect(exceptions).toEqual([{ owner: 'service-desk', reason: 'code-unreachable' }]);
	await context.close();
});

test('"I can’t do any of these now" is kept as a reminder on the day that was named', async () => {
	const { page, press, said, id, context } = await atChoice();
	await press('footer a[href$="#later"]');
	await page.check('[name=days][value="3"]');
	await press('form[action="?/later"] button');
	const shown = await said();
	const { remind_at } = await fleet.db
		.selectFrom('cases')
		.select('remind_at')
		.where('id', '=', id)
		.executeTakeFirstOrThrow();
	const date = formatInstant(remind_at!, 'en', 'Europe/Berlin', 'date');
	expect(shown).toContain(`We write to you again on ${date}`);
	const days = ((remind_at?.getTime() ?? 0) - Date.now()) / 86_400_000;
	expect(days).toBeCloseTo(3, 1);
	await context.close();
});
