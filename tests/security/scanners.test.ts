import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../support/servers.ts';
import { fingerprint, settled } from './tables.ts';
import { askCode, BEHIND_PROXY, enter, newLink, press, Visitor } from './visitor.ts';

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ env: BEHIND_PROXY });
});
afterAll(() => fleet.close());

const PREVIEWS: Record<string, Record<string, string>> = {
	WhatsApp: { 'user-agent': 'WhatsApp/2.24 A' },
	iMessage: {
		'user-agent':
			'Mozilla/5.0 (Macintosh) AppleWebKit/601 Safari/601 facebookexternalhit/1.1 Facebot Twitterbot/1.0'
	},
	Outlook: { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) SafeLinks BingPreview/1.0b' },
	prefetch: { 'sec-purpose': 'prefetch', purpose: 'prefetch', 'sec-fetch-dest': 'document' },
	prerender: { 'sec-purpose': 'prefetch;prerender', 'sec-fetch-mode': 'navigate' }
};

test('B5: what a preview can show is the same for every customer and names nobody', async () => {
	const seen = new Set<string>();
	for (const customer of ['C-1001', 'C-1002']) {
		const { link } = await newLink(fleet, { customer });
		const { name, phone, account } = await fleet.core.customer(customer);
		for (const headers of Object.values(PREVIEWS)) {
			const { status, body } = await new Visitor(fleet).get(link, headers);
			expect(status).toBe(200);
			const head = /<head>[^]*<\/head>/.exec(body)![0];
			seen.add(/<title>[^<]*<\/title>/.exec(head)![0]);
			expect(head).toContain('<meta name="robots" content="noindex, nofollow"');
			expect(head).not.toMatch(/property="og:|name="twitter:|itemprop=|application\/ld\+json/);
			const known = [name, ...name.split(' '), phone!, customer, String(account.balance), '€'];
			for (const secret of known) expect(body).not.toContain(secret);
			expect(body).not.toContain((account.balance / 100).toFixed(2));
		}
	}
	expect(seen.size).toBe(1);
});

/** Every address of a case, as a customer inside, before the code, and outside sees them. */
async function everyPage() {
	const { link } = await newLink(fleet, { customer: 'C-1003' });
	const visitor = new Visitor(fleet);
	const waiting = await press(visitor, link);
	await askCode(fleet, visitor, waiting);
	const other = await newLink(fleet, { customer: 'C-1004' });
	const inside = await enter(fleet, visitor, other.link);
	const { location: review } = await visitor.post(`${inside}/do/pay-now?/start`);
	const steps = ['', '/verify', '/verify?next=receipt', '/help', '/receipt', '/do/pay-now'];
	const pages = [link, `${link}/stop`, `${link}/stop?said=missing`, `${link}/language`, review!];
	for (const visit of [waiting, inside])
		for (const step of steps) pages.push(visit + step, `${visit}${step.split('?')[0]}/__data.json`);
	return { visitor, pages: [...pages, `${link}/__data.json`, '/gone', '/'] };
}

test('B6: prefetch, prerender, data loads and HEAD change nothing and send nothing', async () => {
	const { visitor, pages } = await everyPage();
	await settled(fleet.db);
	const before = await fingerprint(fleet.db);
	for (const page of pages)
		for (const headers of [{}, ...Object.values(PREVIEWS), { 'x-sveltekit-invalidated': '11' }])
			for (const method of ['GET', 'HEAD']) {
				const { status } = await visitor.twin(fleet).send(method, page, undefined, headers);
				expect(status, `${method} ${page}`).toBeLessThan(500);
			}
	expect(await fingerprint(fleet.db)).toEqual(before);
});

test('B6: addresses that only take presses do nothing when they are loaded', async () => {
	const { link } = await newLink(fleet, { customer: 'C-1005' });
	const visitor = new Visitor(fleet);
	const inside = await enter(fleet, visitor, link);
	await settled(fleet.db);
	const before = await fingerprint(fleet.db);
	for (const press of [
		`${link}?go=help`,
		`${link}/stop?sure=on`,
		`${inside}/verify?/send&channel=sms`,
		`${inside}/verify?/check&code=000000`,
		`${inside}/do/pay-now?/start`,
		`${inside}/help?/not-me&sure=on`,
		`${inside}/help?/finish`,
		`${inside}/language?language=de`
	])
		expect((await visitor.get(press)).status, press).toBeLessThan(500);
	expect(await fingerprint(fleet.db)).toEqual(before);
	expect((await visitor.get(inside)).status).toBe(200);
});
