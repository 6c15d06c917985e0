import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import {
	beginVisit,
	caseOf,
	eventsOf,
	got,
	messagesOf,
	SOURCE,
	timeline
} from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { passTime } from '../support/time.ts';
import { INVITATION, NUMBER, type ProviderWorld, startProviderWorld } from './provider-world.ts';

let world: ProviderWorld;
beforeAll(async () => {
	world = await startProviderWorld();
});
afterAll(() => world.close());
afterEach(() => {
	world.twilio.scripts.clear();
	world.sendgrid.scripts.clear();
});

let numbers = 100;
/** A number that nobody has, of a range kept free, for this test alone. */
const number = () => `+4917604069${String((numbers += 1)).padStart(3, '0')}`;
let boxes = 0;
const mailbox = () => `person-${++boxes}@example.org`;

const STATUSES = ['queued', 'sent', 'delivered'];
const order = (data: unknown) => STATUSES.indexOf((data as { status: string }).status);
const shown = async (id: string) =>
	(await messagesOf(world, id)).map(({ channel, state, delivery }) => [channel, state, delivery]);
const attemptsOf = (message: string) =>
	world.parts.db
		.selectFrom('message_attempts')
		.select(['number', 'outcome', 'failure', 'code', 'duplicate', 'delivery', 'provider_id'])
		.where('message_id', '=', message)
		.orderBy('number')
		.execute();
const takenBy = (to: string) => world.twilio.taken.filter((one) => one.to === to);
const alertsOf = (kind: string) =>
	world.parts.db.selectFrom('alerts').selectAll().where('kind', '=', kind).execute();
const suppressed = (channel: 'sms' | 'whatsapp' | 'email', to: string) =>
	world.parts.db
		.selectFrom('suppressions')
		.select('reason')
		.where('channel', '=', channel)
		.where('destination_hash', '=', world.parts.vault.hash('destination', to))
		.executeTakeFirst();

test('an SMS goes out by the SDK and what Twilio tells of it stands in the timeline, once each', async () => {
	const sms = number();
	const id = await world.invite({ sms });
	await world.settle();
	expect(await shown(id)).toEqual([['sms', 'accepted', 'delivered']]);
	const [message] = await messagesOf(world, id);
	expect(takenBy(sms)).toMatchObject([{ body: message!.body, validityPeriod: 36_000 }]);
	const told = (await eventsOf(world, id)).filter(({ type }) => type === 'message-reported');
	// Which of them is worked first is by chance.
	expect(told.map(({ data }) => data).sort((a, b) => order(a) - order(b))).toEqual(
		STATUSES.map((status) => ({ message: message!.id, status }))
	);
	expect(await attemptsOf(message!.id)).toMatchObject([
		{ number: 1, outcome: 'accepted', delivery: 'delivered', duplicate: false }
	]);
});

test('WhatsApp goes as the approved template, and its button gets the end of the link alone', async () => {
	const whatsapp = number();
	const id = await world.invite({ whatsapp });
	await world.settle();
	const [message] = await messagesOf(world, id);
	const link = message!.extra['link']!;
	const [taken] = takenBy(`whatsapp:${whatsapp}`);
	expect(taken).toMatchObject({
		from: `whatsapp:${NUMBER}`,
		contentSid: INVITATION,
		body: '',
		contentVariables: { 1: 'Nordlicht Energie', 2: link.slice(link.lastIndexOf('/') + 1) }
	});
	expect(await shown(id)).toEqual([['whatsapp', 'accepted', 'delivered']]);
});

test('e-mail by SendGrid carries ids only, is not tracked, and can be ended with one press', async () => {
	const email = mailbox();
	const id = await world.invite({ email });
	await world.settle();
	const [message] = await messagesOf(world, id);
	const mail = world.sendgrid.taken.find(({ to }) => to === email)!;
	expect(mail).toMatchObject({
		from: { email: 'service@nordlicht.example.org', name: 'Nordlicht Energie' },
		subject: 'A message about your account',
		text: message!.body,
		customArgs: { message: message!.id, attempt: '1' },
		headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
	});
	expect(mail.tracking['click_tracking']?.enable).toBe(false);
	expect(mail.tracking['open_tracking']?.enable).toBe(false);
	expect(await shown(id)).toEqual([['email', 'accepted', 'delivered']]);
});

