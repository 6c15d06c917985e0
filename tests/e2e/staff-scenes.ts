import { generateSync } from 'otplib/functional';
import type { Page } from 'playwright-core';
import { PASSWORD } from '../support/staff.ts';
import type { StaffStage, Who } from './staff-stage.ts';

type Look = (name: string) => Promise<void>;
/** Goes through somebody's pages, one after the other, and shows each under its name. */
type Scene = (page: Page, stage: StaffStage, look: Look) => Promise<void>;

/** Sends a form past the checks of the browser: the server's answer is what is looked at. */
async function refused(page: Page, form: string, button: string): Promise<void> {
	await page
		.locator(form)
		.first()
		.evaluate((element) => ((element as HTMLFormElement).noValidate = true));
	await page.locator(form).getByRole('button', { name: button }).first().click();
	await page.getByRole('alert').first().waitFor();
}

/** From an invitation to the desk, with an authenticator app. */
const newcomer: Scene = async (page, { invitation }, look) => {
	await page.goto('/sign-in?said=out');
	await look('sign-in');
	await page.getByLabel('E-mail').fill('ana@example.org');
	await page.getByLabel('Password').fill('not this one');
	await refused(page, 'main form', 'Sign in');
	await look('sign-in-wrong');

	await page.goto(invitation);
	await look('set-up');
	await page.getByLabel('New password').fill('short');
	await refused(page, 'main form', 'Set up');
	await look('set-up-wrong');
	const secret = await page.locator('[name=secret]').inputValue();
	await page.getByLabel('New password').fill(PASSWORD);
	await page.locator('[name=code]').fill(generateSync({ secret }));
	await page.getByRole('button', { name: 'Set up' }).click();
	await page.getByRole('heading', { name: 'Your account is ready' }).waitFor();
	await look('set-up-ready');

	await page.getByRole('link', { name: 'Sign in' }).click();
	await page.getByLabel('E-mail').fill('iris@example.org');
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.waitForURL(/\/sign-in\/code/);
	await page.getByLabel('Code', { exact: true }).fill('000000');
	await refused(page, 'main form', 'Go on');
	await look('sign-in-code');
};

const idle: Scene = async (page, _, look) => {
	await page.goto('/desk');
	await page.getByText('No exception of your teams waits').waitFor();
	await look('desk-empty');
	await page.goto('/desk/cases/019a0000-0000-7000-8000-000000000000');
	await look('not-there');
	await page.goto('/sign-in/again');
	await look('sign-in-again');
};

const agent: Scene = async (page, { cases, customer }, look) => {
	await page.goto('/desk');
	await page.keyboard.press('j');
	await look('desk');
	await page.goto('/desk?tab=mine');
	await page.getByLabel('Customer reference').fill(customer);
	await page.getByRole('button', { name: 'Find' }).click();
	await page.getByRole('heading', { name: 'Cases of this customer' }).waitFor();
	await look('desk-found');
	await page.goto('/desk?workflow=collections-plan&type=nothing-fits');
	await look('desk-filtered');
	await page.goto('/desk?tab=waiting');
	await look('desk-waiting');
	await page.goto(`/desk/cases/${cases.mine}`);
	await look('case');
	await page.locator('[data-act=grant] summary').click();
	await page.locator('[data-act=grant] [name=days]').fill('99');
	await refused(page, '[data-act=grant] form', 'Grant');
	await look('case-grant-wrong');
	await page.locator('[data-act=decide] summary').click();
	await look('case-decide');
	await page.locator('[data-act=correct] summary').click();
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Show Name' }).click();
	await page.getByText('(on record)').waitFor();
	await page.getByRole('button', { name: /^Keys/ }).click();
	await look('case-keys');
	await page.goto(`/desk/cases/${cases.asked}`);
	await look('case-asked');
	await page.goto(`/desk/cases/${cases.granted}`);
	await look('case-granted');
	await page.goto(`/desk/cases/${cases.late}`);
	await look('case-late');
};

const keeper: Scene = async (page, { cases }, look) => {
	await page.goto(`/desk/cases/${cases.corrected}`);
	await page.locator('[data-act=take-answer] summary').click();
	await look('case-take-answer');
	await page.locator('[data-act=correct] summary').click();
	await look('case-correct');
	await page.goto(`/desk/cases/${cases.unproven}`);
	await page.locator('[data-act=identify] summary').click();
	await look('case-identify');
};

