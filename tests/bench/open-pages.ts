import type { Agent } from 'node:http';
import type { Browser } from './browser.ts';
import { allSent, invite } from './invited.ts';
import { arrive, finish, press } from './journey.ts';
import type { Stage } from './stage.ts';

interface OpenPage {
	name: string;
	path: string;
	browser: Browser;
}

/**
 * Each customer page in the state in which a customer sees it, with the browser that may see it.
 * Looking changes nothing, so it can be asked for again and again.
 */
export async function openPages(stage: Stage, agent: Agent): Promise<OpenPage[]> {
	const [waiting, pressed, sent, chosen, booked] = await invite(stage, 5);
	if (!waiting || !pressed || !sent || !chosen || !booked) throw new Error('Nobody came.');
	const atVerify = await press(stage, agent, pressed);
	const atCode = await press(stage, agent, sent);
	await atCode.browser.press(`${atCode.verify}?/send`, { channel: 'sms' });
	const { browser, visit } = await arrive(stage, agent, chosen);
	const done = await arrive(stage, agent, booked);
	const receipt = await finish(done.browser, done.visit, 'pay-now');
	await allSent(stage);
	const review = await browser.press(`${visit}/do/pay-now?/start`);
	return [
		{ name: 'landing', path: waiting.path, browser: atVerify.browser },
		{ name: 'verify: ask for a code', path: atVerify.verify, browser: atVerify.browser },
		{ name: 'verify: type the code', path: atCode.verify, browser: atCode.browser },
		{ name: 'choose', path: visit, browser },
		{ name: 'fill', path: `${visit}/do/pay-part`, browser },
		{ name: 'review', path: review, browser },
		{ name: 'receipt', path: receipt, browser: done.browser },
		{ name: 'help', path: `${visit}/help`, browser },
		{ name: 'stop', path: `${waiting.path}/stop`, browser }
	];
}
