import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RecordsPeer, startRecordsPeer } from '../peers/records.ts';
import { launchBrowser } from '../support/browser.ts';

let core: RecordsPeer;
let browser: Browser;
beforeAll(async () => {
	[core, browser] = await Promise.all([startRecordsPeer(), launchBrowser()]);
	const promise = { amount: 250, date: '2026-12-24', reference: 'wide-1' };
	await core.call('POST', '/customers/C-1047/promises', promise);
});
afterAll(async () => {
	await browser?.close();
	await core?.close();
});

test.each([320, 360, 1280])(
	'at %i px everything on the pages of the demo core is within the screen, and accessible',
	async (width) => {
		const context = await browser.newContext({ viewport: { width, height: 700 } });
		const page = await context.newPage();
		for (const path of ['/', '/customers/C-1047', '/customers/C-0']) {
			await page.goto(core.url + path);
			const cut = await page.evaluate((screen) => {
				const isCut = (one: Element) => {
					const { right, left, width } = one.getBoundingClientRect();
					return width > 0 && (right > screen || left < 0);
				};
				const shown = [...document.querySelectorAll('button, input, td, dd, a, li')];
				return shown.filter(isCut).map(({ outerHTML }) => outerHTML.slice(0, 80));
			}, width);
			expect({ path, cut }).toEqual({ path, cut: [] });
			expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
			const { violations } = await new AxeBuilder({ page }).analyze();
			expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
		}
		await context.close();
	}
);