const operations: Scene = async (page, { cases, customer, proposal }, look) => {
	await page.goto('/desk?queue=system');
	await look('desk-causes');
	await page.locator('main tbody a').first().click();
	await page.waitForURL(/\/incidents\//);
	await page.locator('[data-act=propose] summary').click();
	await look('desk-cause');
	await page.locator('[data-act=decide] summary').click();
	await look('desk-cause-decide');
	await page.goto(`/desk/cases/${cases.dead}`);
	await page.locator('[data-act=propose] summary').click();
	await look('case-settle');
	await page.goto(`/desk/cases/${cases.corrected}`);
	await page.locator('[data-act=propose] summary').click();
	await look('case-settle-correction');

	await page.goto('/console');
	await look('overview');
	await page.goto('/console/workflows');
	await page.getByText('Begin a new workflow').click();
	await look('workflows');
	await page.goto('/console/workflows/address-update');
	await page.getByText('Go back to it').click();
	await look('workflow');
	await page.goto('/console/workflows/address-update/switches');
	await page.locator('summary', { hasText: 'Switch off' }).first().click();
	await look('switches');
	await page
		.getByRole('textbox', { name: /must stop/ })
		.first()
		.fill(' ');
	await refused(page, 'form[action="?/off"]', 'Off now');
	await look('switches-wrong');
	await page.goto('/console/workflows/collections-plan/clauses');
	await look('clauses');
	const row = page.locator('section#plan tbody tr', { hasText: 'Something is owed' });
	const form = row.locator('xpath=following-sibling::tr[1]');
	await form.locator('summary').click();
	await form.getByLabel('Value 1').fill('much');
	await form.getByRole('button', { name: 'Save clause' }).click();
	await page.getByRole('alert').waitFor();
	await look('clause-wrong');
	await page.goto('/console/workflows/failed-payment/draft');
	await page.locator('.cm-lint-marker-error').first().waitFor();
	await look('draft-wrong');
	await page.goto('/console/workflows/address-update/draft');
	await page.locator('.cm-content').waitFor();
	await look('draft');
	await page.goto('/console/workflows/collections-plan/difference?from=1&to=draft');
	await look('difference');
	await page.goto('/console/workflows/address-update/difference?from=2&to=2');
	await look('difference-none');
	await page.goto('/console/workflows/collections-plan/who');
	await page.getByLabel('Customer').fill('C-0');
	await page.getByRole('button', { name: 'Look' }).click();
	await page.getByRole('alert').waitFor();
	await look('who-unknown');
	await page.getByLabel('Customer').fill(customer);
	await page.getByRole('button', { name: 'Look' }).click();
	await page.locator('#who-plan').waitFor();
	await page.getByRole('button', { name: 'Choose' }).click();
	await page.frameLocator('iframe[name=phone]').locator('button.pick').first().waitFor();
	await look('who');
	await page.goto(`/console/proposals/${proposal}`);
	await look('proposal-own');
	await page.goto('/console/figures');
	await look('figures');
	await page.goto('/console/figures?workflow=address-update&version=1');
	await look('figures-none');
	await page.goto('/console/alerts');
	await look('alerts');
};

const approver: Scene = async (page, { cases, proposal }, look) => {
	await page.goto('/console/proposals');
	await look('proposals');
	await page.goto(`/console/proposals/${proposal}`);
	await look('proposal');
	await page.goto('/console/workflows/address-update/switches');
	await look('switches-second-person');
	await page.goto('/desk?queue=system&tab=waiting');
	await look('desk-second-person');
	await page.goto(`/desk/incidents/${cases.cause}`);
	await page.locator('[data-act=settle] summary').click();
	await look('desk-cause-second-person');
	await page.goto(`/desk/cases/${cases.proposed}`);
	await page.locator('[data-act=settle] summary').click();
	await look('case-second-person');
	await page.goto('/console/erasures');
	await page.getByLabel('Type the reference again').fill('C-0');
	await refused(page, 'form[action="?/approve"]', 'Erase this person');
	await look('erasures-second-person');
};

const auditor: Scene = async (page, { cases }, look) => {
	await page.goto('/console/audit');
	await page.getByText('Details').first().click();
	await look('audit');
	await page.goto('/console/audit?object=workflow:nothing');
	await look('audit-none');
	await page.goto(`/desk/cases/${cases.mine}`);
	await look('case-read');
};

const administrator: Scene = async (page, _, look) => {
	await page.goto('/console/staff');
	await page.getByText('Add somebody').click();
	await look('staff-adding');
	await page.goto('/console/staff');
	await page.locator('summary', { hasText: 'Change' }).first().click();
	await look('staff');
	await page.goto('/console/erasures');
	await look('erasures');
};

export const STAFF_SCENES: Record<Who, Scene> = {
	newcomer,
	idle,
	agent,
	keeper,
	operations,
	approver,
	auditor,
	administrator
};
