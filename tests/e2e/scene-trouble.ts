import { sql } from 'kysely';
import { choose, enter, receipt } from '../support/tapper.ts';
import { begin, type Stage } from './scenes.ts';

/** Too many wrong codes: closed for a while. */
export async function locked(stage: Stage): Promise<void> {
	const { fleet, tapper, look } = stage;
	const { customer, link } = await begin(stage, 'locked');
	const values = { customer_hash: fleet.vault.hash('customer', customer), factor: 'code' as const };
	await fleet.db
		.insertInto('factors')
		.values({ ...values, consecutive: 10, locked_until: sql<Date>`now() + interval '20 minutes'` })
		.execute();
	await tapper.page.goto(link);
	await tapper.press('main form button');
	await look('verify: wait');
}

/** Nobody knows a phone to send a code to: a person has to. */
export async function unreachable(stage: Stage): Promise<void> {
	const { tapper, look } = stage;
	const { link } = await begin(stage, 'unreachable', { phone: null, whatsapp: null, email: null });
	await tapper.page.goto(link);
	await tapper.press('main form button');
	await look('verify: person');
}

/** Little is offered, with reasons for the rest; then a person is asked. */
export async function refused(stage: Stage): Promise<void> {
	const { fleet, tapper, way, look } = stage;
	const { page, press } = tapper;
	const { customer, link } = await begin(stage, 'refused', way.least);
	const visit = await enter(fleet, tapper, customer, link);
	await page
		.locator('details')
		.evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
	await look('choose: refusals');
	await page.goto(`${visit}/help`);
	await page.check('#person [name=sure]');
	await press('form[action="?/person"] button');
	await look('help: done');
	await page.goto(visit);
	await look('choose: with person');
	await page.goto(`${visit}/help`);
	await page.check('#not-me [name=sure]');
	await press('form[action="?/not-me"] button');
	await look('gone: not me');
}

/** The system of record says no, twice: other ways, then a person. */
export async function rejected(stage: Stage): Promise<void> {
	const { fleet, tapper, way, look } = stage;
	const { press } = tapper;
	const { customer, link } = await begin(stage, 'rejected');
	await enter(fleet, tapper, customer, link);
	const [first, second] = way.refused;
	await choose(tapper, first);
	await press('main form button');
	await receipt(tapper, 'rejected');
	await look('receipt: rejected');
	await press('main a.button');
	await look('choose: others');
	await choose(tapper, second, way.input);
	await press('main form button');
	await receipt(tapper, 'with-person');
	await look('receipt: with person');
}
