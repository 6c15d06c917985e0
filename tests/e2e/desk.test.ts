import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/customer.ts';
import { staffFaults, takeSeat, tooWide } from '../support/desk-browser.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import {
	BEHIND_PROXY,
	choose,
	dateIn,
	enter,
	invite,
	newTapper,
	receipt
} from '../support/tapper.ts';

let fleet: Fleet;
let browser: Browser;
let ana: StaffMember;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([
		startFleet({ browser: true, env: BEHIND_PROXY }),
		launchBrowser()
	]);
	ana = await addStaffMember(fleet.parts, { teams: ['arrangements', 'payment-desk'] });
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

/** With a folder given, what the tests see is kept there as pictures, to be looked at. */
async function shoot(page: Page, name: string): Promise<void> {
	const folder = process.env.TAPDONE_PICTURES;
	if (!folder) return;
	mkdirSync(folder, { recursive: true });
	for (const [size, viewport] of Object.entries({
		wide: { width: 1440, height: 900 },
		phone: { width: 390, height: 844 }
	}))
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.setViewportSize(viewport);
			await page.emulateMedia({ colorScheme });
			const path = join(folder, `${name}-${size}-${colorScheme}.png`);
			await page.screenshot({ path, fullPage: true });
		}
	await page.emulateMedia({ colorScheme: null });
	await page.setViewportSize({ width: 1440, height: 900 });
}

const ready = (page: Page) => page.locator('main').waitFor();
/** A key that leads to another page; pressed again until the page listens to its keys. */
async function key(page: Page, name: string, leadsTo: RegExp): Promise<void> {
	await eventually(async () => {
		await page.keyboard.press(name);
		return page.waitForURL(leadsTo, { timeout: 2_000 }).then(
			() => true,
			() => false
		);
	});
}

test('a customer without JavaScript asks a person; an agent by keyboard alone grants; it is booked on the same link', async () => {
	const like = 'C-1025';
	const customer = await newPerson(fleet.core, { account: { brokenPromises: 2 } }, like);
	const tapper = await newTapper(browser, { javaScriptEnabled: false });
	const { link, id } = await invite(fleet, { workflow: 'collections-plan', customer });
	const visit = await enter(fleet, tapper, customer, link);
	await tapper.page.goto(`${visit}/help`);
	await tapper.page.locator('form[action="?/person"] input[name=sure]').check();
	await tapper.press('form[action="?/person"] button');
	await tapper.page.goto(visit);
	expect(await tapper.page.textContent('main')).toMatch(/a colleague looks at it/i);

	const { page, complaints, close } = await takeSeat(browser, fleet.origin, ana);
	await page.goto(`${fleet.origin}/desk`);
	await ready(page);
	expect(await page.textContent('main')).toContain('No action fits');
	await shoot(page, 'queue');
	await page.keyboard.press('j');
	expect(await page.evaluate(() => document.activeElement?.textContent)).toContain(
		'No action fits'
	);
	await key(page, 'Enter', new RegExp(`/desk/cases/${id}`));
	await page.getByRole('button', { name: /Claim/ }).waitFor();
	await shoot(page, 'case');
	await key(page, 'c', /done=claim/);
	await page.getByText('You work on it').waitFor();
	await page.keyboard.press('e');
	const grant = page.locator('details[data-act=grant]');
	expect(await grant.getAttribute('open')).not.toBeNull();
	expect(await grant.textContent()).toContain('The customer is told');
	await page.keyboard.press('Space');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab');
	expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('min.first');
	await page.keyboard.press('Tab');
	while ((await page.evaluate(() => document.activeElement?.getAttribute('name'))) !== 'why')
		await page.keyboard.press('Tab');
	await page.keyboard.type('spoke with her: the promises were ours to keep');
	await shoot(page, 'grant');
	await page.locator('details[data-act=grant] textarea').focus();
	await page.keyboard.press('Tab');
	await key(page, 'Enter', /done=grant/);
	await page.getByText('Granted.').waitFor();
	await shoot(page, 'granted');
	expect(await staffFaults(page)).toEqual([]);
	expect(complaints).toEqual([]);
	await close();

	await tapper.page.goto(visit);
	expect(await tapper.page.textContent('main')).toContain(
		'A colleague has made something possible'
	);
	await choose(tapper, 'plan', { instalments: '3', first: dateIn(10) });
	await tapper.press('main form button');
	await receipt(tapper, 'booked');
	expect((await fleet.core.effects(customer)).map(({ kind }) => kind)).toEqual(['plan']);
	expect(tapper.complaints).toEqual([]);
	await tapper.context.close();
});

