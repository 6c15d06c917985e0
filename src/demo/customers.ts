import { setTimeout as wait } from 'node:timers/promises';
import { Browser } from './browser.ts';
import { CannotGoOn } from './processes.ts';

/** What some of the demo's customers do before anybody looks, so that the desk and the figures are not empty. */
const PLAYED: { customer: string; does: 'look' | 'ask' | { action: string } }[] = [
	{ customer: 'C-1003', does: { action: 'pay-now' } },
	{ customer: 'C-1006', does: { action: 'pay-now' } },
	{ customer: 'C-1008', does: { action: 'pay-now' } },
	{ customer: 'C-1010', does: { action: 'pay-now' } },
	{ customer: 'C-1048', does: { action: 'confirm-address' } },
	{ customer: 'C-1049', does: { action: 'confirm-address' } },
	{ customer: 'C-1021', does: 'look' },
	{ customer: 'C-1027', does: 'ask' },
	{ customer: 'C-1033', does: 'ask' },
	{ customer: 'C-1042', does: 'ask' },
	{ customer: 'C-1016', does: 'ask' }
];

const LOOK_MS = 250;
const MOST_MS = 60_000;

/** Looks at the phone of a customer until something is there. */
async function onPhone(pages: Browser, customer: string, wanted: RegExp): Promise<string> {
	const until = performance.now() + MOST_MS;
	while (performance.now() < until) {
		const list = await pages.get(`/phone?q=${customer}`);
		const handset = /handset=([\w-]+)/.exec(list)?.[1];
		const shown = handset ? await pages.get(`/phone?q=${customer}&handset=${handset}`) : '';
		const found = wanted.exec(shown)?.[1];
		if (found) return found;
		await wait(LOOK_MS);
	}
	throw new CannotGoOn(`No message came to the phone of ${customer}.`);
}

/** From the message on the phone to what this customer does, by the pages that everybody uses. */
async function play(app: number, { customer, does }: (typeof PLAYED)[number]): Promise<void> {
	const pages = new Browser(app);
	const link = await onPhone(pages, customer, /(\/l\/[\w.-]+)/);
	const landed = await pages.post(link);
	const visit = /^\/a\/[\w-]+/.exec(landed.to)?.[0] ?? '';
	await pages.post(`${visit}/verify?/send`);
	const code = await onPhone(pages, customer, />(\d{6})</);
	const inside = (await pages.post(`${visit}/verify?/check`, { code })).to;
	if (does === 'ask') await pages.post(`${inside}/help?/person`, { sure: 'yes' });
	else if (does !== 'look') {
		const review = await pages.post(`${inside}/do/${does.action}?/start`);
		// What was read is confirmed, nothing else.
		const [, shown = ''] = /name="shown" value="([^"]+)"/.exec(await pages.get(review.to)) ?? [];
		await pages.post(review.to, { shown });
	}
}

/** All of them at once; what they have done stays when the demo is started again. */
export async function playCustomers(app: number): Promise<void> {
	await Promise.all(PLAYED.map((one) => play(app, one)));
}
