import type { Page } from 'playwright-core';
import type { Fleet } from '../support/servers.ts';
import { expectedCode } from './visitor.ts';

/** Presses and waits for the page it leads to. */
export async function pressOn(page: Page, selector: string): Promise<void> {
	await Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
}

/** From the link to the verify page, with a code asked for; gives the code. */
export async function askOn(fleet: Fleet, page: Page, link: string): Promise<string> {
	await page.goto(fleet.origin + link);
	await pressOn(page, 'main form button');
	await pressOn(page, 'form[action="?/send"] button');
	return expectedCode(fleet, pathOf(page).split('/')[2]!);
}

export async function enterCode(page: Page, code: string): Promise<void> {
	await page.fill('#code', code);
	await pressOn(page, 'form[action="?/check"] button');
}

/** From the link into the case; gives the visit's path. */
export async function enterOn(fleet: Fleet, page: Page, link: string): Promise<string> {
	await enterCode(page, await askOn(fleet, page, link));
	return pathOf(page);
}

export const pathOf = (page: Page): string => new URL(page.url()).pathname;
