import type { Page } from 'playwright-core';

/** More stops than a page has before what is looked for. */
const MOST_STOPS = 80;

/** Presses Tab until the focus stands on what the selector finds: how one gets there without a mouse. */
export async function tabTo(page: Page, selector: string): Promise<void> {
	for (let stops = 0; stops < MOST_STOPS; stops++) {
		await page.keyboard.press('Tab');
		const there = await page.evaluate(
			(sought) => document.activeElement?.matches(sought),
			selector
		);
		if (there) return;
	}
	throw new Error(`Tab does not reach ${selector}.`);
}

/** Tabs to a field and types. */
export async function typeInto(page: Page, selector: string, text: string): Promise<void> {
	await tabTo(page, selector);
	await page.keyboard.type(text);
}

/** Tabs to a button and presses it. */
export async function enterOn(page: Page, selector: string): Promise<void> {
	await tabTo(page, selector);
	await page.keyboard.press('Enter');
}
