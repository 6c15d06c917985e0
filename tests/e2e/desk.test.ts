import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/customer.ts';
import { takeSeat } from '../support/desk-browser.ts';
import { askedForPerson } from '../support/desk.ts';
import { enterOn } from '../support/keyboard.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { violations } from './inspect.ts';
import { BEHIND_PROXY, enter, invite, newTapper } from '../support/tapper.ts';

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
	// What the customer told counts by one press, without being typed again.
	const take = page.locator('details[data-act=take-answer]');
	await take.locator('summary').click();
	expect(await take.textContent()).toContain('told by customer');
	expect(await take.locator('textarea').inputValue()).toBe('Told by the customer on the link.');
	await take.locator('button').click();
	await page.getByText('Taken over.').waitFor();
	expect(await take.count()).toBe(0);
	expect(await page.textContent('section[aria-labelledby=facts]')).toContain('told by customer');
	await close();
	await tapper.context.close();
});

test('the list is live: what is raised appears by itself, and a claim of a colleague does', async () => {
	const ben = await addStaffMember(fleet.parts, { teams: ['record-care'], name: 'Ben Agent' });
	const { page, close, complaints } = await takeSeat(browser, fleet.origin, ben);
	await page.goto(`${fleet.origin}/desk`);
	await page.getByText('Nothing here').waitFor();
	const customer = await newPerson(fleet.core, {}, 'C-1047');
	// At once: the page is the first that this process has to tell anything.
	await askedForPerson(fleet, customer, 'address-update');
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
	expect(complaints).toEqual([]);
	await close();
});

/** Lets a test see the streams of a page. */
const listenIn = (page: Page) =>
	page.addInitScript(() => {
		const streams: EventSource[] = [];
		Object.assign(globalThis, { streams });
		globalThis.EventSource = class extends EventSource {
			constructor(url: string | URL) {
				super(url);
				streams.push(this);
			}
		};
	});

/** The script has taken the page over: it listens to what changes. */
const isLive = (page: Page) =>
	page.waitForFunction(() => (globalThis as unknown as { streams: [] }).streams.length > 0);

test('what was opened before the script was there stays open when it comes', async () => {
	const { caseId } = await askedForPerson(fleet, await newPerson(fleet.core), 'collections-plan');
	const { page, close } = await takeSeat(browser, fleet.origin, ana);
	await listenIn(page);
	const scripts = Promise.withResolvers<void>();
	await page.route('**/_app/**/*.js', async (route) => {
		await scripts.promise;
		await route.continue();
	});
	await page.goto(`${fleet.origin}/desk/cases/${caseId}`, { waitUntil: 'commit' });
	const act = page.locator('details[data-act]').first();
	await act.locator('summary').click();
	scripts.resolve();
	await isLive(page);
	expect(await act.getAttribute('open')).not.toBeNull();
	await close();
});

test('a press is not lost when the list is told to refresh before the page has come', async () => {
	const { caseId } = await askedForPerson(fleet, await newPerson(fleet.core), 'collections-plan');
	const { page, close } = await takeSeat(browser, fleet.origin, ana);
	await listenIn(page);
	await page.goto(`${fleet.origin}/desk`);
	await isLive(page);
	// The case comes only after the list was told that the queues have changed.
	const asked = Promise.withResolvers<void>();
	const told = Promise.withResolvers<void>();
	await page.route(`**/desk/cases/${caseId}/__data.json*`, async (route) => {
		asked.resolve();
		await told.promise;
		await route.continue();
	});
	await page.locator(`a[href^="/desk/cases/${caseId}"]`).first().click();
	await asked.promise;
	await page.evaluate(() => {
		const { streams } = globalThis as unknown as { streams: EventSource[] };
		for (const stream of streams) stream.dispatchEvent(new Event('changed'));
	});
	told.resolve();
	await page.waitForURL(`**/desk/cases/${caseId}*`);
	await close();
});

test('by keyboard an agent who made sure who it is opens codes again, and the customer goes on', async () => {
	const customer = await newPerson(fleet.core);
	const { caseId, exception } = await askedForPerson(fleet, customer, 'failed-payment');
	const customer_hash = fleet.vault.hash('customer', customer);
	const ended = {
		customer_hash,
		factor: 'code',
		consecutive: 50,
		disabled_at: new Date()
	} as const;
	await fleet.db
		.insertInto('factors')
		.values(ended)
		.onConflict((conflict) => conflict.columns(['customer_hash', 'factor']).doUpdateSet(ended))
		.execute();
	await fleet.db
		.updateTable('exceptions')
		.set({ type: 'identity-not-proven', owner: 'service-desk' })
		.where('id', '=', exception)
		.execute();
	const sia = await addStaffMember(fleet.parts, { teams: ['service-desk'], name: 'Sia Service' });
	const { page, close, complaints } = await takeSeat(browser, fleet.origin, sia);
	await page.goto(`${fleet.origin}/desk/cases/${caseId}`);
	const open = () =>
		eventually(async () => {
			await page.keyboard.press('i');
			return page.locator('[data-act=identify] textarea').isVisible();
		});
	await open();
	expect(await page.textContent('[data-act=identify]')).toContain(
		'Codes were ended by too many failures, and work again for this customer in all of their cases'
	);
	expect(await violations(page)).toEqual([]);
	await page.reload();
	await open();
	await page.keyboard.type('Called the number on file');
	await enterOn(page, '[data-act=identify] button');
	await page.waitForURL(/done=identify/);
	await page.getByText('The customer can prove who they are again.').waitFor();
	expect(await page.textContent('main')).toContain('identify customer');
	const { disabled_at } = await fleet.db
		.selectFrom('factors')
		.select('disabled_at')
		.where('customer_hash', '=', customer_hash)
		.executeTakeFirstOrThrow();
	expect(disabled_at).toBeNull();
	expect(complaints).toEqual([]);
	await close();
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
	expect(complaints).toEqual([]);
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
