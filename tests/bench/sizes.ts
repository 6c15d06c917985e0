import type { Agent } from 'node:http';
import { sql } from 'kysely';
import type { Starter } from '../support/starters.ts';
import { Browser, type Page } from './browser.ts';
import { allSent, invite, type Invited } from './invited.ts';
import { arrive, confirm, press } from './journey.ts';
import type { Stage } from './stage.ts';

/** Tells the size of a page that a customer got. */
type Weigh = (name: string, page: Page) => void;

/** One starter in one language, and who looks. */
interface Weighing {
	stage: Stage;
	agent: Agent;
	starter: Starter;
	language: string;
	weigh: Weigh;
}

const PLAYERS = 6;

/** Takes customers of one workflow through every page that it has, in one language. */
export async function weighPages(weighing: Weighing): Promise<void> {
	const { stage, starter, language } = weighing;
	const invited = (await invite(stage, PLAYERS, starter.workflow, language)).values();
	const next = () => invited.next().value as Invited;
	const one = next();
	await weighOutside(weighing, one);
	await weighPath(weighing, one);
	await weighVerify(weighing, next());
	await weighClosed(weighing, next(), next());
	await weighRefusals(weighing, next());
	await weighRejected(weighing, next());
}

/** What everybody may see who has the address, and who has a wrong one. */
async function weighOutside({ stage, agent, language, weigh }: Weighing, { path }: Invited) {
	const { origin, server } = stage;
	const stranger = new Browser({ agent, url: server.url, origin, language }, '10.255.255.1');
	weigh('landing', await stranger.get(path));
	weigh('stop', await stranger.get(`${path}/stop`));
	weigh('stop: missing', await stranger.get(`${path}/stop?said=missing`));
	weigh('stop: done', await stranger.get(await stranger.press(`${path}/stop`, { sure: 'on' })));
	weigh('not available', await stranger.get(`${path}x`));
	weigh('gone', await stranger.get(`/gone?language=${language}`));
}

async function weighVerify({ stage, agent, weigh }: Weighing, who: Invited) {
	const { browser, verify } = await press(stage, agent, who);
	weigh('verify: ask for a code', await browser.get(verify));
	const sent = await browser.press(`${verify}?/send`, { channel: 'sms' });
	weigh('verify: type the code', await browser.get(sent));
	const wrong = await browser.press(`${verify}?/check`, { code: 'no code' });
	weigh('verify: wrong', await browser.get(wrong));
}

/** Too many wrong codes, and nobody to send a code to. */
async function weighClosed(
	{ stage, agent, weigh }: Weighing,
	locked: Invited,
	unreachable: Invited
): Promise<void> {
	const { core, parts } = stage;
	const values = { customer_hash: locked.customerHash, factor: 'code' as const, consecutive: 10 };
	await parts.db
		.insertInto('factors')
		.values({ ...values, locked_until: sql<Date>`now() + interval '20 minutes'` })
		.execute();
	const wait = await press(stage, agent, locked);
	weigh('verify: wait', await wait.browser.get(wait.verify));
	const record = await core.customer(unreachable.customer);
	await core.put({ ...record, phone: null, whatsapp: null, email: null });
	const person = await press(stage, agent, unreachable);
	weigh('verify: person', await person.browser.get(person.verify));
}

/** From the choice to the receipt, with the form of every action. */
async function weighPath({ stage, agent, starter, weigh }: Weighing, who: Invited) {
	const { browser, visit } = await arrive(stage, agent, who);
	const choose = await browser.get(visit);
	weigh('choose', choose);
	weigh('help', await browser.get(`${visit}/help?said=missing.days`));
	let booked: string | null = null;
	for (const action of offeredOn(choose)) {
		const review = await reviewOf(browser, starter, `${visit}/do/${action}`, weigh);
		if (!review) continue;
		booked ??= review;
		weigh('review', await browser.get(review));
		weigh('review: changed', await browser.get(`${review}?changed`));
	}
	weigh('choose: draft', await browser.get(visit));
	const receipt = await confirm(browser, booked);
	weigh('receipt: received', await browser.get(receipt));
	await allSent(stage);
	weigh('receipt: booked', await browser.get(receipt));
}

/** As little as possible is offered, with reasons for the rest; then a person is asked. */
async function weighRefusals({ stage, agent, starter, weigh }: Weighing, who: Invited) {
	const { core } = stage;
	const record = await core.customer(who.customer);
	await core.put({ ...record, account: { ...record.account, ...starter.least.account } });
	const { browser, visit } = await arrive(stage, agent, who);
	weigh('choose: refusals', await browser.get(visit));
	const said = await browser.press(`${visit}/help?/person`, { sure: 'on' });
	weigh('help: done', await browser.get(said));
	weigh('choose: with person', await browser.get(visit));
}

/** The system of record says no, twice: other ways, then a person. */
async function weighRejected({ stage, agent, starter, weigh }: Weighing, who: Invited) {
	const match = { customer: who.customer, method: 'POST' };
	await stage.core.faults([{ match, fault: 'status', status: 422 }]);
	const { browser, visit } = await arrive(stage, agent, who);
	const [first, second] = starter.refused;
	const receipt = await confirm(browser, await reviewOf(browser, starter, `${visit}/do/${first}`));
	await allSent(stage);
	weigh('receipt: rejected', await browser.get(receipt));
	weigh('choose: others', await browser.get(`${visit}?more`));
	await confirm(browser, await reviewOf(browser, starter, `${visit}/do/${second}`));
	await allSent(stage);
	weigh('receipt: with person', await browser.get(receipt));
	await stage.core.noFaults();
}

const offeredOn = ({ body }: Page): string[] =>
	[...body.toString().matchAll(/\/do\/([\w-]+)\?\/start/g)].map(([, action]) => action ?? '');

/**
 * Chooses an action and fills its form, weighed as it comes and with everything wrong; gives the
 * path of the review, or nothing when the action asks for more than a code.
 */
async function reviewOf(
	browser: Browser,
	{ input }: Starter,
	action: string,
	weigh?: Weigh
): Promise<string | null> {
	const path = await browser.press(`${action}?/start`);
	if (path.includes('/review/')) return path;
	const form = await browser.get(path);
	if (path.includes('/verify')) {
		weigh?.('verify: facts', form);
		return null;
	}
	weigh?.('fill', form);
	const fields = fieldsOf(form.body.toString());
	const names = Object.keys(fields);
	const empty = Object.fromEntries(names.map((name) => [name, '']));
	const wrong = await browser.press(`${path}?/save`, empty);
	weigh?.('fill: wrong', await browser.get(wrong));
	const filled = Object.fromEntries(
		names.map((name) => [name, input?.[name] ?? fields[name] ?? ''])
	);
	const review = await browser.press(`${path}?/save`, filled);
	if (!review.includes('/review/')) throw new Error(`${action}: its form was not filled rightly.`);
	return review;
}

/** What the fields of a form hold, or their least value. */
function fieldsOf(html: string): Record<string, string> {
	const values: Record<string, string> = {};
	for (const [field] of html.matchAll(/<(?:input|textarea|select)\b[^>]*>/g)) {
		const of = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(field)?.[1];
		const name = of('name');
		if (name && !(name in values)) values[name] = of('value') || of('min') || 'Hafenstrasse 7';
	}
	return values;
}
