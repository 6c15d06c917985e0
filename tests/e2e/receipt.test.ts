import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FaultInput } from '../../src/demo/core/faults.ts';
import { launchBrowser } from '../support/browser.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { choose, enter, invite, newTapper, receipt } from '../support/tapper.ts';
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

/** A customer before the button of "pay now". */
async function atReview(settings: Parameters<typeof newTapper>[1] = {}) {
	const customer = await newPerson(fleet.core);
	const tapper = await newTapper(browser, settings);
	const { link } = await invite(fleet, { workflow: 'failed-payment', customer });
	const visit = await enter(fleet, tapper, customer, link);
	await choose(tapper, 'pay-now');
	const state = () => tapper.page.locator('main').getAttribute('data-watch');
	const said = () => tapper.page.locator('main').innerText();
	const fault = (...faults: (Omit<FaultInput, 'match'> & { method?: string; times?: number })[]) =>
		fleet.core.faults(
			faults.map(({ method = 'POST', times, ...fault }) => ({
				match: { customer, method, times },
				...fault
			}))
		);
	return { ...tapper, tapper, customer, visit, link, state, said, fault };
}

test('with scripts the receipt turns from received to booked by itself, without a press', async () => {
	const { page, press, state, said, fault, requested, context } = await atReview();
	await fault({ fault: 'delay', ms: 2_000 });
	await press('main form button');
	expect(await state()).toBe('received');
	expect(await said()).toContain('You can close this page');
	const documents = () => requested.filter((request) => /^POST|\/l\//.test(request)).length;
	const before = documents();
	await page.locator('main[data-watch=booked]').waitFor();
	expect(await said()).toMatch(/Confirmed and booked[^]*PAY-\d+/);
	expect(await page.title()).toContain('Confirmed and booked');
	expect(documents()).toBe(before);
	await context.close();
});

test('without scripts "check again" tells: still received, then booked; the link shows it for good', async () => {
	const at = await atReview({ javaScriptEnabled: false });
	const { page, press, state, said, fault, customer, link, context } = at;
	await fault({ fault: 'delay', ms: 2_500 });
	await press('main form button');
	await press('main a.button.quiet');
	expect(await state()).toBe('received');
	await receipt(at.tapper, 'booked');
	const [effect] = await fleet.core.effects(customer);
	expect(await said()).toContain(effect?.id);
	await context.clearCookies();
	// On any device, after a new code: the same receipt, and nothing else to choose.
	await passTime(fleet, 130);
	await enter(fleet, at.tapper, customer, link);
	expect(page.url()).toMatch(/\/receipt$/);
	expect(await said()).toContain(effect?.id);
	await context.close();
});

test('while the system of record is down the receipt says received, and booked once it is back', async () => {
	const { press, tapper, state, said, fault, customer, context } = await atReview();
	const down = { fault: 'status', status: 503 } as const;
	await fault({ ...down, method: 'GET' }, down);
	await passTime(fleet, 61);
	await press('main form button');
	expect(await state()).toBe('received');
	expect(await said()).toContain('Received, being booked');
	await tapper.page.reload();
	expect(await state()).toBe('received');
	expect(await fleet.core.effects(customer)).toEqual([]);
	await fleet.core.noFaults();
	await receipt(tapper, 'booked');
	expect(await fleet.core.effects(customer)).toHaveLength(1);
	await context.close();
});

test('a no of the system of record is told at once, with what else is possible, and that gets booked', async () => {
	const { press, tapper, said, fault, customer, visit, context, page } = await atReview();
	await fault({ fault: 'status', status: 422, times: 1 });
	await press('main form button');
	await receipt(tapper, 'rejected');
	expect(await said()).toMatch(/could not be done[^]*nothing was changed/);
	await page.goto(visit);
	expect(page.url()).toMatch(/\/receipt$/);
	await press('main a.button');
	expect(await page.locator('button.pick').allInnerTexts()).toEqual([
		expect.stringContaining('Pay on a later day'),
		expect.stringContaining('Pay a part now')
	]);
	await choose(tapper, 'pay-later');
	await press('main form button');
	await receipt(tapper, 'booked');
	expect((await fleet.core.effects(customer)).map(({ kind }) => kind)).toEqual(['promise']);
	await context.close();
});

test('a booking that nobody can believe goes to a person, and the receipt says who and until when', async () => {
	const { press, tapper, said, fault, customer, context } = await atReview();
	await fault({ fault: 'bad-schema' });
	await press('main form button');
	await receipt(tapper, 'with-person');
	expect(await said()).toMatch(/it is settled by \d+ \w+ \d{4}[^]*do not send it again/);
	const { state, owner } = await fleet.db
		.selectFrom('exceptions')
		.select(['state', 'owner'])
		.where('type', '=', 'booking-failed')
		.executeTakeFirstOrThrow();
	expect({ state, owner }).toEqual({ state: 'open', owner: 'operations' });
	expect(await fleet.core.effects(customer)).toHaveLength(1);
	await context.close();
});

test.each([
	['reduce', 'none'],
	['no-preference', 'breathe']
] as const)(
	'with prefers-reduced-motion %s the waiting sign moves: %s',
	async (reducedMotion, name) => {
		const { page, press, fault, context } = await atReview({ reducedMotion });
		await fault({ fault: 'delay', ms: 1_500 });
		await press('main form button');
		const sign = page.locator('svg.received');
		expect(await sign.evaluate((one) => getComputedStyle(one).animationName)).toContain(name);
		await context.close();
	}
);
