import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginIncidentAct } from '../../src/lib/server/flows/begin-incident-act.ts';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/customer.ts';
import { takeSeat } from '../support/desk-browser.ts';
import { askedForPerson, incidentOf } from '../support/desk.ts';
import { got, submitted } from '../support/journey.ts';
import { enterOn, tabTo, typeInto } from '../support/keyboard.ts';
import { bookedInSilence, runOutOfTries } from '../support/lost-writeback.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember } from '../support/staff.ts';
import { violations } from './inspect.ts';

let fleet: Fleet;
let browser: Browser;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

/** A payment whose outcome nobody knows, and that nobody tries any more. */
async function lost(): Promise<{ caseId: string; customer: string }> {
	const customer = await newPerson(fleet.core);
	await fleet.core.faults([bookedInSilence(customer)]);
	const order = { workflow: 'failed-payment', customer, action: 'pay-now' };
	const { caseId } = await submitted(fleet, order);
	await runOutOfTries(fleet, caseId);
	await fleet.db.deleteFrom('connections').execute();
	return { caseId, customer };
}

test('by keyboard one claims and proposes for all of a cause, a second person approves, and all is booked', async () => {
	const payments = [await lost(), await lost(), await lost()];
	await fleet.core.faults([]);
	const olga = await addStaffMember(fleet.parts, { roles: ['operations'], teams: ['operations'] });
	const paul = await addStaffMember(fleet.parts, { roles: ['approver'] });
	const { page, complaints, close } = await takeSeat(browser, fleet.origin, olga);
	await page.goto(`${fleet.origin}/desk?queue=system`);
	await page.getByRole('button', { name: /^Keys/ }).waitFor();
	await eventually(async () => {
		await page.keyboard.press('j');
		await page.keyboard.press('o');
		return page.waitForURL(/\/incidents\//, { timeout: 2_000 }).then(
			() => true,
			() => false
		);
	});
	await page.getByText('stops 3 cases').waitFor();
	await page.keyboard.press('c');
	await page.getByText('Customers are told nothing.').waitFor();
	await page.keyboard.press('Enter');
	await page.getByText('3 of 3 done').waitFor();
	await page.keyboard.press('p');
	await page.getByText('Nothing happens until a second person approves.').waitFor();
	await page.keyboard.press('Space');
	await typeInto(page, '[data-act=propose] textarea', 'The report of the night names them');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await page.getByText('3 wait for a second person.').waitFor();
	// Their own proposal has no form for them.
	expect(await page.locator('[data-act=settle]').count()).toBe(0);

	const second = await takeSeat(browser, fleet.origin, paul);
	await second.page.goto(page.url().replace(/\?.*/, ''));
	await second.page.getByRole('button', { name: /^Keys/ }).waitFor();
	await eventually(async () => {
		await second.page.keyboard.press('p');
		return second.page.getByLabel('Approve all').isVisible();
	});
	expect(await second.page.textContent('[data-act=settle]')).toContain(
		'goes on reading that it is being booked'
	);
	await second.page.keyboard.press('Space');
	await enterOn(second.page, '[data-act=settle] button');
	await second.page.getByText('Approve all:').waitFor();
	await second.page.getByText('3 of 3 done').first().waitFor();
	for (const { caseId, customer } of payments) {
		const stage = fleet.db.selectFrom('cases').select('stage').where('id', '=', caseId);
		await eventually(async () => (await stage.executeTakeFirstOrThrow()).stage === 'resolved');
		expect(await fleet.core.effects(customer)).toHaveLength(1);
	}
	await page.getByText('stops nothing any more').waitFor();
	expect([...complaints, ...second.complaints]).toEqual([]);
	await second.close();
	await close();
});

