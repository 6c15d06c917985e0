import { type RawBuilder, sql } from 'kysely';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../src/lib/domain/staff/permissions.ts';
import { launchBrowser } from '../support/browser.ts';
import { enterOn, tabTo, typeInto } from '../support/keyboard.ts';
import { bookedInSilence, runOutOfTries } from '../support/lost-writeback.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { passTime } from '../support/time.ts';
import { choose, enter, invite, newTapper, receipt, type Tapper } from '../support/tapper.ts';

// One day, one story: each test goes on where the one before it ended.

const WORKFLOW = 'collections-plan';
const PLAN = 'Pay in 3 or 6 instalments';
const DESK = { width: 1440, height: 900 };

let fleet: Fleet;
let browser: Browser;
let operations: Tapper;
let approver: Tapper;
/** Who has not kept two promises, on a phone without scripts. */
let first: Customer;
/** Who pays while the core books and says nothing. */
let payer: Customer;

interface Customer {
	tapper: Tapper;
	/** As the core knows them. */
	customer: string;
	link: string;
	id: string;
}

beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

/** Somebody who owes 1,401.75 EUR and has broken two promises to pay, in front of the choice. */
async function newCustomer(): Promise<Customer> {
	const change = { account: { balance: 140_175, brokenPromises: 2, planAllowed: true } };
	const customer = await newPerson(fleet.core, change, 'C-1025');
	const { link, id } = await invite(fleet, { workflow: WORKFLOW, customer });
	const tapper = await newTapper(browser, { javaScriptEnabled: false });
	await enter(fleet, tapper, customer, link);
	return { tapper, customer, link, id };
}

const said = ({ page }: Tapper) => page.locator('main').innerText();
const offered = ({ page }: Tapper) => page.locator('button.pick b').allInnerTexts();

async function signedIn(name: string, role: Role, teams: string[] = []): Promise<Tapper> {
	const { secret } = await addStaffMember(fleet.parts, { name, roles: [role], teams });
	const tapper = await newTapper(browser, { viewport: DESK });
	await tapper.context.addCookies([{ name: 'staff', value: secret, url: fleet.origin }]);
	return tapper;
}

/** Follows what is done once the desk says that it is. */
const told = (page: Page, text: string) => page.getByRole('status').getByText(text).waitFor();

test('a customer without a script reads why there is no plan for them, and asks a person', async () => {
	first = await newCustomer();
	const { tapper } = first;
	expect(await offered(tapper)).not.toContain(PLAN);
	await tapper.page.locator('summary', { hasText: 'Not possible now, and why' }).click();
	expect(await said(tapper)).toContain('Several dates you gave us have already passed');
	await tapper.press('footer a[href$="#person"], main a[href$="#person"]');
	await tapper.page.check('#person [name=sure]');
	await tapper.press('form[action="?/person"] button');
	expect(await said(tapper)).toMatch(/A person/);
});