test('one question is asked and answered without JavaScript, and what was refused stays typed', async () => {
	const customer = await newPerson(fleet.core, {}, 'C-1026');
	const tapper = await newTapper(browser, { javaScriptEnabled: false });
	const { link, id } = await invite(fleet, { workflow: 'collections-plan', customer });
	const visit = await enter(fleet, tapper, customer, link);
	await tapper.page.goto(`${visit}/help`);
	await tapper.page.locator('form[action="?/person"] input[name=sure]').check();
	await tapper.press('form[action="?/person"] button');

	// The desk works without a script, too.
	const { page, close } = await takeSeat(browser, fleet.origin, ana, { javaScriptEnabled: false });
	await page.goto(`${fleet.origin}/desk/cases/${id}`);
	const form = page.locator('details[data-act=ask]');
	await form.locator('summary').click();
	await form.locator('select').selectOption('overdue_days');
	await form.locator('textarea').fill('For how long has it been open, do you think?');
	await form.locator('button').click();
	await page.getByText('Asked. It comes back').waitFor();

	await tapper.page.goto(visit);
	await tapper.press('main a[href$="/question"]');
	expect(await tapper.page.textContent('main')).toContain('For how long has it been open');
	expect(await tapper.bytes()).toBeLessThanOrEqual(14_600);
	await tapper.page.fill('main [name=overdue_days]', 'many');
	await tapper.press('main form button');
	expect(await tapper.page.inputValue('main [name=overdue_days]')).toBe('many');
	expect(await tapper.page.textContent('main')).toContain('Please enter a whole number');
	await tapper.page.fill('main [name=overdue_days]', '12');
	await tapper.press('main form button');
	expect(await tapper.page.textContent('main')).toContain('Your answer has arrived');
	await page.goto(`${fleet.origin}/desk/cases/${id}`);
	expect(await page.textContent('main')).toContain('Answer: 12');
	await close();
	await tapper.context.close();
});

test('the list is live: what is raised appears by itself, and a claim of a colleague does', async () => {
	const ben = await addStaffMember(fleet.parts, { teams: ['record-care'], name: 'Ben Agent' });
	const { page, close, complaints } = await takeSeat(browser, fleet.origin, ben);
	await page.goto(`${fleet.origin}/desk`);
	await page.getByText('Nothing here').waitFor();
	const customer = await newPerson(fleet.core, {}, 'C-1047');
	const tapper = await newTapper(browser, { javaScriptEnabled: false });
	const { link } = await invite(fleet, { workflow: 'address-update', customer });
	const visit = await enter(fleet, tapper, customer, link);
	await tapper.page.goto(`${visit}/help`);
	await tapper.page.locator('form[action="?/person"] input[name=sure]').check();
	await tapper.press('form[action="?/person"] button');
	await page.getByRole('link', { name: 'No action fits' }).waitFor();
	await key(page, 'n', /done=claim/);
	expect(await page.textContent('main')).toContain('You work on it');
	// Back on the list it is with the reader, and nobody else is told of it.
	await page.goto(`${fleet.origin}/desk?tab=mine`);
	expect(await page.textContent('main')).toContain('With you');
	await page.fill('#customer', customer);
	await page.keyboard.press('Enter');
	await page.getByText('Cases of this customer').waitFor();
	expect(page.url()).not.toContain(customer);
	await shoot(page, 'found');
	expect(await staffFaults(page)).toEqual([]);
	expect(await tooWide(page)).toEqual([]);
	expect(complaints).toEqual([]);
	await close();
	await tapper.context.close();
});