test('D11: a code that is held up on its way is dropped by the provider when it has ended', async () => {
	const id = await openCase(world, { workflow: 'failed-payment', customer: 'C-1001' });
	got(await requestCode(world.parts, await beginVisit(world, id), 'sms', SOURCE));
	await world.settle();
	const code = (await messagesOf(world, id)).find((one) => one.class === 'code')!;
	const sent = world.twilio.taken.find(({ body }) => body === code.body)!;
	expect(sent.validityPeriod).toBeGreaterThan(290);
	expect(sent.validityPeriod).toBeLessThanOrEqual(300);
});

test.each(['applied-then-500', 'applied-then-timeout'] as const)(
	'O4: after %s the provider is asked, and what it has is not sent again',
	async (fault) => {
		const sms = number();
		world.twilio.scripts.set(sms, { fault, statuses: [], times: 1 }, {});
		const id = await world.invite({ sms });
		await world.settle();
		expect((await messagesOf(world, id))[0]).toMatchObject({ state: 'queued' });
		await passTime(world, 6);
		await world.settle();
		expect(takenBy(sms)).toHaveLength(1);
		const [message] = await messagesOf(world, id);
		expect(message).toMatchObject({ state: 'accepted', provider_id: takenBy(sms)[0]!.sid });
		expect(await attemptsOf(message!.id)).toMatchObject([
			{ outcome: 'unknown' },
			{ outcome: 'accepted', duplicate: false }
		]);
	}
);

test('O4: a repeat of what may have been taken says the same and is flagged a duplicate', async () => {
	const email = mailbox();
	world.sendgrid.scripts.set(email, { fault: 'applied-then-500', statuses: [], times: 1 }, {});
	const id = await world.invite({ email });
	await world.settle();
	await passTime(world, 6);
	await world.settle();
	const mails = world.sendgrid.taken.filter(({ to }) => to === email);
	expect(mails).toHaveLength(2);
	expect(
		new Set(mails.map(({ text, customArgs }) => `${text} ${customArgs['message']}`)).size
	).toBe(1);
	const [message] = await messagesOf(world, id);
	expect(await attemptsOf(message!.id)).toMatchObject([
		{ outcome: 'unknown', duplicate: false },
		{ outcome: 'accepted', duplicate: true }
	]);
	expect((await eventsOf(world, id)).find(({ type }) => type === 'message-accepted')?.data).toEqual(
		{
			message: message!.id,
			provider: 'sendgrid',
			duplicate: true
		}
	);
});

test('an event that carries our own id settles a mail whose answer was lost: it is not sent again', async () => {
	const email = mailbox();
	world.sendgrid.scripts.set(email, { fault: 'applied-then-500', times: 1 });
	const id = await world.invite({ email });
	await world.settle();
	await passTime(world, 6);
	await world.settle();
	expect(world.sendgrid.taken.filter(({ to }) => to === email)).toHaveLength(1);
	expect(await shown(id)).toEqual([['email', 'accepted', 'delivered']]);
	expect((await timeline(world, id)).filter((type) => type === 'message-accepted')).toHaveLength(1);
});

test.each([
	['21610', 'opted-out'],
	['21211', 'unusable'],
	['30007', undefined]
])('code %s: no retry, the next channel, and the contact is %s', async (refuse, reason) => {
	const [sms, email] = [number(), mailbox()];
	world.twilio.scripts.set(sms, { refuse });
	const id = await world.invite({ sms, email });
	await world.settle();
	expect(await shown(id)).toEqual([
		['sms', 'failed', null],
		['email', 'accepted', 'delivered']
	]);
	expect((await suppressed('sms', sms))?.reason).toBe(reason);
	const links = (await messagesOf(world, id)).map(({ extra }) => extra['link']);
	expect(new Set(links).size).toBe(1);
});