test('an agent takes it by keyboard alone, reads why no rule fits, and grants the plan', async () => {
	const ana = await addStaffMember(fleet.parts, { name: 'Ana Agent', teams: ['arrangements'] });
	const tapper = await newTapper(browser, { viewport: DESK });
	const { page } = tapper;
	await page.goto(`${fleet.origin}/desk`);
	await signInByKeyboard(page, ana);
	await page.keyboard.press('j');
	expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('No action fits');
	await page.keyboard.press('n');
	await page.waitForURL(/\/desk\/cases\//);
	await told(page, 'It is yours now.');
	expect(page.url()).toContain(first.id);
	const why = await page.getByRole('region', { name: 'Why no rule fits' }).innerText();
	expect(why).toMatch(/Pay in 3 or 6 instalments\s+not offered/);
	expect(why).toMatch(
		/does not hold\s+Fewer than two promises were not kept \(Promises not kept: 2\)/
	);

	await page.keyboard.press('e');
	const grant = page.locator('details[data-act=grant]');
	await grant.locator('form').waitFor();
	// What the customer will read stands there before anything is pressed.
	expect(await grant.innerText()).toContain('The customer is told');
	await typeInto(page, '[data-act=grant] [name=why]', 'Two payments crossed our letters');
	await enterOn(page, '[data-act=grant] button');
	await told(page, 'Granted. The customer finds it on the link.');
	expect(
		await page.getByRole('region', { name: 'What the customer sees now' }).innerText()
	).toContain(PLAN);
	await page.keyboard.press('g');
	await page.keyboard.press('d');
	await page.getByText('No exception of your teams waits to be taken.').waitFor();
	expect(tapper.complaints).toEqual([]);
	await tapper.context.close();
});

/** From the page that asks who it is, to the desk and its keys. */
async function signInByKeyboard(page: Page, { email, password }: StaffMember): Promise<void> {
	await typeInto(page, '[name=email]', email);
	await typeInto(page, '[name=password]', password);
	// The live list is opened by the same script that listens to keys.
	const alive = page.waitForRequest(/\/desk\/events$/);
	await page.keyboard.press('Enter');
	await page.waitForURL(`${fleet.origin}/desk`);
	await alive;
	await tabTo(page, 'a[href="/desk"]');
}

test('operations let three broken promises pass in a row of the table, and propose it', async () => {
	operations = await signedIn('Olga Operations', 'operations', ['operations']);
	const { page } = operations;
	await page.goto(`${fleet.origin}/console/workflows/${WORKFLOW}/clauses`);
	const action = page.locator('section#plan');
	const row = action.locator('tbody tr', { hasText: 'Fewer than two promises' });
	const form = row.locator('xpath=following-sibling::tr[1]');
	await form.locator('summary').click();
	await form.getByLabel('What it demands').fill('Fewer than three promises were not kept');
	await form.getByLabel('Value 1').fill('three');
	await form.getByRole('button', { name: 'Save clause' }).click();
	await page.getByRole('alert').getByText('does not fit its fact').waitFor();
	// What was typed is still there, to be corrected.
	expect(await form.getByLabel('What it demands').inputValue()).toContain('three');
	await form.getByLabel('Value 1').fill('3');
	await form.getByRole('button', { name: 'Save clause' }).click();
	await page.waitForURL(/#plan$/);
	expect(await action.innerText()).toContain('Promises not kept < 3');

	await page.getByLabel('Why').fill('Agents grant it every time');
	await page.getByRole('button', { name: 'Propose' }).click();
	await page.waitForURL(/\/proposals\//);
	expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
});

test('until somebody else approves, the next customer reads the same no', async () => {
	const next = await newCustomer();
	expect(await offered(next.tapper)).not.toContain(PLAN);
	await next.tapper.context.close();
});

test('an approver reads the difference in words and publishes it', async () => {
	approver = await signedIn('Anton Approver', 'approver');
	const { page } = approver;
	await page.goto(`${fleet.origin}/console/workflows`);
	await page.getByRole('link', { name: 'waits for approval' }).click();
	await page.waitForURL(/\/proposals\//);
	const shown = await said(approver);
	expect(shown).toContain('of “Pay in 3 or 6 instalments”');
	expect(shown).toMatch(/facts\.broken_promises < 2[\s\S]*facts\.broken_promises < 3/);
	await page.getByRole('button', { name: 'Approve and publish' }).click();
	await page.getByText(/Published as version 2/).waitFor();
});

test('the next customer sees the difference, and an open case keeps its version', async () => {
	payer = await newCustomer();
	expect(await offered(payer.tapper)).toContain(PLAN);
	const versions = await fleet.db.selectFrom('cases').select(['id', 'version']).execute();
	expect(versions.find(({ id }) => id === first.id)?.version).toBe(1);
	expect(versions.find(({ id }) => id === payer.id)?.version).toBe(2);
});

test('the first customer finishes on the same link and reads booked', async () => {
	const { tapper, customer, link } = first;
	// The gap between two codes.
	await passTime(fleet, 130);
	await enter(fleet, tapper, customer, link);
	expect(await said(tapper)).toContain('made something possible');
	expect(await offered(tapper)).toContain(PLAN);
	await choose(tapper, 'plan', { instalments: '3' });
	expect(await said(tapper)).toContain('467.25');
	await tapper.press('main form button');
	await receipt(tapper, 'booked');
	expect(await said(tapper)).toContain('Your plan is set');
});

test('what the core booked in silence is settled by two people, and the link says so', async () => {
	const { tapper, customer, id } = payer;
	await fleet.core.faults([bookedInSilence(customer)]);
	await choose(tapper, 'pay-all');
	await tapper.press('main form button');
	await runOutOfTries(fleet, id);

	const { page } = operations;
	await page.goto(`${fleet.origin}/desk?queue=system`);
	await page.locator('main tbody a').first().click();
	await page.waitForURL(/\/incidents\//);
	await page.locator(`a[href="/desk/cases/${id}"]`).click();
	// The page of the cause has an act of that name, too.
	await page.waitForURL(`**/desk/cases/${id}`);
	await page.locator('[data-act=propose] summary').click();
	await page.getByLabel('It was applied there').check();
	await page.getByLabel('Its reference there').fill('PAY-4711');
	await page.getByRole('textbox', { name: 'How you know' }).fill('looked it up in the core');
	await page.getByRole('button', { name: 'Propose' }).click();
	await told(page, 'Proposed. A second person decides.');
	expect(await page.locator('details[data-act=settle]').count()).toBe(0);

	await approver.page.goto(`${fleet.origin}/desk?queue=system&tab=waiting`);
	await approver.page.locator(`a[href="/desk/cases/${id}"]`).click();
	await approver.page.locator('[data-act=settle] summary').click();
	await approver.page.getByLabel('Approve').check();
	await approver.page.getByRole('button', { name: 'Decide' }).click();
	await told(approver.page, 'Decided on the proposal.');
	await receipt(tapper, 'booked');
	expect(await said(tapper)).toContain('PAY-4711');
	expect(await fleet.core.effects(customer)).toHaveLength(1);
});

/** Distinct cases with an event like this: nothing but the events is asked. */
async function cases(like: RawBuilder<unknown>): Promise<number> {
	const { rows } = await sql<{ n: number }>`
		select count(distinct case_id)::int as n from case_events where ${like}`.execute(fleet.db);
	return rows[0]!.n;
}
const withType = (type: string) => cases(sql`type = ${type}`);

/** Lines of one of the CSV files, as far as its first columns go. */
async function csv({ page }: Tapper, name: string, columns: number): Promise<string[][]> {
	const link = page.getByRole('link', { name: `${name} as CSV` });
	const file = await page.request.get(`${fleet.origin}${await link.getAttribute('href')}`);
	expect(file.headers()['content-type']).toContain('text/csv');
	const [, ...lines] = (await file.text()).trim().split('\r\n');
	return lines.map((line) => line.split(',').slice(0, columns));
}

test('at the end of the day the figures are those of plain SQL over the events', async () => {
	const steps = {
		opened: await withType('case-opened'),
		sent: await withType('message-accepted'),
		delivered: await withType('message-reported'),
		visited: await withType('visit-started'),
		verified: await withType('challenge-passed'),
		chosen: await withType('action-chosen'),
		submitted: await withType('submission-received'),
		booked: await withType('submission-booked'),
		resolved: await withType('case-resolved')
	};
	expect(steps).toEqual({
		opened: 3,
		sent: 3,
		// The phone tells nothing afterwards.
		delivered: 0,
		visited: 3,
		verified: 3,
		chosen: 2,
		submitted: 2,
		booked: 2,
		resolved: 1
	});
	const { page } = operations;
	await page.goto(`${fleet.origin}/console/figures?workflow=${WORKFLOW}`);
	expect(await csv(operations, 'Funnel', 3)).toEqual(
		Object.entries(steps).map(([step, count]) => [WORKFLOW, step, String(count)])
	);
	const funnel = page.locator('section', { hasText: WORKFLOW });
	expect(await funnel.locator('tbody tr td:nth-child(2)').allInnerTexts()).toEqual(
		Object.values(steps).map(String)
	);

	const left = (at: string) => cases(sql`type = 'path-left' and data->>'breakpoint' = ${at}`);
	for (const [at, count] of await csv(operations, 'Breakpoints', 2))
		expect([at, count]).toEqual([at, String(await left(at ?? ''))]);
	expect([await left('eligibility'), await left('writeback')]).toEqual([1, 1]);

	const { rows: raised } = await sql<{ cells: string[] }>`
		select array[${WORKFLOW}, data->>'exceptionType', data->>'class', data->>'owner', count(*)::text,
			(count(*) - count(closed.case_id))::text] as cells
		from case_events raised
		left join lateral (select case_id from case_events closed where closed.type = 'exception-closed'
			and closed.case_id = raised.case_id
			and closed.data->>'exception' = raised.data->>'exception') closed on true
		where type = 'exception-raised' group by data->>'exceptionType', data->>'class', data->>'owner'`.execute(
		fleet.db
	);
	const exceptions = await csv(operations, 'Exceptions', 6);
	expect(exceptions.sort()).toEqual(raised.map(({ cells }) => cells).sort());
	expect(exceptions.map(([, , , owner]) => owner).sort()).toEqual(['arrangements', 'operations']);
	expect([...operations.complaints, ...approver.complaints]).toEqual([]);
});
