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
