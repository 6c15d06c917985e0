import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readTwilio } from '../../src/lib/contracts/callbacks.ts';
import { pollDelivery } from '../../src/lib/server/flows/poll-delivery.ts';
import { storeReports } from '../../src/lib/server/flows/store-callbacks.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { eventsOf, messagesOf, timeline } from '../support/journey.ts';
import { passTime } from '../support/time.ts';
import { type ProviderWorld, startProviderWorld } from './provider-world.ts';

let world: ProviderWorld;
beforeAll(async () => {
	world = await startProviderWorld();
});
afterAll(() => world.close());
afterEach(() => {
	world.twilio.scripts.clear();
	world.sendgrid.scripts.clear();
});

let numbers = 200;
const number = () => `+4917604069${String((numbers += 1)).padStart(3, '0')}`;
const messageOf = async (id: string) => (await messagesOf(world, id))[0]!;
const reported = async (id: string) =>
	(await eventsOf(world, id))
		.filter(({ type }) => type === 'message-reported')
		.map(({ data }) => (data as { status: string }).status)
		.sort();
const callbacks = (providerId: string) =>
	world.parts.db
		.selectFrom('provider_events')
		.select(['status', 'state'])
		.where('provider_id', '=', providerId)
		.execute();
const unknownAlerts = async () => {
	const found = await world.parts.db
		.selectFrom('alerts')
		.select('count')
		.where('kind', '=', 'unknown-callback')
		.executeTakeFirst();
	return found?.count ?? 0;
};

test('O1: ten copies in any order are one entry each, and the state is the furthest', async () => {
	const sms = number();
	const statuses = ['queued', 'sent', 'delivered', 'failed'];
	world.twilio.scripts.set(sms, { statuses, copies: 10, mixed: true, code: '30008' });
	const id = await world.invite({ sms });
	await world.settle();
	expect(await reported(id)).toEqual([...statuses].sort());
	// The failure may have been heard of first: then it waited for its next try, and the delivery ended that.
	expect(await messageOf(id)).toMatchObject({ state: 'accepted', delivery: 'delivered' });
	await passTime(world, 50_000);
	await world.settle();
	expect(world.twilio.taken.filter(({ to }) => to === sms)).toHaveLength(1);
});

test('what is told before our own call has returned waits for it, and nobody is alarmed', async () => {
	const sms = number();
	world.twilio.scripts.set(sms, { early: true });
	const before = await unknownAlerts();
	const id = await world.invite({ sms });
	await world.settle();
	expect(await messageOf(id)).toMatchObject({ state: 'accepted', delivery: 'delivered' });
	expect(await reported(id)).toEqual(['delivered', 'queued', 'sent']);
	expect(await unknownAlerts()).toBe(before);
});

test('O3: what is told of a message that nobody knows is kept, touches no case, and is told to operations', async () => {
	const before = await unknownAlerts();
	const providerId = `SM${'9'.repeat(32)}`;
	const told = readTwilio({ MessageSid: providerId, MessageStatus: 'delivered' });
	if (!told || !('report' in told)) throw new Error('It was not read.');
	expect(await storeReports(world.parts, [told.report])).toBe(1);
	await world.settle();
	expect(await callbacks(providerId)).toEqual([{ status: 'delivered', state: 'orphan' }]);
	expect(await unknownAlerts()).toBe(before);
	await passTime(world, 130);
	await world.settle();
	expect(await callbacks(providerId)).toEqual([{ status: 'delivered', state: 'orphan' }]);
	expect(await unknownAlerts()).toBe(before + 1);
});

test('J3: 64 replays at once are one effect', async () => {
	const sms = number();
	world.twilio.scripts.set(sms, { statuses: [] });
	const id = await world.invite({ sms });
	await world.settle();
	const { provider_id: sid } = await messageOf(id);
	const answers = await Promise.all(
		Array.from({ length: 64 }, () => world.twilio.report(sid!, 'delivered'))
	);
	expect(new Set(answers)).toEqual(new Set([200]));
	await world.settle();
	expect(await callbacks(sid!)).toHaveLength(1);
	expect(await reported(id)).toEqual(['delivered']);
});

