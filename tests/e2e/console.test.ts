import { sql } from 'kysely';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../src/lib/domain/staff/permissions.ts';
import { launchBrowser } from '../support/browser.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember } from '../support/staff.ts';
import { enter, invite, newTapper, type Tapper } from '../support/tapper.ts';
import { violations } from './inspect.ts';

const key = 'collections-plan';
const DESK = { width: 1440, height: 900 };

let fleet: Fleet;
let browser: Browser;
let operations: Tapper;
let approver: Tapper;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
	operations = await signedIn('Olga Operations', 'operations');
	approver = await signedIn('Anton Approver', 'approver');
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

async function signedIn(name: string, ...roles: Role[]): Promise<Tapper> {
	const { secret } = await addStaffMember(fleet.parts, { name, roles });
	const tapper = await newTapper(browser, { viewport: DESK });
	await tapper.context.addCookies([{ name: 'staff', value: secret, url: fleet.origin }]);
	return tapper;
}

/** That no script runs in the phone frame is as it should be, and the browser notes it. */
const faults = ({ complaints }: Tapper) =>
	complaints.filter((text) => !/Blocked script execution in \S+\/console\/preview/.test(text));

const go = async ({ page }: Tapper, path: string) => {
	await page.goto(`${fleet.origin}/console${path}`);
	return page;
};

/** What a customer with this amount due is offered. */
async function offeredTo(balance: number): Promise<string[]> {
	const customer = await newPerson(
		fleet.core,
		{ account: { balance, planAllowed: true } },
		'C-1025'
	);
	const { link } = await invite(fleet, { workflow: key, customer });
	const tapper = await newTapper(browser);
	await enter(fleet, tapper, customer, link);
	const offered = await tapper.page.locator('button.pick b').allInnerTexts();
	await tapper.context.close();
	return offered;
}

const PLAN = 'Pay in 3 or 6 instalments';

test('operations change who may have a plan, another person publishes it, and the next customer sees the difference', async () => {
	expect(await offeredTo(30_000)).toContain(PLAN);

	const page = await go(operations, `/workflows/${key}/clauses`);
	const action = page.locator('section#plan');
	await action.locator('summary', { hasText: 'Edit' }).first().click();
	const form = action.locator('form', { has: page.locator('[name="value.0"]') }).first();
	await form.locator('[name="fact.0"]').selectOption('balance');
	await form.locator('[name="operator.0"]').selectOption('>=');
	await form.locator('[name="value.0"]').fill('500,00 dollars');
	await form.getByRole('button', { name: 'Save clause' }).click();
	await expect
		.poll(() => page.locator('[role=alert]').innerText())
		.toMatch(/does not fit its fact/);
	// What was typed is still there, to be corrected.
	await action.locator('form [name="value.0"]').first().fill('500.00');
	await action.getByRole('button', { name: 'Save clause' }).first().click();
	await page.waitForURL(/#plan$/);
	expect(await action.locator('tbody tr').first().innerText()).toContain('Amount due ≥ 500.00 EUR');

	await page.getByLabel('Why').fill('Small plans cost more than they bring');
	await page.getByRole('button', { name: 'Propose' }).click();
	await page.waitForURL(/\/proposals\//);
	expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);

	const theirs = await go(approver, '/workflows');
	await theirs.getByRole('link', { name: 'waits for approval' }).click();
	await theirs.waitForURL(/\/proposals\//);
	const shown = await theirs.locator('main').innerText();
	expect(shown).toContain('Clause “Something is owed” of “Pay in 3 or 6 instalments”');
	expect(shown).toMatch(/facts\.balance > 0[\s\S]*facts\.balance >= 50000/);
	await theirs.getByRole('button', { name: 'Approve and publish' }).click();
	await expect.poll(() => theirs.locator('main').innerText()).toMatch(/Published as version 2/);

	expect(await offeredTo(30_000)).not.toContain(PLAN);
	expect([...faults(operations), ...faults(approver)]).toEqual([]);
});

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
	expect(faults(operations)).toEqual([]);
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

test('the figures are there, each with its definition, and as CSV', async () => {
	const page = await go(operations, '/figures');
	const opened = page
		.locator('section', { hasText: 'Collections plan' })
		.locator('tbody tr')
		.first();
	const { rows } = await sql<{ n: string }>`
		select count(distinct e.case_id)::text as n from case_events e join cases c on c.id = e.case_id
		where e.type = 'case-opened' and c.workflow = ${key}`.execute(fleet.db);
	expect(await opened.locator('.num').first().innerText()).toBe(rows[0]?.n);
	const address = await page.getByRole('link', { name: 'Funnel as CSV' }).getAttribute('href');
	const csv = await page.request.get(`${fleet.origin}${address}`);
	expect(csv.headers()['content-type']).toContain('text/csv');
	expect(await csv.text()).toMatch(/^workflow,step,cases,definition\r\n/);
});

const PAGES = [
	'',
	'/workflows',
	`/workflows/${key}`,
	`/workflows/${key}/clauses`,
	'/workflows/address-update/draft',
	`/workflows/${key}/difference?from=1&to=2`,
	`/workflows/${key}/who`,
	'/proposals',
	'/figures',
	'/alerts'
];

test.each(PAGES)(
	'axe finds nothing on /console%s, and nothing is cut off on a phone',
	async (path) => {
		const page = await go(operations, path);
		expect(await violations(page)).toEqual([]);
		await page.setViewportSize({ width: 390, height: 844 });
		const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		expect(beyond).toBeLessThanOrEqual(0);
		await page.setViewportSize(DESK);
		expect(faults(operations)).toEqual([]);
	}
);

test('axe finds nothing on the audit list', async () => {
	const auditor = await signedIn('Aude Auditor', 'auditor');
	const page = await go(auditor, '/audit');
	expect(await page.locator('main').innerText()).toContain('approve-change');
	expect(await violations(page)).toEqual([]);
});
