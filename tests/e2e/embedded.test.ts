import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Answer, Customer, eventually } from '../support/customer.ts';
import { type Embedded, startEmbedded } from '../support/embedded.ts';
import { newPerson } from '../support/people.ts';
import { readPhone } from '../support/phone-page.ts';
import { startProgram } from '../support/program.ts';
import { skewed } from '../support/skewed.ts';
import { type Journey, JOURNEYS } from './journeys.ts';

let at: Embedded;
beforeAll(async () => {
	at = await startEmbedded();
});
afterAll(() => at?.close());

const journey = (workflow: string, action: string): Journey =>
	JOURNEYS.find((one) => one.workflow === workflow && one.action === action)!;

const PAY = journey('failed-payment', 'pay-now');
const PROMISE = journey('failed-payment', 'pay-later');
const PLAN = journey('collections-plan', 'plan');
const MOVE = journey('address-update', 'change-address');

/** A customer who has confirmed, and their browser. */
interface Confirmed {
	id: string;
	person: string;
	visitor: Customer;
	/** Path of the receipt. */
	receipt: string;
}

/** From a new case to its confirmation, by plain forms, with the link and the code on the phone. */
async function confirm({ workflow, action, input }: Journey, person: string): Promise<Confirmed> {
	const id = await at.open(workflow, person);
	const visitor = new Customer(at.server.url, at.origin);
	const press = async (path: string, form?: Record<string, string>): Promise<string> => {
		const { location, status } = await visitor.post(path, form);
		if (!location) throw new Error(`The press on ${path} led to ${status}.`);
		return location;
	};
	const onPhone = (what: 'links' | 'codes') =>
		eventually(async () => (await readPhone(at.server.url, person))[what][0]);
	const verify = await press(await onPhone('links'));
	await press(`${verify}?/send`, { channel: 'sms' });
	const visit = await press(`${verify}?/check`, { code: await onPhone('codes') });
	let page = await press(`${visit}/do/${action}?/start`);
	if (!page.includes('/review/'))
		page = await press(`${page}?/save`, { ...filledIn(await visitor.get(page)), ...input });
	const { shown = '' } = filledIn(await visitor.get(page));
	return { id, person, visitor, receipt: await press(page, { shown }) };
}

/** What stands in the fields of a page before anybody types. */
function filledIn({ body }: Answer): Record<string, string> {
	const fields = [...body.matchAll(/<input[^>]*>/g)].map(([field]) => [
		/ name="([^"]+)"/.exec(field)?.[1] ?? '',
		/ value="([^"]*)"/.exec(field)?.[1] ?? ''
	]);
	return Object.fromEntries(fields) as Record<string, string>;
}

const watched = async ({ visitor, receipt }: Confirmed) => {
	const { body } = await visitor.get(receipt);
	return { body, state: /<main[^>]*data-watch="([^"]+)"/.exec(body)?.[1] };
};

/** The receipt once it says booked, and what took effect. */
async function booked(confirmed: Confirmed) {
	const receipt = await eventually(async () => {
		const { body, state } = await watched(confirmed);
		return state === 'booked' && body;
	});
	return { receipt, effects: await at.core.effects(confirmed.person) };
}

test.concurrent.for([PAY, PLAN, MOVE])(
	'on the embedded database $workflow, $action goes from the message to booked with one effect',
	async (journey) => {
		const person = await newPerson(at.core, {}, journey.like);
		const before = await at.core.customer(person);
		const confirmed = await confirm(journey, person);
		const { receipt, effects } = await booked(confirmed);
		expect(effects.map(({ kind }) => kind)).toEqual([journey.kind]);
		expect(effects[0]?.answer).toMatchObject(journey.answer?.(before) ?? {});
		expect(receipt).toContain(effects[0]?.id);
		expect(await at.core.customer(person)).toEqual({
			...before,
			account: { ...before.account, ...journey.account?.(before) },
			address: journey.address ?? before.address
		});
		expect((await at.caseOf(confirmed.id)).stage).toBe('resolved');
	}
);

test('a second process on the same folder ends at once and says who has it and what to do', async () => {
	const second = startProgram('src/main.ts', { ...at.env, TAPDONE_PORT: '0' });
	onTestFinished(() => void second.process.kill('SIGKILL'));
	expect(await second.ended).toBe(1);
	expect(second.said()).toContain(`${at.folder} is in use by process ${at.server.process.pid}`);
	expect(second.said()).toContain('DATABASE_URL');
	// Words for people: no stack, no listening, and the first one serves on.
	expect(second.said()).not.toMatch(/\n\s+at |listening/);
	expect((await fetch(`${at.server.url}/readyz`)).status).toBe(200);
});

test('killed while the system of record has booked and not answered, the next process ends in booked, once', async () => {
	const people = await Promise.all([PAY, PROMISE].map(({ like }) => newPerson(at.core, {}, like)));
	// One call may be repeated under its key, the other must be looked up; both take effect and hang.
	const held = { fault: 'applied-then-timeout', ms: 600_000 } as const;
	await at.core.faults(
		people.map((customer) => ({ match: { method: 'POST', customer, times: 1 }, ...held }))
	);
	const confirmed = await Promise.all(
		[PAY, PROMISE].map((one, place) => confirm(one, people[place]!))
	);
	for (const one of confirmed) {
		await eventually(async () => (await at.core.effects(one.person)).length === 1);
		expect((await watched(one)).state).toBe('received');
	}
	await at.server.stop('SIGKILL');
	expect(readdirSync(join(at.folder, 'lock'))).toHaveLength(1);

	// The dead one's lease is over by then; its folder is taken without a word.
	await at.start(skewed(2));
	for (const one of confirmed) {
		one.visitor.base = at.server.url;
		const { receipt, effects } = await booked(one);
		expect(effects).toHaveLength(1);
		expect(receipt).toContain(effects[0]?.id);
		const { stage, submission } = await at.caseOf(one.id);
		expect([stage, submission?.state]).toEqual(['resolved', 'booked']);
	}
});
