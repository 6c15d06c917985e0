import { codesOf, eventually } from '../support/customer.ts';
import { choose, receipt } from '../support/tapper.ts';
import { begin, offered, type Stage } from './scenes.ts';

/** The way from the link to the receipt, with everything that stands beside it. */
export async function path(stage: Stage): Promise<void> {
	const { fleet, tapper, way, look } = stage;
	const { page, press } = tapper;
	const { customer, link } = await begin(stage, 'path');

	await page.goto(`${link}x`);
	await look('not available');
	await page.goto(link);
	await look('landing');
	await press('main form button');
	await look('verify: send');
	await press('form[action="?/send"] button');
	await look('verify: code');
	await page.fill('#code', 'no code');
	await press('form[action="?/check"] button');
	await look('verify: wrong');
	await page.fill('#code', await eventually(async () => (await codesOf(fleet, customer)).at(-1)));
	await press('form[action="?/check"] button');
	const visit = page.url();
	await look('choose');

	await forms(stage, visit);
	await page.goto(`${visit}/help`);
	await look('help');
	await press('form[action="?/later"] button');
	await look('help: missing');
	await page.goto(visit);
	await choose(tapper, way.action, way.input);
	await look('review');
	const review = page.url();
	await page.goto(`${review}?changed`);
	await look('review: changed');
	await page.goto(visit);
	await look('choose: draft');
	await page.goto(review);
	await press('main form button');
	// It would turn to booked while it is looked at.
	await page.locator('main').evaluate((main) => main.removeAttribute('data-watch'));
	await look('receipt: received');
	await receipt(tapper, 'booked');
	await look('receipt: booked');

	await page.goto(`${visit}/help`);
	await look('help: booked');
	await press('form[action="?/finish"] button');
	await look('gone: finished');
	await page.goto(visit);
	await look('gone');

	await page.goto(`${link}/stop`);
	await look('stop');
	await press('main form button');
	await look('stop: missing');
	await page.check('[name=sure]');
	await press('main form button');
	await look('stop: done');
}

/** The form of every action that has one, filled and wrong, or what it asks for before. */
async function forms({ tapper: { page, press }, look }: Stage, visit: string): Promise<void> {
	for (const action of await offered(page)) {
		await page.goto(`${visit}/do/${action}`);
		if (page.url().includes('/verify')) await look('verify: facts');
		else if (await page.locator('form[action="?/save"] [name]').count()) {
			await look(`fill ${action}`);
			for (const field of await page.locator('main input:not([type=radio])').all())
				await field.fill('');
			await press('form[action="?/save"] button');
			await look(`fill ${action}: wrong`);
		}
		await page.goto(visit);
	}
}
