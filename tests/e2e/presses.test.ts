import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/customer.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import {
	choose,
	enter,
	invite,
	newTab,
	newTapper,
	receipt,
	type Tapper
} from '../support/tapper.ts';
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
beforeEach(() => fleet.core.noFaults());

/** A customer before the button of "pay now". */
async function atReview(settings: { javaScriptEnabled?: boolean } = {}) {
	const customer = await newPerson(fleet.core);
	const tapper = await newTapper(browser, settings);
	const { link, id } = await invite(fleet, { workflow: 'failed-payment', customer });
	const visit = await enter(fleet, tapper, customer, link);
	await choose(tapper, 'pay-now');
	return { customer, tapper, visit, id };
}

/** The facts have aged, and reading them again takes two seconds: so does every press. */
async function slowDown(customer: string): Promise<void> {
	await passTime(fleet, 61);
	const match = { method: 'GET', customer };
	await fleet.core.faults([{ match, fault: 'delay', ms: 2_000 }]);
}

/** "Request number" on the receipt: one a submission. */
const ours = async ({ page }: Tapper): Promise<string | undefined> =>
	/TD-\w+/.exec((await page.textContent('main')) ?? '')?.[0];

const submissions = (id: string) =>
	fleet.db.selectFrom('submissions').select('action').where('case_id', '=', id).execute();

/** Whatever way led there, and however often it was begun anew. */
const arrived = (page: Page, address: string) =>
	eventually(async () => page.url() === address && (await page.locator('main').count()) > 0);

/** Aims at the button before anything is under way: a press then waits for nothing. */
const AIMS: Record<string, (page: Page) => Promise<() => Promise<void>>> = {
	'a double click': async (page) => {
		const button = page.locator('main form button');
		await button.scrollIntoViewIfNeeded();
		const box = await button.boundingBox();
		if (!box) throw new Error('there is no button to press');
		return () => page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
	},
	'Enter twice': async (page) => {
		await page.locator('main form button').focus();
		return () => page.keyboard.press('Enter');
	}
};

describe.each([true, false])('K1, with JavaScript %s', (javaScriptEnabled) => {
	test.each(Object.entries(AIMS))(
		'%s on confirm at a slow server, refresh, back and press again: one action, one receipt',
		async (_name, aim) => {
			const { customer, tapper, visit, id } = await atReview({ javaScriptEnabled });
			const { page } = tapper;
			const review = page.url();
			const sent = () => tapper.requested.filter((request) => request === `POST ${review}`);
			const shown = await page.locator('[name=shown]').inputValue();
			await slowDown(customer);
			const press = await aim(page);

			await press();
			// Without scripts both must reach the server, which has to tell: a browser that is
			// pressed again before it has sent anything would send once.
			if (!javaScriptEnabled) await eventually(async () => sent().length === 1);
			await press();
			await arrived(page, `${visit}/receipt`);
			expect(sent()).toHaveLength(javaScriptEnabled ? 1 : 2);
			await fleet.core.noFaults();
			await receipt(tapper, 'booked');
			const reference = await ours(tapper);
			await page.reload();
			await page.goBack();
			expect(page.url()).toBe(`${visit}/receipt`);
			const again = await tapper.context.request.post(review, {
				form: { shown },
				headers: { origin: fleet.origin, accept: 'text/html' }
			});
			expect(again.url()).toBe(`${visit}/receipt`);
			await page.goto(review);

			expect(page.url()).toBe(`${visit}/receipt`);
			expect(await ours(tapper)).toBe(reference);
			expect(await submissions(id)).toEqual([{ action: 'pay-now' }]);
			expect(await fleet.core.effects(customer)).toHaveLength(1);
			await tapper.context.close();
		}
	);
});

test('K10: two tabs confirm two different actions at once: one is taken, both show its receipt', async () => {
	const { customer, tapper: one, visit, id } = await atReview();
	const other = await newTab(one);
	await other.page.goto(visit);
	await choose(other, 'pay-later');
	await slowDown(customer);

	await Promise.all(
		[one, other].map(async ({ page }) => {
			await page.locator('main form button').click();
			await arrived(page, `${visit}/receipt`);
		})
	);
	await fleet.core.noFaults();
	await Promise.all([receipt(one, 'booked'), receipt(other, 'booked')]);

	expect(await submissions(id)).toHaveLength(1);
	expect(await ours(one)).toBe(await ours(other));
	expect(await fleet.core.effects(customer)).toHaveLength(1);
	await one.context.close();
});