test('a handset that is off is tried after 30 minutes, 2 and 12 hours, then by the next channel', async () => {
	const [sms, email] = [number(), mailbox()];
	world.twilio.scripts.set(sms, { statuses: ['sent', 'undelivered'], code: '30003' });
	const id = await world.invite({ sms, email });
	for (const wait of [30 * 60, 2 * 3_600, 12 * 3_600]) {
		await world.settle();
		const tries = takenBy(sms).length;
		await passTime(world, wait - 5);
		await world.settle();
		expect(takenBy(sms)).toHaveLength(tries);
		await passTime(world, 10);
	}
	await world.settle();
	expect(takenBy(sms)).toHaveLength(4);
	expect(new Set(takenBy(sms).map(({ body }) => body)).size).toBe(1);
	expect(await shown(id)).toEqual([
		['sms', 'failed', 'failed'],
		['email', 'accepted', 'delivered']
	]);
});

test('a late failure of a bad number goes to the next channel while the link lives', async () => {
	const [sms, email] = [number(), mailbox()];
	world.twilio.scripts.set(sms, { statuses: ['sent', 'undelivered'], code: '30005' });
	const id = await world.invite({ sms, email });
	await world.settle();
	expect(await shown(id)).toEqual([
		['sms', 'failed', 'failed'],
		['email', 'accepted', 'delivered']
	]);
	expect((await suppressed('sms', sms))?.reason).toBe('unusable');
});

test('O6: a bounce closes the address; with no other channel a person gets the case', async () => {
	const email = mailbox();
	world.sendgrid.scripts.set(email, { statuses: ['processed', 'bounce'] });
	const id = await world.invite({ email });
	await world.settle();
	expect(await shown(id)).toEqual([['email', 'failed', 'failed']]);
	expect((await caseOf(world, id)).row.stage).toBe('with-person');
	expect((await suppressed('email', email))?.reason).toBe('unusable');
});

test('a code that nobody knows is tried once more, then the next channel; operations hear of it', async () => {
	const [sms, email] = [number(), mailbox()];
	world.twilio.scripts.set(sms, { refuse: '39999' });
	const id = await world.invite({ sms, email });
	await world.settle();
	expect(await shown(id)).toEqual([['sms', 'queued', null]]);
	await passTime(world, 30 * 60 + 1);
	await world.settle();
	expect(await shown(id)).toEqual([
		['sms', 'failed', null],
		['email', 'accepted', 'delivered']
	]);
	expect((await alertsOf('provider-code')).map(({ subject }) => subject)).toContain('twilio:39999');
});

test('"too fast" backs off and uses up no try', async () => {
	const sms = number();
	world.twilio.scripts.set(sms, { refuse: '20429', times: 3 }, {});
	const id = await world.invite({ sms });
	for (let time = 0; time < 3; time += 1) {
		await world.settle();
		expect((await messagesOf(world, id))[0]).toMatchObject({ state: 'queued' });
		await passTime(world, 10 * 2 ** time * 1.5 + 1);
	}
	await world.settle();
	expect(await shown(id)).toEqual([['sms', 'accepted', 'delivered']]);
});

test('a broken template is not used again, for anybody, and operations hear of it', async () => {
	const [one, other] = [number(), number()];
	world.twilio.scripts.set(one, { refuse: '63028' });
	const first = await world.invite({ whatsapp: one, email: mailbox() });
	await world.settle();
	const before = world.twilio.calls.length;
	const second = await world.invite({ whatsapp: other, email: mailbox() });
	await world.settle();
	expect(world.twilio.calls).toHaveLength(before);
	for (const id of [first, second])
		expect((await shown(id)).map(([channel, state]) => [channel, state])).toEqual([
			['whatsapp', 'failed'],
			['email', 'accepted']
		]);
	expect(await alertsOf('template-disabled')).toMatchObject([{ subject: `${INVITATION}:63028` }]);
	await world.parts.db.deleteFrom('disabled_templates').execute();
});
