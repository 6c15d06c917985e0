import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROLES } from '../../src/lib/domain/staff/permissions.ts';
import { raiseAlert } from '../../src/lib/server/db/alerts.ts';
import { publishWorkflow } from '../../src/lib/server/flows/publish-workflow.ts';
import { saveWorkflowDraft } from '../../src/lib/server/flows/save-workflow-draft.ts';
import { launchBrowser } from '../support/browser.ts';
import { type Seat, takeSeat } from '../support/desk-browser.ts';
import { openCase } from '../support/open-case.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';

/** What anybody may have typed: customers, systems of record, colleagues, whoever writes a workflow. */
const HOSTILE = [
	'<script>document.title="owned"</script>',
	'"><img src=x onerror=document.title="owned">',
	'</textarea></title></style><svg onload=document.title="owned">',
	'{@html 1}{{constructor.constructor("document.title=1")()}}'
].join(' ');
const BIDI = '\u202e\u2066\u200b';
const key = 'hostile-words';
const WITH_CASE = 'C-1030';

let fleet: Fleet;
let browser: Browser;
let eve: StaffMember;
let seat: Seat;
let customer: string;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
	const name = `<b>Eve</b>"'><img src=x onerror=document.title="owned">${BIDI}`;
	eve = await addStaffMember(fleet.parts, { roles: [...ROLES], name });
	seat = await takeSeat(browser, fleet.origin, eve);
	customer = await newPerson(
		fleet.core,
		{
			name: HOSTILE.slice(0, 100) + BIDI,
			address: {
				street: HOSTILE.slice(40, 140),
				postcode: `${BIDI}1`,
				city: HOSTILE.slice(90, 190)
			}
		},
		'C-1010'
	);
	// Where a document has words, they are such; it is one that can be published.
	const source = readFileSync(
		join(import.meta.dirname, '../../workflows/address-update.yaml'),
		'utf8'
	)
		.replace('workflow: address-update', `workflow: ${key}`)
		.replace(/^title: .*/m, `title: '<img src=x onerror=document.title="owned"> & "co"'`)
		.replace(
			/^( {2,6}label:\n? *)(en: |)(.*)$/gm,
			(_, before: string, tag: string, words: string) =>
				tag ? `${before}${tag}'<img src=x onerror=document.title=1>'` : `${before}${words}`
		);
	const published = await publishWorkflow(fleet.parts, source, HOSTILE.slice(0, 60));
	if (!published.ok) throw new Error(JSON.stringify(published.detail));
	// Of the other one there is the record only: what it holds is read at each look.
	await openCase(fleet, { workflow: key, customer: WITH_CASE });
	await raiseAlert(fleet.db, 'contract', HOSTILE);
});
afterAll(async () => {
	await seat?.close();
	await browser?.close();
	await fleet?.close();
});

/** Nothing of it became a part of the page, and the policy had nothing to stop. */
async function expectText(page: Page, where: string): Promise<void> {
	expect(await page.title(), where).not.toMatch(/owned|^1$/);
	const made = 'main img, main script, main iframe[srcdoc], svg[onload], [onerror], [onload]';
	expect(await page.locator(made).count(), where).toBe(0);
	expect(seat.complaints, where).toEqual([]);
}

test('H1 H11: the console shows hostile words on every page as text, in fields, attributes and the frame', async () => {
	const { page } = seat;
	const go = async (path: string) => {
		await page.goto(`${fleet.origin}${path}`);
		await expectText(page, path);
		return (await page.textContent('body')) ?? '';
	};
	// A draft that nobody could publish, beside what was.
	await go(`/console/workflows/${key}/draft`);
	const hostile = `workflow: ${key}\ntitle: '${HOSTILE.replaceAll("'", "''")}'\n${HOSTILE}: 1\n`;
	const saved = await saveWorkflowDraft(fleet.parts, eve.principal, {
		key,
		revision: 0,
		source: hostile
	});
	expect(saved.ok).toBe(true);
	for (const path of ['', '/draft', '/clauses', '/difference', '/difference?from=0&to=1'])
		await go(`/console/workflows/${key}${path}`);
	expect(await go('/console/workflows')).toContain('<img src=x');
	for (const path of ['/console', '/console/figures', `/console/figures?workflow=${key}`])
		await go(path);
	expect(await go('/console/alerts')).toContain('<script>');
	const staff = await go('/console/staff');
	expect(staff).toContain('<b>Eve</b>');

	// Words of a colleague that stay on record.
	await page.goto(`${fleet.origin}/console/erasures`);
	await page.getByLabel('Customer').fill(WITH_CASE);
	await page.getByLabel('Reason').fill(HOSTILE.slice(0, 190));
	await page.getByRole('button', { name: 'Ask for it' }).click();
	await page.getByText('Asked for. A second person decides.').waitFor();
	await expectText(page, 'erasures');
	expect(await go('/console/erasures')).toContain('<script>');
	expect(await go('/console/audit')).toContain('<script>');

	// What they would get, with their values in the clear, and on the page in the frame.
	await page.goto(`${fleet.origin}/console/workflows/${key}/who?side=1`);
	await page.getByLabel('Customer').fill(customer);
	await page.getByRole('button', { name: 'Look' }).click();
	await page.locator('[id^="who-"]').first().waitFor();
	const shown = (await page.textContent('main')) ?? '';
	expect(shown).toContain('<script>');
	expect(shown).toContain('⟨U+202E⟩');
	await expectText(page, 'who');
	for (const button of ['Choose', 'Form', 'Review'])
		for (const press of await page.getByRole('button', { name: button }).all()) {
			await press.click();
			const frame = page.frameLocator('iframe[name=phone]');
			await frame.locator('[inert]').first().waitFor();
			expect(await frame.locator('img, script:not([nonce]), [onerror]').count()).toBe(0);
			await expectText(page, `who ${button}`);
		}
});
