import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { openCase } from '../support/open-case.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';

let fleet: Fleet;
let browser: Browser;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

/** What the browser complained of: scripts that failed, policies that were broken. */
const loud: string[] = [];

async function signedIn({ secret }: StaffMember, javaScriptEnabled: boolean): Promise<Page> {
	const context = await browser.newContext({ javaScriptEnabled, baseURL: fleet.origin });
	await context.addCookies([{ name: 'staff', value: secret, url: fleet.origin }]);
	const page = await context.newPage();
	page.on('console', (message) => {
		// What was refused is said to the browser as well.
		if (message.type() === 'error' && !/\b409\b/.test(message.text())) loud.push(message.text());
	});
	page.on('pageerror', ({ message }) => loud.push(message));
	await page.goto('/console/erasures');
	return page;
}

test.each([true, false])(
	'one asks, somebody else types the person anew and erases; with JavaScript: %s',
	async (javaScriptEnabled) => {
		const customer = javaScriptEnabled ? 'C-1001' : 'C-1002';
		const id = await openCase(fleet, { workflow: 'failed-payment', customer });
		const asks = await addStaffMember(fleet.parts, {
			roles: ['administrator', 'approver'],
			name: 'Ada Asks'
		});
		const decides = await addStaffMember(fleet.parts, { roles: ['approver'], name: 'Dan Decides' });

		const page = await signedIn(asks, javaScriptEnabled);
		await page.getByLabel('Customer').fill('C-nobody');
		await page.getByLabel('Reason').fill('letter of 12 March');
		await page.getByRole('button', { name: 'Ask for it' }).click();
		await page.getByRole('alert').getByText('No case has this reference').waitFor();
		await page.getByLabel('Customer').fill(customer);
		await page.getByLabel('Reason').fill('letter of 12 March');
		await page.getByRole('button', { name: 'Ask for it' }).click();
		await page.getByText('A second person decides.').waitFor();
		expect(await page.getByRole('button', { name: 'Erase this person' }).count()).toBe(0);

		const other = await signedIn(decides, javaScriptEnabled);
		expect(await other.getByRole('button', { name: 'Ask for it' }).count()).toBe(0);
		await other.getByLabel('Type the reference again').fill('C-1010');
		await other.getByRole('button', { name: 'Erase this person' }).click();
		await other.getByText('This is not the reference').waitFor();
		await other.getByLabel('Type the reference again').fill(customer);
		await other.getByRole('button', { name: 'Erase this person' }).click();
		await other.getByText('The receipt stands in the list.').waitFor();
		const row = await fleet.db
			.selectFrom('cases')
			.select('key')
			.where('id', '=', id)
			.executeTakeFirstOrThrow();
		expect(row.key).toBe('destroyed');
		for (const one of [page, other]) await one.context().close();
		expect(loud).toEqual([]);
	}
);
