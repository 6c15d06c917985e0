import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { BUDGET } from '../support/budget.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { BEHIND_PROXY, newTapper, type Tapper } from '../support/tapper.ts';
import { playAll, troubleScenes } from './all-scenes.ts';
import { faultsOf } from './inspect.ts';
import { type Way, WAYS } from './scenes.ts';

/** The language with the longest words and the one from right to left; all nine ways in the long run. */
const played = (_way: Way, index: number) =>
	Boolean(process.env.TAPDONE_TEST_LONG) || [4, 8].includes(index);

let fleet: Fleet;
let browser: Browser;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([
		startFleet({ browser: true, env: BEHIND_PROXY }),
		launchBrowser()
	]);
	await troubleScenes(fleet);
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

/** Page → workflow and language → bytes of the whole document; printed at the end. */
const sizes = new Map<string, Record<string, number>>();
afterAll(() => console.table(Object.fromEntries(sizes)));

function weigh({ workflow, language }: Way, name: string, bytes: number): void {
	const page = name.replace(/^fill [\w-]+/, 'fill');
	const known = sizes.get(page) ?? {};
	const column = `${workflow} ${language}`;
	sizes.set(page, { ...known, [column]: Math.max(known[column] ?? 0, bytes) });
	expect({ name, fits: bytes > 0 && bytes <= BUDGET }).toEqual({ name, fits: true });
}

async function play(way: Way, more: (tapper: Tapper, name: string) => Promise<void>) {
	const tapper = await newTapper(browser, { locale: way.language });
	await playAll(fleet, tapper, way, async (name) => {
		weigh(way, name, await tapper.bytes());
		await more(tapper, name);
	});
	expect(tapper.complaints).toEqual([]);
	expect(foreign(tapper)).toEqual([]);
	await tapper.context.close();
}

/** Whatever was asked for that is not one of our documents, the comfort script or the icon. */
const foreign = ({ requested }: Tapper): string[] =>
	requested.filter((request) => {
		const address = new URL(request.split(' ')[1] ?? '');
		if (address.origin !== fleet.origin) return true;
		return !/^\/(l|a|gone)\b|^\/favicon\.svg$|^\/_app\/immutable\/assets\/comfort\.[\w-]+\.js$/.test(
			address.pathname
		);
	});

test.concurrent.for(WAYS.filter(played))(
	'every page of $workflow in $language fits its budget, small screens, keys and WCAG 2.2 AA',
	{ timeout: 900_000 },
	(way) =>
		play(way, async ({ page }, name) => {
			expect({ name, wrong: await faultsOf(page, way.language) }).toEqual({ name, wrong: [] });
		})
);
