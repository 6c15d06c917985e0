import type { Agent } from 'node:http';
import { codeOf } from '../../src/lib/server/crypto/codes.ts';
import { Browser } from './browser.ts';
import { allSent, type Invited } from './invited.ts';
import { forMany } from './many.ts';
import type { Stage } from './stage.ts';

/** A source address of a customer's own: the limits of one address are not what is measured. */
let sources = 0;
const nextSource = (): string => {
	sources += 1;
	return `10.${(sources >> 16) & 255}.${(sources >> 8) & 255}.${sources & 255}`;
};

/** The code that the newest challenge of a visit was sent with. */
async function codeFor({ parts }: Stage, { key }: Invited, visit: string): Promise<string> {
	const { secret } = await parts.db
		.selectFrom('challenges')
		.select('secret')
		.where('visit_id', '=', visit)
		.where('used_at', 'is', null)
		.where('ended_at', 'is', null)
		.executeTakeFirstOrThrow();
	const opened = await parts.vault.openCaseKey(key);
	return codeOf(await parts.vault.open<string>(opened, secret, 'challenges.secret'));
}

/** Link and press: a browser with a visit that has proved nothing yet. */
export async function press({ server, origin }: Stage, agent: Agent, invited: Invited) {
	const browser = new Browser({ agent, url: server.url, origin }, nextSource());
	await browser.see(invited.path);
	const verify = await browser.press(invited.path);
	await browser.see(verify);
	return { browser, verify };
}

/** Link, press, code: a browser that may choose, and the path of its visit. */
export async function arrive(stage: Stage, agent: Agent, invited: Invited) {
	const { browser, verify } = await press(stage, agent, invited);
	const sent = await browser.press(`${verify}?/send`, { channel: 'sms' });
	await browser.see(sent);
	const visit = verify.split('/')[2] ?? '';
	const code = await codeFor(stage, invited, visit);
	const chosen = await browser.press(`${verify}?/check`, { code });
	await browser.see(chosen);
	return { browser, visit: chosen, verify };
}

/** From the open page of choices to the receipt that says *received*; gives the receipt's path. */
export async function finish(browser: Browser, visit: string, action: string): Promise<string> {
	return confirm(browser, await browser.press(`${visit}/do/${action}?/start`));
}

/** From the path of a review to the receipt, which is looked at; gives the receipt's path. */
export async function confirm(browser: Browser, review: string | null): Promise<string> {
	if (!review) throw new Error('There is nothing to confirm.');
	const page = await browser.see(review);
	const shown = /name="shown"[^>]*value="([^"]+)"/.exec(page)?.[1] ?? '';
	const receipt = await browser.press(review, { shown });
	await browser.see(receipt);
	return receipt;
}

/**
 * Whole journeys with every page that a browser loads on the way, `agent.maxSockets` at a time,
 * until everything is written back; then each customer looks at the receipt once more. Throws
 * unless each of them reads that it is booked.
 */
export async function travel(stage: Stage, agent: Agent, invited: Invited[]): Promise<void> {
	const last: { browser: Browser; receipt: string }[] = [];
	await forMany(invited, agent.maxSockets, async (one) => {
		const { browser, visit } = await arrive(stage, agent, one);
		last.push({ browser, receipt: await finish(browser, visit, 'pay-now') });
	});
	await allSent(stage);
	await forMany(last, agent.maxSockets, async ({ browser, receipt }) => {
		const page = await browser.see(receipt);
		if (!/PAY-\d+/.test(page)) throw new Error(`Not booked: ${page}`);
	});
}