/** What customers may have typed, and systems of record may hold. */
const HOSTILE = [
	'<script>document.title="owned"</script>',
	'"><img src=x onerror=document.title="owned">',
	"javascript:document.title='owned'",
	'{{constructor.constructor("document.title=1")()}}',
	'</textarea><svg onload=document.title="owned">',
	'abc\u202egnp.exe\u2066x\u2069\u200b'
].join(' ');

test('H1 H11: hostile text in every field is text, shown with its marks, and the policy has nothing to report', async () => {
	const customer = await newPerson(
		fleet.core,
		{
			name: HOSTILE.slice(0, 110),
			address: { street: HOSTILE.slice(0, 110), postcode: '\u202e12', city: 'X' }
		},
		'C-1048'
	);
	const tapper = await newTapper(browser, { javaScriptEnabled: false });
	const { link, id } = await invite(fleet, { workflow: 'address-update', customer });
	const visit = await enter(fleet, tapper, customer, link);
	await tapper.page.goto(`${visit}/help`);
	await tapper.page.locator('form[action="?/person"] input[name=sure]').check();
	await tapper.press('form[action="?/person"] button');
	const care = await addStaffMember(fleet.parts, {
		teams: ['record-care'],
		name: '<b>Eve</b>\u202e'
	});
	const { page, complaints, close } = await takeSeat(browser, fleet.origin, care);
	await page.goto(`${fleet.origin}/desk`);
	await page.getByRole('link', { name: 'No action fits' }).first().waitFor();
	await page.goto(`${fleet.origin}/desk/cases/${id}`);
	await key(page, 'c', /done=claim/);
	await page.getByText('You work on it').waitFor();
	const note = page.locator('details[data-act=note]');
	await note.locator('summary').click();
	await note.locator('textarea').fill(HOSTILE);
	await note.locator('button').click();
	await page.getByText('Noted.').waitFor();
	for (const field of ['fact:name', 'fact:street', 'fact:postcode']) {
		await page.locator(`form:has(input[value="${field}"]) button`).click();
		await page.getByText('(on record)').waitFor();
		const shown = await page.textContent('main');
		if (field === 'fact:postcode') expect(shown).toContain('⟨U+202E⟩12');
		else expect(shown).toContain('<script>');
		await page.reload();
		expect(await page.textContent('main')).not.toContain('(on record)');
	}
	const text = (await page.textContent('main')) ?? '';
	expect(text).toContain('⟨U+202E⟩gnp.exe⟨U+2066⟩x⟨U+2069⟩⟨U+200B⟩');
	expect(text.replaceAll(/\n|\t/g, '')).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
	expect(await page.title()).not.toContain('owned');
	expect(await page.locator('main svg, main img, main script').count()).toBe(0);
	await shoot(page, 'hostile');
	expect(complaints).toEqual([]);
	expect(await staffFaults(page)).toEqual([]);
	expect(await tooWide(page)).toEqual([]);
	await close();
	await tapper.context.close();
});

test('E4: looking on at a live list keeps nobody signed in, and the stream ends with the session', async () => {
	const cora = await addStaffMember(fleet.parts, { teams: ['record-care'] });
	const { principal } = cora;
	const seen = async () =>
		(
			await fleet.db
				.selectFrom('staff_sessions')
				.select('seen_at')
				.where('id', '=', principal.session)
				.executeTakeFirstOrThrow()
		).seen_at;
	const before = await seen();
	const answer = await fetch(`${fleet.servers[0]!.url}/desk/events`, {
		headers: { cookie: `staff=${cora.secret}` }
	});
	expect(answer.headers.get('content-type')).toBe('text/event-stream');
	const reader = answer.body!.getReader();
	const first = new TextDecoder().decode((await reader.read()).value);
	expect(first).toContain('retry:');
	await fleet.db
		.updateTable('staff_sessions')
		.set({ ended_at: new Date() })
		.where('id', '=', principal.session)
		.execute();
	await eventually(async () => (await reader.read()).done);
	expect(await seen()).toEqual(before);
});
