import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { StaffMember } from './staff.ts';

export interface Seat {
	page: Page;
	/** Errors of scripts, of the security policy and of the console. */
	complaints: string[];
	close: () => Promise<void>;
}

/** A browser in which somebody of the staff is signed in. */
export async function takeSeat(
	browser: Browser,
	origin: string,
	{ secret }: Pick<StaffMember, 'secret'>,
	settings: BrowserContextOptions = {}
): Promise<Seat> {
	const context = await browser.newContext({
		viewport: { width: 1440, height: 900 },
		reducedMotion: 'reduce',
		...settings
	});
	context.setDefaultTimeout(30_000);
	await context.addCookies([
		{ name: 'staff', value: secret, url: origin, httpOnly: true, sameSite: 'Strict' }
	]);
	const page = await context.newPage();
	const complaints: string[] = [];
	page.on('console', (message) => {
		if (message.type() === 'error' && !message.text().includes('status of 4'))
			complaints.push(message.text());
	});
	page.on('pageerror', (error) => complaints.push(error.message));
	return { page, complaints, close: () => context.close() };
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds in light and in dark; empty when all is well. */
export async function staffFaults(page: Page): Promise<string[]> {
	const found: string[] = [];
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme });
		const { violations } = await new AxeBuilder({ page })
			.setLegacyMode(true)
			.withTags(WCAG)
			.analyze();
		for (const { id, nodes } of violations)
			found.push(`${colorScheme} ${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
	}
	await page.emulateMedia({ colorScheme: null });
	return found;
}

/** Nothing is wider than the screen of a phone. */
export async function tooWide(page: Page): Promise<string[]> {
	const before = page.viewportSize();
	await page.setViewportSize({ width: 390, height: 844 });
	const width = await page.evaluate(() => document.documentElement.scrollWidth);
	if (before) await page.setViewportSize(before);
	return width > 390 ? [`${width} px on a screen of 390`] : [];
}