test('what goes on as a job shows how far it is, and is stopped, without a script', async () => {
	const cases = [await lost(), await lost()];
	const olga = await addStaffMember(fleet.parts, { roles: ['operations'], teams: ['operations'] });
	const incident = await incidentOf(fleet, cases[0]!.caseId);
	const { act } = got(
		await beginIncidentAct(fleet.parts, olga.principal, incident, { act: 'claim' })
	);
	// Some node has it in its hands, and takes its time.
	await fleet.db
		.updateTable('incident_acts')
		.set({ lease_until: new Date(Date.now() + 3_600_000) })
		.where('id', '=', act)
		.execute();
	const { page, close } = await takeSeat(browser, fleet.origin, olga, {
		javaScriptEnabled: false
	});
	await page.goto(`${fleet.origin}/desk/incidents/${incident}`);
	expect(await page.getByRole('progressbar', { name: 'How far it is' }).count()).toBe(1);
	expect(await page.textContent('main')).toContain('0 of 2 done');
	expect(await page.locator('[data-act]').count()).toBe(0);
	await page.getByRole('button', { name: 'Stop it here' }).click();
	expect(await page.textContent('main')).toContain('Stopped. What was done stays done.');
	expect(await page.textContent('main')).toContain('0 of 2 done, 2 not come to.');
	await page.locator('[data-act=claim] summary').click();
	await page.locator('[data-act=claim] button').click();
	expect(await page.textContent('main')).toContain('2 of 2 done');
	await close();
	const seat = await takeSeat(browser, fleet.origin, olga);
	await seat.page.goto(`${fleet.origin}/desk/incidents/${incident}`);
	expect(await violations(seat.page)).toEqual([]);
	await seat.close();
});

test('a queue is filtered by keyboard and without a script; tabs, pages and the next one keep it', async () => {
	const ana = await addStaffMember(fleet.parts, { teams: ['arrangements', 'record-care'] });
	const plan = await askedForPerson(fleet, await newPerson(fleet.core));
	const moved = await askedForPerson(fleet, await newPerson(fleet.core), 'address-update');
	const { page, close } = await takeSeat(browser, fleet.origin, ana);
	await page.goto(`${fleet.origin}/desk`);
	const row = (id: string) => page.locator(`a[data-row][href="/desk/cases/${id}"]`);
	await row(plan.caseId).waitFor();
	await eventually(async () => {
		await page.keyboard.press('f');
		return page.evaluate(() => document.activeElement?.id === 'by-workflow');
	});
	const label = await page.locator('#by-workflow option[value=address-update]').textContent();
	await page.keyboard.type(label!.trim());
	await enterOn(page, '[aria-label=Filter] button');
	await page.waitForURL(/workflow=address-update/);
	await row(plan.caseId).waitFor({ state: 'detached' });
	expect(await row(moved.caseId).count()).toBe(1);
	// Out of the field, where keys are the page's again; what comes in meanwhile is filtered as well.
	await tabTo(page, 'a[data-row]');
	const later = await askedForPerson(fleet, await newPerson(fleet.core), 'address-update');
	await askedForPerson(fleet, await newPerson(fleet.core));
	await row(later.caseId).waitFor();
	expect(await page.locator('a[data-row]').count()).toBe(2);
	await page.keyboard.press('4');
	await page.waitForURL(/tab=breaching/);
	expect(page.url()).toContain('workflow=address-update');
	await page.keyboard.press('n');
	await page.waitForURL(/done=claim/);
	expect([moved.caseId, later.caseId].some((id) => page.url().includes(id))).toBe(true);
	await close();

	const plain = await takeSeat(browser, fleet.origin, ana, { javaScriptEnabled: false });
	await plain.page.goto(`${fleet.origin}/desk`);
	await plain.page.getByLabel('Workflow').selectOption('collections-plan');
	await plain.page.getByLabel('Type').selectOption('nothing-fits');
	await plain.page.getByRole('button', { name: 'Show', exact: true }).click();
	expect(plain.page.url()).toContain('type=nothing-fits');
	expect(await plain.page.locator(`a[href="/desk/cases/${plan.caseId}"]`).count()).toBe(1);
	expect(await plain.page.locator(`a[href="/desk/cases/${moved.caseId}"]`).count()).toBe(0);
	await plain.page.getByRole('link', { name: 'Show all' }).click();
	expect(plain.page.url()).not.toContain('workflow=');
	await plain.close();
});
