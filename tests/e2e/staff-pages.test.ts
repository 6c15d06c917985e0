import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { violations } from './inspect.ts';
import { STAFF_SCENES } from './staff-scenes.ts';
import { fillStaffPages, type StaffStage, type Who } from './staff-stage.ts';

const SCREENS = [
	{ width: 1440, height: 900 },
	{ width: 390, height: 844 }
];
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

/** What is wrong with a page on one screen, in words. */
async function faults(page: Page): Promise<string[]> {
	const { wide, heads } = await page.evaluate(() => ({
		wide: document.documentElement.scrollWidth - innerWidth,
		heads: document.querySelectorAll('h1').length
	}));
	return [
		...(await violations(page)),
		...(wide > 0 ? [`${wide} px too wide`] : []),
		...(heads === 1 ? [] : [`${heads} headings of the page`])
	];
}

async function shoot(page: Page, name: string, width: number): Promise<void> {
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme });
		const path = join(SHOTS ?? '', `${name}-${width}-${colorScheme}.png`);
		await page.screenshot({ path, fullPage: true });
	}
	await page.emulateMedia({ colorScheme: null });
}

const WHO = Object.keys(STAFF_SCENES) as Who[];

test.concurrent.for(WHO)(
	'every page of %s is accessible, in light and dark, and fits a screen and a phone',
	async (who, { expect }) => {
		const { page, complaints } = stage.tappers[who];
		await STAFF_SCENES[who](page, stage, async (name) => {
			for (const screen of SCREENS) {
				await page.setViewportSize(screen);
				expect.soft({ name, ...screen, wrong: await faults(page) }).toEqual({
					name,
					...screen,
					wrong: []
				});
				if (SHOTS) await shoot(page, name, screen.width);
			}
			await page.setViewportSize(SCREENS[0]!);
		});
		expect(complaints).toEqual([]);
	}
);
