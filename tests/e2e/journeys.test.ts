import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Customer } from '../../src/demo/core/record.ts';
import { launchBrowser } from '../support/browser.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import {
	BEHIND_PROXY,
	choose,
	complete,
	enter,
	fill,
	invite,
	newTapper,
	receipt,
	type Tapper
} from '../support/tapper.ts';
import { JOURNEYS } from './journeys.ts';

let fleet: Fleet;
let browser: Browser;
beforeAll(async () => {
	[fleet, browser] = await Promise.all([
		startFleet({ browser: true, env: BEHIND_PROXY }),
		launchBrowser()
	]);
});
afterAll(async () => {
	await browser?.close();
	await fleet?.close();
});

/** The action leads to the question for known facts, and from there to its own form. */
async function proveFacts({ page, press }: Tapper, action: string, known: Customer): Promise<void> {
	const visit = page.url();
	await press(`form[action$="/do/${action}?/start"] button`);
	expect(page.url()).toContain(`${visit}/verify`);
	await fill(page, { 'fact.birth_date': known.birthDate, 'fact.postcode': known.address.postcode });
	await press('form[action="?/facts"] button');
	expect(page.url()).toMatch(new RegExp(`/do/${action}$`));
	// More proof is a new visit: whoever knew the old one has nothing.
	expect(page.url()).not.toContain(visit);
}

describe.each([true, false])('with JavaScript %s', (javaScriptEnabled) => {
	test.concurrent.for(JOURNEYS)(
		'$workflow, $action: from the message to booked, with one effect and that record',
		async (journey) => {
			const { workflow, action, like, input, kind } = journey;
			const customer = await newPerson(fleet.core, {}, like);
			const before = await fleet.core.customer(customer);
			const tapper = await newTapper(browser, { javaScriptEnabled });
			const { page, press } = tapper;
			const { link, id } = await invite(fleet, { workflow, customer });

			await enter(fleet, tapper, customer, link);
			if (journey.stepUp) {
				await proveFacts(tapper, action, before);
				await complete(tapper, input);
			} else await choose(tapper, action, input);
			await press('main form button');
			await receipt(tapper, 'booked');

			const effects = await fleet.core.effects(customer);
			expect(effects.map((effect) => effect.kind)).toEqual([kind]);
			expect(effects[0]?.answer).toMatchObject(journey.answer?.(before) ?? {});
			expect(await page.textContent('main')).toContain(effects[0]?.id);
			expect(await fleet.core.customer(customer)).toEqual({
				...before,
				account: { ...before.account, ...journey.account?.(before) },
				address: journey.address ?? before.address
			});
			const { stage } = await fleet.db
				.selectFrom('cases')
				.select('stage')
				.where('id', '=', id)
				.executeTakeFirstOrThrow();
			expect(stage).toBe('resolved');
			expect(tapper.complaints).toEqual([]);
			await tapper.context.close();
		}
	);
});
