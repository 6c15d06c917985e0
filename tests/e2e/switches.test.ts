import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../src/lib/domain/staff/permissions.ts';
import { launchBrowser } from '../support/browser.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember } from '../support/staff.ts';
import { choose, enter, invite, newTapper, receipt, type Tapper } from '../support/tapper.ts';

// One emergency: each test goes on where the one before it ended.

const WORKFLOW = 'failed-payment';
const SWITCHES = `/console/workflows/${WORKFLOW}/switches`;

let fleet: Fleet;
let browser: Browser;
let customer: Tapper;
let operations: Tapper;
let approver: Tapper;

beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
	operations = await signedIn('Olga Operations', 'operations');
	approver = await signedIn('Anton Approver', 'approver');
	// Without a script, in the middle of a payment: the review is before them.
	customer = await newTapper(browser, { javaScriptEnabled: false });
	const person = await newPerson(fleet.core);
	const { link } = await invite(fleet, { workflow: WORKFLOW, customer: person });
	await enter(fleet, customer, person, link);
	await choose(customer, 'pay-now');
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

async function signedIn(name: string, role: Role): Promise<Tapper> {
	const { secret } = await addStaffMember(fleet.parts, { name, roles: [role] });
	const tapper = await newTapper(browser, { baseURL: fleet.origin });
	await tapper.context.addCookies([{ name: 'staff', value: secret, url: fleet.origin }]);
	return tapper;
}
const said = ({ page }: Tapper) => page.locator('main').innerText();

test('operations switch the action off, alone and at once, with a reason', async () => {
	const { page } = operations;
	await page.goto(SWITCHES);
	const row = page.getByRole('row', { name: /Pay it now/ });
	await row.locator('summary').click();
	await row.getByRole('textbox').fill('Amounts are wrong today');
	await row.getByRole('button', { name: 'Off now' }).click();
	const off = page.getByRole('region', { name: 'Pay it now, off' });
	await off.getByText('Amounts are wrong today').waitFor();
	await page.goto(`/console/workflows/${WORKFLOW}`);
	expect(await said(operations)).toMatch(/Off:\s+Pay it now/);
	await page.goto('/console/workflows');
	await page.getByRole('link', { name: '1 off' }).waitFor();
	await page.goto('/console');
	await page.getByRole('heading', { name: 'Switched off or paused' }).waitFor();
});

test('the customer with the review before them confirms nothing, and reads why and what is left', async () => {
	await customer.press('main form button');
	expect(await said(customer)).toContain('We have stopped this choice for now, for everybody.');
	expect(await customer.page.locator('button.pick b').allInnerTexts()).not.toContain('Pay it now');
	expect(await customer.page.locator('button.pick').count()).toBeGreaterThan(0);
	const open = await fleet.db.selectFrom('submissions').select('id').execute();
	expect(open).toEqual([]);
});

test('whoever asks for it to be on again does not say yes to it; another person does', async () => {
	const { page } = operations;
	await page.goto(SWITCHES);
	const off = page.getByRole('region', { name: 'Pay it now, off' });
	await off.getByRole('textbox').fill('The amounts are right again');
	await off.getByRole('button', { name: 'Ask for it' }).click();
	await off.getByText('Another person who may publish says yes or no.').waitFor();
	expect(await off.getByRole('button').count()).toBe(0);
	await approver.page.goto(SWITCHES);
	await approver.page.getByRole('button', { name: 'Switch on' }).click();
	await approver.page.getByRole('heading', { name: 'On again' }).waitFor();
	expect(await said(approver)).toContain('The amounts are right again');
	expect([...operations.complaints, ...approver.complaints]).toEqual([]);
});

test('and the customer finishes on the same page', async () => {
	await customer.page.reload();
	await choose(customer, 'pay-now');
	await customer.press('main form button');
	await receipt(customer, 'booked');
	expect(customer.complaints).toEqual([]);
});
