import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/customer.ts';
import { childrenOf, isRunning, type Program, startProgram } from '../support/program.ts';
import { skewed } from '../support/skewed.ts';

// One story: each test goes on where the one before it ended.

/** A start makes a database, and on a busy machine that takes its time. */
const START_MS = 300_000;
const CUSTOMER = 'C-1002';
/** Below the ports that a system lends out, so that a second start finds them as free as the first. */
const PORT = 20_000 + Math.floor(Math.random() * 10_000);
const folder = mkdtempSync(join(tmpdir(), 'tapdone-demo-'));

/** `npm run demo` on this test's folder and ports. */
const startDemo = (env: Record<string, string> = {}): Program =>
	startProgram('src/demo/main.ts', {
		TAPDONE_DATA: folder,
		TAPDONE_PORT: String(PORT),
		DEMO_CORE_PORT: String(PORT + 1_000),
		...env
	});

let browser: Browser;
let demo: Program;
let children: number[] = [];
/** What the first start has printed, and what was left behind on it. */
let first: Awaited<ReturnType<typeof printed>>;
let opened: string[];
let booked: { link: string; reference: string };

beforeAll(async () => {
	browser = await launchBrowser();
	demo = startDemo();
});
afterAll(async () => {
	await browser?.close();
	demo?.process.kill('SIGTERM');
	await demo?.ended;
	for (const pid of children.filter(isRunning)) process.kill(pid, 'SIGKILL');
	rmSync(folder, { recursive: true, force: true });
});

/** Waits until everything runs; gives what it tells people. */
async function printed(program: Program) {
	const said = await program.until(/Ctrl-C stops everything/);
	const after = (label: string) => new RegExp(`^ *${label}:? +(\\S+)$`, 'm').exec(said)?.[1] ?? '';
	return {
		phone: after('Phone'),
		api: after('API'),
		core: after('Demo core'),
		key: after('API key of this start')
	};
}

const ask = (address: string, headers: Record<string, string> = { accept: 'text/html' }) =>
	fetch(address, { headers });

/** Ids of all cases, by the public API and a key. */
async function casesOf({ api }: { api: string }, key: string): Promise<string[]> {
	const answer = await ask(`${api}/v1/cases?limit=200`, { authorization: `Bearer ${key}` });
	if (!answer.ok) throw new Error(`The API answered ${answer.status}.`);
	const { cases, next } = (await answer.json()) as { cases: { id: string }[]; next: unknown };
	expect(next).toBeNull();
	return cases.map(({ id }) => id);
}

async function press(page: Page, selector: string): Promise<void> {
	await Promise.all([page.waitForEvent('load'), page.locator(selector).first().click()]);
}

/** The customer's phone in one window and, in another of the same profile, what its link opens. */
async function takePhone(): Promise<Page> {
	const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
	const phone = await context.newPage();
	await phone.goto(`${first.phone}?q=${CUSTOMER}`);
	await phone.locator('.list li a').first().click();
	return phone;
}

/** From the link's page into the case, by the code that comes to the phone as its `number`th. */
async function signIn(page: Page, phone: Page, number: number): Promise<void> {
	await page.waitForLoadState();
	await press(page, 'main form button');
	await press(page, 'form[action="?/send"] button');
	const code = phone.locator('article button').nth(number - 1);
	await page.fill('#code', (await code.textContent()) ?? '');
	await press(page, 'form[action="?/check"] button');
}

test(
	'the demo prints three addresses, each answers, and its key shows 40 cases',
	async () => {
		first = await printed(demo);
		children = childrenOf(demo.process.pid!);
		expect(first.phone).toMatch(/^http:\/\/localhost:\d+\/phone$/);
		expect(first.api).toBe(first.phone.replace('/phone', '/api'));
		for (const address of [first.phone, first.api, first.core])
			expect([address, (await ask(address)).status]).toEqual([address, 200]);
		opened = await casesOf(first, first.key);
		expect(new Set(opened).size).toBe(40);
	},
	START_MS
);

test('some customers have paid before anybody looks', async () => {
	for (const customer of ['C-1003', 'C-1006', 'C-1008', 'C-1010'])
		await eventually(async () =>
			(await (await ask(`${first.core}/customers/${customer}`)).text()).includes('Payment PAY-')
		);
});

test('from a message on its phone to booked, and the demo core shows the changed record', async () => {
	const record = async () => (await ask(`${first.core}/customers/${CUSTOMER}`)).text();
	expect(await record()).toContain('Nothing was changed yet');
	const phone = await takePhone();
	const tapped = phone.context().waitForEvent('page');
	await phone.locator('article a').first().click();
	const page = await tapped;
	const link = page.url();
	await signIn(page, phone, 1);
	await press(page, 'form[action$="/do/pay-now?/start"] button');
	await press(page, 'main form button');
	await page.locator('main[data-watch=booked]').waitFor();
	const reference = /PAY-\d+/.exec(await page.locator('main').innerText())?.[0] ?? 'none';
	expect(await record()).toContain(`Payment ${reference}`);
	expect(await record()).toMatch(/Owed: <s>[^<]+<\/s> → <mark>/);
	booked = { link, reference };
	await phone.context().close();
});

test('a second demo on the same folder says who has it, and leaves it as it is', async () => {
	const second = startDemo();
	onTestFinished(() => void second.process.kill());
	expect(await second.ended).toBe(1);
	const [app] = readdirSync(join(folder, 'lock')).map((claim) => Number.parseInt(claim));
	expect(children).toContain(app);
	expect(second.said()).toContain(`${folder} is in use by process ${app}`);
	expect(second.said()).not.toMatch(/\n\s+at /);
	expect(await casesOf(first, first.key)).toEqual(opened);
});

test('Ctrl-C ends the demo and all that it started, and leaves its folder free', async () => {
	expect(children).toHaveLength(2);
	demo.process.kill('SIGINT');
	expect(await demo.ended).toBe(0);
	expect(children.filter(isRunning)).toEqual([]);
	expect(readdirSync(join(folder, 'lock'))).toEqual([]);
});

test(
	'the next start goes on: same addresses, same cases, and the old link shows the receipt',
	async () => {
		// Later, because the next code may be asked for half a minute after the first.
		demo = startDemo(skewed(2));
		const next = await printed(demo);
		children = childrenOf(demo.process.pid!);
		expect(demo.said()).toContain('The cases of an earlier start go on.');
		expect(demo.said()).not.toContain('Building the app');
		expect(next).toEqual({ ...first, key: next.key });
		expect(await casesOf(next, next.key)).toEqual(opened);
		await expect(casesOf(next, first.key)).rejects.toThrow('401');

		const phone = await takePhone();
		const page = await phone.context().newPage();
		await page.goto(booked.link);
		await signIn(page, phone, 2);
		expect(page.url()).toMatch(/\/receipt$/);
		expect(await page.locator('main[data-watch=booked]').innerText()).toContain(booked.reference);
	},
	START_MS
);

test('a demo whose words nobody reads any more ends in order, too', async () => {
	demo.process.stdout?.destroy();
	demo.process.kill('SIGINT');
	expect(await demo.ended).toBe(0);
	expect(children.filter(isRunning)).toEqual([]);
	expect(readdirSync(join(folder, 'lock'))).toEqual([]);
});