test('a forged callback changes nothing, and a wrong token signs none', async () => {
	const sms = number();
	world.twilio.scripts.set(sms, { statuses: [] });
	const id = await world.invite({ sms });
	await world.settle();
	const { provider_id: sid } = await messageOf(id);
	const { token } = world.twilio;
	world.twilio.setToken('another-token');
	expect(await world.twilio.report(sid!, 'delivered')).toBe(403);
	world.twilio.setToken(token);
	expect(await callbacks(sid!)).toEqual([]);
	expect(await messageOf(id)).toMatchObject({ delivery: 'accepted' });
});

test('a batch of SendGrid that comes twice is worked once', async () => {
	const email = 'twice@example.org';
	world.sendgrid.scripts.set(email, { statuses: [] });
	const id = await world.invite({ email });
	await world.settle();
	const mail = world.sendgrid.taken.find(({ to }) => to === email)!;
	const events = ['processed', 'delivered'].map((one) => world.sendgrid.eventOf(mail, one));
	expect(await world.sendgrid.post(events)).toBe(204);
	expect(await world.sendgrid.post(events)).toBe(204);
	await world.settle();
	expect(await reported(id)).toEqual(['delivered', 'processed']);
});

test('a delivery that is told after a failure counts, and the number is a good one again', async () => {
	const sms = number();
	world.twilio.scripts.set(sms, { statuses: ['undelivered'], code: '30005' });
	const id = await world.invite({ sms });
	await world.settle();
	expect(await messageOf(id)).toMatchObject({ state: 'failed', delivery: 'failed' });
	const { provider_id: sid } = await messageOf(id);
	await world.twilio.report(sid!, 'delivered');
	await world.settle();
	expect(await messageOf(id)).toMatchObject({ state: 'failed', delivery: 'delivered' });
	const left = await world.parts.db
		.selectFrom('suppressions')
		.selectAll()
		.where('destination_hash', '=', world.parts.vault.hash('destination', sms))
		.execute();
	expect(left).toEqual([]);
});

test('a provider that tells no end is asked for it, three times at most', async () => {
	const sms = number();
	world.twilio.scripts.set(sms, { statuses: [] });
	const id = await world.invite({ sms });
	await world.settle();
	const { id: message, provider_id: sid } = await messageOf(id);
	const asked = () =>
		world.twilio.calls.filter(({ path, method }) => method === 'GET' && path.includes(sid!)).length;
	await pollDelivery(world.parts, message, 1);
	expect(asked()).toBe(0);
	for (const wait of [15 * 60, 2 * 3_600, 24 * 3_600, 24 * 3_600]) {
		await passTime(world, wait + 1);
		await pollDelivery(world.parts, message, 1);
	}
	expect(asked()).toBe(3);

	const other = number();
	world.twilio.scripts.set(other, { statuses: [] });
	const second = await world.invite({ sms: other });
	await world.settle();
	const { id: late, provider_id: lateSid } = await messageOf(second);
	world.twilio.taken.find((one) => one.sid === lateSid)!.status = 'delivered';
	await passTime(world, 15 * 60 + 20);
	await world.parts.db.deleteFrom('counters').where('key', '=', 'sweep').execute();
	expect((await sweep(world.parts))?.['polls']).toBeGreaterThan(0);
	await pollDelivery(world.parts, late, 1);
	await world.settle();
	expect(await messageOf(second)).toMatchObject({ delivery: 'delivered' });
	// Told once more, by the provider itself: it is the same thing.
	await world.twilio.report(lateSid!, 'delivered');
	await world.settle();
	expect((await timeline(world, second)).filter((one) => one === 'message-reported')).toHaveLength(
		1
	);
});
