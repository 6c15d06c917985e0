import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { resizedViolations, violations } from './inspect.ts';
import { STAFF_SCENES } from './staff-scenes.ts';
import { fillStaffPages, type StaffStage, type Who, WIDE } from './staff-stage.ts';

const PHONE = { width: 390, height: 844 };
/** A folder for pictures, to be looked at. */
const SHOTS = process.env.TAPDONE_TEST_SHOTS;

let fleet: Fleet;
let browser: Browser;
let stage: StaffStage;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([startFleet({ browser: true }), launchBrowser()]);
	stage = await fillStaffPages(fleet, browser);
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

/** Everything that is wrong with a page on a screen and on a phone, in words. */
async function faultsOf(page: Page, name: string): Promise<string[]> {
	const heads = await page.locator('h1').count();
	const wide = [...(await violations(page)), ...(await overflow(page))];
	if (SHOTS) await shoot(page, `${name}-wide`);
	await page.setViewportSize(PHONE);
	const narrow = [...(await resizedViolations(page)), ...(await overflow(page))];
	if (SHOTS) await shoot(page, `${name}-phone`);
	await page.setViewportSize(WIDE);
	return [
		...(heads === 1 ? [] : [`${heads} headings of the page`]),
		...wide.map((fault) => `wide: ${fault}`),
		...narrow.map((fault) => `on a phone: ${fault}`)
	];
}

async function overflow(page: Page): Promise<string[]> {
	const more = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	return more > 0 ? [`${more} px too wide`] : [];
}

async function shoot(page: Page, name: string): Promise<void> {
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme });
		const path = join(SHOTS ?? '', `${name}-${colorScheme}.png`);
		await page.screenshot({ path, fullPage: true });
	}
	await page.emulateMedia({ colorScheme: null });
}

test.concurrent.for(Object.keys(STAFF_SCENES) as Who[])(
	'every page of %s is accessible in light and dark, and fits a screen and a phone',
	{ timeout: 600_000 },
	async (who, { expect }) => {
		const { page, complaints } = stage.tappers[who];
		await STAFF_SCENES[who](page, stage, async (name) => {
			expect.soft({ name, wrong: await faultsOf(page, name) }).toEqual({ name, wrong: [] });
		});
		expect(complaints).toEqual([]);
	}
);
