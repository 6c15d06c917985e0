import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../src/lib/domain/staff/permissions.ts';
import { launchBrowser } from '../support/browser.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember } from '../support/staff.ts';
import { newTapper, type Tapper } from '../support/tapper.ts';

const key = 'collections-plan';
const DESK = { width: 1440, height: 900 };

let fleet: Fleet;
let browser: Browser;
let operations: Tapper;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
	operations = await signedIn('Olga Operations', 'operations');
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

async function signedIn(name: string, role: Role): Promise<Tapper> {
	const { secret } = await addStaffMember(fleet.parts, { name, roles: [role] });
	const tapper = await newTapper(browser, { viewport: DESK });
	await tapper.context.addCookies([{ name: 'staff', value: secret, url: fleet.origin }]);
	return tapper;
}

const go = async ({ page }: Tapper, path: string) => {
	await page.goto(`${fleet.origin}/console${path}`);
	return page;
};

const PLAN = 'Pay in 3 or 6 instalments';

test('without a script a draft is saved as text, and of two editors nobody loses a line', async () => {
	const { secret } = await addStaffMember(fleet.parts, { name: 'Nils', roles: ['operations'] });
	const plain = await newTapper(browser, { viewport: DESK, javaScriptEnabled: false });
	await plain.context.addCookies([{ name: 'staff', value: secret, url: fleet.origin }]);
	const path = '/workflows/address-update/draft';
	const page = await go(plain, path);
	const text = await page.locator('textarea').inputValue();

	const other = await go(operations, path);
	await other.locator('.cm-content').waitFor();
	await other.locator('.cm-line', { hasText: /^title:/ }).click();
	await other.keyboard.press('End');
	await other.keyboard.type(' of today');
	await other.getByRole('button', { name: 'Save draft' }).click();
	await other.waitForURL(/\?saved$/);

	await page.locator('textarea').fill(text.replace(/^title: .*$/m, 'title: 17'));
	await plain.press('button:has-text("Save draft")');
	expect(await page.locator('[role=alert]').innerText()).toContain('nothing is lost');
	const lines = await page.locator('[role=region]').innerText();
	expect(lines).toContain('title: Address update of today');
	expect(lines).toContain('title: 17');
	expect(await page.locator('textarea').inputValue()).toContain('title: 17');
	await plain.press('button:has-text("Save mine over theirs")');
	expect(await page.locator('main').innerText()).toContain('Saved as revision 2');
	// A draft with mistakes is kept, and cannot be proposed.
	expect(await page.locator('main').innerText()).toContain('1 to correct');
	expect(await page.getByRole('button', { name: 'Propose' }).isDisabled()).toBe(true);
	await plain.context.close();

	const editor = await go(operations, path);
	await editor.locator('.cm-lint-marker-error').waitFor();
	await editor.getByRole('button', { name: /Go to line/ }).click();
	expect(await editor.evaluate(() => document.activeElement?.className)).toContain('cm-content');
	expect(operations.complaints).toEqual([]);
});

test('who gets what shows the pages of the draft, in a frame in which nothing can be pressed', async () => {
	const customer = await newPerson(fleet.core, { account: { balance: 60_000 } }, 'C-1025');
	const page = await go(operations, `/workflows/${key}/who`);
	await page.getByLabel('Customer').fill(customer);
	await page.getByRole('button', { name: 'Look' }).click();
	await page.locator('#who-plan').waitFor();
	expect(page.url()).not.toContain(customer);
	await page.getByRole('button', { name: 'Choose' }).click();
	const phone = page.frameLocator('iframe[name=phone]');
	await phone.locator('button.pick').first().waitFor();
	expect(await phone.locator('button.pick b').allInnerTexts()).toContain(PLAN);
	expect(await phone.locator('[inert]').count()).toBe(1);
	// The page is the customer's: its language, its direction, the colour of the workflow.
	const html = phone.locator('html');
	expect([await html.getAttribute('lang'), await html.getAttribute('dir')]).toEqual(['en', 'ltr']);
	const colour = await html.evaluate((one) => getComputedStyle(one).getPropertyValue('--brand'));
	expect(colour.trim().toLowerCase()).toBe('#6b2d5c');
	await page
		.locator('div', { hasText: PLAN })
		.locator('form[target=phone]')
		.getByRole('button', { name: 'Review' })
		.first()
		.click();
	await phone.locator('h1', { hasText: /check/i }).waitFor();

	const headers = (await page.request.get(`${fleet.origin}/console/preview`)).headers();
	expect(headers['content-security-policy']).toMatch(/frame-ancestors 'self'.*; sandbox$/);
	expect(headers['x-frame-options']).toBe('SAMEORIGIN');
	const outside = (await page.request.get(`${fleet.origin}/console/figures`)).headers();
	expect(outside['content-security-policy']).toContain("frame-ancestors 'none'");
	expect(outside['x-frame-options']).toBe('DENY');
});
