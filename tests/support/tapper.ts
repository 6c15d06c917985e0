import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { codesOf, eventually, newestLink } from './customer.ts';
import { openCase } from './open-case.ts';
import type { Fleet } from './servers.ts';

/** A customer's browser on a small phone, and what it has to say about the pages. */
export interface Tapper {
	context: BrowserContext;
	page: Page;
	/** Errors of scripts, of the security policy and of the console. */
	complaints: string[];
	/** Every address that was asked for, with the method. */
	requested: string[];
	/** Presses what the selector finds, up to the page that it leads to. */
	press: (selector: string) => Promise<void>;
	/** Bytes of the last page's whole body as it came over the wire, before compression. */
	bytes: () => Promise<number>;
}

/** For a fleet whose customers come from many addresses. */
export const BEHIND_PROXY = { TAPDONE_TRUSTED_HOPS: '1' };
let addresses = 0;

/** A new browser profile with one page; `settings` as Playwright has them. */
export async function newTapper(
	browser: Browser,
	settings: BrowserContextOptions = {}
): Promise<Tapper> {
	addresses += 1;
	const context = await browser.newContext({
		viewport: { width: 360, height: 640 },
		reducedMotion: 'reduce',
		locale: 'en',
		// Behind `BEHIND_PROXY` everybody has an address of their own: limits count by source.
		extraHTTPHeaders: { 'x-forwarded-for': `198.18.${addresses >> 8}.${addresses & 255}` },
		...settings
	});
	context.setDefaultTimeout(60_000);
	return watch(context, await context.newPage());
}

/** Another page of the same profile: the same cookies. */
export const newTab = async ({ context }: Tapper): Promise<Tapper> =>
	watch(context, await context.newPage());

function watch(context: BrowserContext, page: Page): Tapper {
	const complaints: string[] = [];
	const requested: string[] = [];
	let document: { body(): Promise<Buffer> } | undefined;
	page.on('console', (message) => {
		// A form that is refused answers 422, which the browser notes: that is as it should be.
		if (message.type() === 'error' && !message.text().includes('status of 4'))
			complaints.push(message.text());
	});
	page.on('pageerror', (error) => complaints.push(error.message));
	page.on('request', (request) => requested.push(`${request.method()} ${request.url()}`));
	page.on('response', (response) => {
		const moved = response.status() >= 300 && response.status() < 400;
		if (response.request().isNavigationRequest() && !moved) document = response;
	});
	return {
		context,
		page,
		complaints,
		requested,
		async press(selector) {
			await Promise.all([page.waitForEvent('load'), page.locator(selector).first().click()]);
		},
		bytes: async () => (document ? (await document.body()).length : 0)
	};
}

export interface Opened {
	/** Address of the link in the newest message. */
	link: string;
	/** The case's id. */
	id: string;
}

/** Opens a case as an integrator would and waits for its message. */
export async function invite(
	fleet: Fleet,
	line: { workflow: string; customer: string; language?: string }
): Promise<Opened> {
	// One's own number, where there is one: who stops messages stops them for a number.
	const { phone } = await fleet.core.customer(line.customer);
	const contacts = { sms: phone ?? '+4917604069099' };
	const id = await openCase(fleet, { language: 'en', contacts, ...line });
	return { id, link: `${fleet.origin}${await newestLink(fleet, line.customer)}` };
}

/** From the link to the choice of actions, by the code that arrives; gives the visit's address. */
export async function enter(
	fleet: Fleet,
	{ page, press }: Tapper,
	customer: string,
	link: string
): Promise<string> {
	await page.goto(link);
	await press('main form button');
	await askCode(fleet, { page, press }, customer);
	await press('form[action="?/check"] button');
	return page.url();
}

/** Asks for a code and types it, without sending it off. */
export async function askCode(
	fleet: Fleet,
	{ page, press }: Pick<Tapper, 'page' | 'press'>,
	customer: string
): Promise<void> {
	const before = (await codesOf(fleet, customer)).length;
	await press('form[action="?/send"] button');
	const code = await eventually(async () => (await codesOf(fleet, customer))[before]);
	await page.fill('#code', code);
}

/** Chooses an action and fills its form, if it has one, up to the review. */
export async function choose(
	tapper: Tapper,
	action: string,
	input: Record<string, string> = {}
): Promise<void> {
	await tapper.press(`form[action$="/do/${action}?/start"] button`);
	await complete(tapper, input);
}

/** Fills the form of an action, if the page has one, and sends it off. */
export async function complete(
	{ page, press }: Tapper,
	input: Record<string, string> = {}
): Promise<void> {
	if ((await page.locator('form[action="?/save"]').count()) === 0) return;
	await fill(page, input);
	await press('form[action="?/save"] button');
}

/** Types into those fields of these names that the page has, or picks the option of that value. */
export async function fill(page: Page, input: Record<string, string>): Promise<void> {
	for (const [name, value] of Object.entries(input)) {
		const fields = page.locator(`main [name="${name}"]`);
		if ((await fields.count()) === 0) continue;
		if ((await fields.first().getAttribute('type')) !== 'radio') await fields.fill(value);
		else await page.locator(`main [name="${name}"][value="${value}"]`).check();
	}
}

/** Goes where "check again" on the receipt leads, as one does without scripts, until it says `state`. */
export async function receipt({ page }: Tapper, state: string): Promise<void> {
	await eventually(async () => {
		if (await page.locator(`main[data-watch=${state}]`).count()) return true;
		// Read at once, not pressed: with scripts the page may have turned by itself meanwhile.
		const again = page.locator('main a[href$="/receipt"]');
		const [address] = await again.evaluateAll((all: HTMLAnchorElement[]) =>
			all.map(({ href }) => href)
		);
		if (address) await page.goto(address);
		return false;
	});
}

/** A day from today where the starters' customers live, as a date field takes it. */
export const dateIn = (days: number): string =>
	new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(
		Date.now() + days * 86_400_000
	);
