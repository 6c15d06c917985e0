/**
 * npm run screenshots: starts the demo in a directory of its own, plays three customers and the staff
 * in Chromium and writes what they see to docs/screenshots/. The README shows these pictures.
 *
 * npm run screenshots -- --all [folder]: every customer page of every starter instead, light and
 * dark, in each language, into test-results/pages or the folder given; to be looked at, not kept.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { buildIfStale } from './bench/build.ts';
import { ensureBrowser, launchBrowser } from './support/browser.ts';
import { startPostgres } from './support/postgres.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/screenshots');
const PHONE: BrowserContextOptions = {
	viewport: { width: 360, height: 640 },
	deviceScaleFactor: 2,
	reducedMotion: 'reduce'
};
const DESK: BrowserContextOptions = {
	viewport: { width: 1440, height: 900 },
	reducedMotion: 'reduce'
};
const START_MS = 300_000;
let bytes = 0;

async function shoot(page: Page, name: string, colorScheme: 'light' | 'dark' = 'light') {
	await page.emulateMedia({ colorScheme });
	await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
	const path = join(folder, `${name}.png`);
	const handset = page.locator('section.phone');
	await ((await handset.count()) > 0 ? handset : page).screenshot({ path });
	bytes += statSync(path).size;
	console.log(`docs/screenshots/${name}.png`);
}

const press = async (page: Page, selector: string) => {
	await Promise.all([page.waitForEvent('load'), page.locator(selector).first().click()]);
};

/** A customer's simulated phone and the page that the newest link on it leads to. */
async function play(browser: Browser, origin: string, customer: string) {
	const desk = await browser.newContext({
		viewport: { width: 1180, height: 760 },
		deviceScaleFactor: 2
	});
	const phone = await desk.newPage();
	await phone.goto(`${origin}/phone?q=${customer}`);
	await phone.locator('.list li a').first().click();
	const link = await phone.locator('article a').last().getAttribute('href');
	const page = await (await browser.newContext(PHONE)).newPage();
	await page.goto(link ?? '');
	return { phone, page };
}

/** Asks for a code, reads it on the phone as it arrives, and types it. */
async function signIn(phone: Page, page: Page): Promise<void> {
	await press(page, 'form[action="?/send"] button');
	const code = phone.locator('article button').last();
	await code.waitFor();
	await page.fill('#code', (await code.textContent()) ?? '');
}

async function english(browser: Browser, origin: string): Promise<void> {
	const { phone, page } = await play(browser, origin, 'C-1005');
	await shoot(page, 'landing');
	await shoot(page, 'landing-dark', 'dark');
	await press(page, 'main form button');
	await signIn(phone, page);
	await shoot(page, 'verify');
	await shoot(phone, 'phone');
	await press(page, 'form[action="?/check"] button');
	await shoot(page, 'choose');
	await shoot(page, 'choose-dark', 'dark');
	await press(page, 'form[action*="/do/"] button');
	await shoot(page, 'review');
	await press(page, 'main form button');
	await page.locator('main[data-watch=booked]').waitFor();
	await shoot(page, 'receipt');
	await shoot(page, 'receipt-dark', 'dark');
}

async function inLanguage(browser: Browser, origin: string, customer: string, language: string) {
	const { phone, page } = await play(browser, origin, customer);
	await press(page, 'main form button');
	await signIn(phone, page);
	await press(page, 'form[action="?/check"] button');
	await shoot(page, `choose-${language}`);
}

/** Somebody of the demo's staff, signed in on a wide screen. */
async function atWork(browser: Browser, { origin, passphrase }: Demo, name: string): Promise<Page> {
	const context = await browser.newContext({ ...DESK, baseURL: origin });
	const page = await context.newPage();
	await page.goto('/sign-in');
	await page.fill('[name=email]', `${name}@demo.example`);
	await page.fill('[name=password]', passphrase);
	await press(page, 'main form button');
	return page;
}

async function desk(browser: Browser, demo: Demo): Promise<void> {
	const page = await atWork(browser, demo, 'ana');
	await page.goto('/desk');
	await shoot(page, 'desk');
	await page.locator('main tbody a').first().click();
	await page.getByRole('button', { name: /^Claim/ }).click();
	await page.getByRole('button', { name: /^Hand back/ }).waitFor();
	await page.locator('[data-act=decide] summary').click();
	await shoot(page, 'case');
}

async function figures(browser: Browser, demo: Demo): Promise<void> {
	const page = await atWork(browser, demo, 'olaf');
	await page.goto('/console/workflows/collections-plan/clauses');
	await shoot(page, 'clauses');
	await shoot(page, 'clauses-dark', 'dark');
	await page.goto('/console/figures');
	await shoot(page, 'figures');
}

interface Demo {
	origin: string;
	/** Of all the staff. */
	passphrase: string;
}

/** Runs with a demo that is stopped, and forgotten, afterwards. */
async function withDemo(run: (demo: Demo) => Promise<void>): Promise<void> {
	const data = mkdtempSync(join(tmpdir(), 'tapdone-'));
	const demo = spawn(process.execPath, ['src/demo/main.ts'], {
		cwd: root,
		env: { ...process.env, TAPDONE_DATA: data },
		stdio: ['ignore', 'pipe', 'inherit']
	});
	const ended = once(demo, 'exit');
	try {
		let said = '';
		const started = await new Promise<Demo>((resolve, reject) => {
			setTimeout(() => reject(new Error(`The demo did not start:\n${said}`)), START_MS).unref();
			void ended.then(() => reject(new Error(`The demo ended:\n${said}`)));
			demo.stdout.on('data', (chunk: Buffer) => {
				said += chunk.toString();
				const [, origin, passphrase] =
					/Phone +(http\S+)\/phone[^]*passphrase (\S+)/.exec(said) ?? [];
				if (origin && passphrase) resolve({ origin, passphrase });
			});
		});
		await run(started);
	} finally {
		demo.kill('SIGTERM');
		await ended;
		rmSync(data, { recursive: true, force: true });
	}
}

async function readmePictures(browser: Browser): Promise<void> {
	mkdirSync(folder, { recursive: true });
	await withDemo(async (demo) => {
		const { origin } = demo;
		await english(browser, origin);
		await inLanguage(browser, origin, 'C-1025', 'de');
		await inLanguage(browser, origin, 'C-1013', 'ar');
		await desk(browser, demo);
		await figures(browser, demo);
	});
	console.log(`${(bytes / 1024).toFixed(0)} KB in all`);
}

/** The scenes of the browser tests, on a database of their own. */
async function everyPage(browser: Browser, target: string): Promise<void> {
	await buildIfStale();
	process.env.TAPDONE_TEST_DB = 'postgres';
	const cluster = await startPostgres();
	process.env.TAPDONE_TEST_POSTGRES_URL = cluster.url;
	try {
		// Loaded now: the test database reads which kind it is when it is loaded.
		const { shootAll } = await import('./e2e/gallery.ts');
		const pictures = await shootAll(browser, target);
		console.log(`${pictures} pictures: ${join(target, 'index.html')}`);
	} finally {
		await cluster.stop();
	}
}

const { values, positionals } = parseArgs({
	options: { all: { type: 'boolean', default: false } },
	allowPositionals: true
});
// Ending on purpose lets what was started be ended, too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
ensureBrowser(console.log);
const browser = await launchBrowser();
try {
	if (values.all)
		await everyPage(browser, resolve(positionals[0] ?? join(root, 'test-results/pages')));
	else await readmePictures(browser);
} finally {
	await browser.close();
}
