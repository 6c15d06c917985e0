import type { Answer } from '../support/customer.ts';
import type { Traveller } from './crash-customer.ts';

/** What a customer wants of the pages. */
export interface Wish {
	action: string;
	/** Fields that are not filled already. */
	form?: Record<string, string>;
	/** What they know, where it is asked for. */
	facts?: Record<string, string>;
	/** Once the visit is verified, on the choose page; the pages go on from wherever it leads. */
	onTheWay?: (traveller: Traveller, visit: string) => Promise<void>;
	/** Right before the button of the review is pressed. */
	beforeConfirming?: (traveller: Traveller) => Promise<void>;
}

const MOST_PAGES = 80;
const linkOf = (body: string) => /\/l\/[\w.-]+/.exec(body)?.[0];
const codeOf = (body: string) => /(?<!\d)\d{6}(?!\d)/.exec(body)?.[0];

export const newestLink = (traveller: Traveller): Promise<string> =>
	traveller.until(async () => (await traveller.inbox()).map(linkOf).findLast(Boolean));

/** To a verified visit; gives its id. */
export async function reachChoices(traveller: Traveller, wish: Wish): Promise<string> {
	for (let seen = 0; seen < MOST_PAGES; seen += 1) {
		const chosen = /^\/a\/([\w-]+)(\/receipt)?$/.exec(traveller.at);
		const page = chosen && (await traveller.get(traveller.at));
		if (chosen?.[1] && page?.status === 200) return chosen[1];
		// A choose page with a receipt behind it leads there: that is verified, too.
		if (page?.location?.endsWith('/receipt')) traveller.at = page.location;
		else if (page?.location) traveller.at = page.location;
		else if (/\/verify/.test(traveller.at)) await verify(traveller, wish);
		else {
			const link = await newestLink(traveller);
			await traveller.press(link);
		}
	}
	throw new Error(`${traveller.id} is lost at ${traveller.at}.`);
}

async function verify(traveller: Traveller, { facts = {} }: Wish): Promise<void> {
	const { at } = traveller;
	const page = await traveller.get(at);
	const path = at.split('?')[0]!;
	if (page.location) {
		traveller.at = page.location;
		return;
	}
	if (/name="fact\./.test(page.body)) {
		const form = Object.entries(facts).map(([name, value]) => [`fact.${name}`, value]);
		await traveller.press(`${path}?/facts`, Object.fromEntries(form) as Record<string, string>);
		return;
	}
	const before = await codes(traveller);
	const sent = await traveller.press(`${path}?/send`, { channel: 'sms' });
	// A code of before the crash is on its way; this one may not be asked for yet.
	const waits = /said=too-soon/.test(sent.location ?? '');
	const code = await traveller.until(async () => {
		const now = await codes(traveller);
		return (now.length > before.length || waits) && now.at(-1);
	});
	const checked = await traveller.press(`${path}?/check`, { code });
	if (/\/verify/.test(checked.location ?? '')) await traveller.lane.passTime(130);
}

const codes = async (traveller: Traveller): Promise<string[]> =>
	(await traveller.inbox()).flatMap((body) => codeOf(body) ?? []);

/** All the way to the receipt that says it is booked. */
export async function bringHome(traveller: Traveller, wish: Wish): Promise<void> {
	let asked = false;
	for (let seen = 0; seen < MOST_PAGES; seen += 1) {
		const visit = await reachChoices(traveller, wish);
		if (!asked && wish.onTheWay) {
			asked = true;
			await wish.onTheWay(traveller, visit);
			continue;
		}
		if (traveller.at.endsWith('/receipt')) {
			const booked = await traveller.until(async () => {
				const page = await traveller.get(`/a/${visit}/receipt`);
				// An idle visit ends; the link in the message still works.
				return page.location ? 'gone' : isBooked(page) && 'booked';
			});
			if (booked === 'booked') return;
			traveller.at = '';
			continue;
		}
		await confirm(traveller, visit, wish);
	}
	throw new Error(`${traveller.id} never got home from ${traveller.at}.`);
}

/** The system of record's reference stands there only once it is booked. */
const isBooked = ({ body }: Answer): boolean => /\b(PAY|PRM|PLN|ADR|CNF)-\d+/.test(body);

async function confirm(traveller: Traveller, visit: string, wish: Wish): Promise<void> {
	const started = await traveller.press(`/a/${visit}/do/${wish.action}?/start`);
	if (started.location?.endsWith(`/do/${wish.action}`)) {
		const { body } = await traveller.get(started.location);
		await traveller.press(`/a/${visit}/do/${wish.action}?/save`, { ...filled(body), ...wish.form });
	}
	if (!/\/review\//.test(traveller.at)) return;
	const review = traveller.at;
	const page = await traveller.get(review);
	const shown = /name="shown"[^>]*value="([^"]+)"/.exec(page.body)?.[1];
	if (!shown) return;
	await wish.beforeConfirming?.(traveller);
	await traveller.press(review, { shown });
}

/** What stands in the form's fields already. */
function filled(body: string): Record<string, string> {
	const inputs = [...body.matchAll(/<input[^>]*>/g)].map(([tag]) => ({
		name: /\bname="([^"]+)"/.exec(tag)?.[1],
		value: /\bvalue="([^"]*)"/.exec(tag)?.[1]
	}));
	return Object.fromEntries(
		inputs.flatMap(({ name, value }) => (name && value ? [[name, value]] : []))
	);
}
