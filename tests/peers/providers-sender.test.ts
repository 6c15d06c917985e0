import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { messagesOf, timeline } from '../support/journey.ts';
import { passTime } from '../support/time.ts';
import { type ProviderWorld, startProviderWorld } from './provider-world.ts';

let world: ProviderWorld;
beforeAll(async () => {
	world = await startProviderWorld();
});
afterAll(() => world.close());

const stateOf = async (id: string) => (await messagesOf(world, id))[0]!;
const alerts = () =>
	world.parts.db
		.selectFrom('alerts')
		.select(['subject', 'count'])
		.where('kind', '=', 'sender-down')
		.execute();
const calls = () => world.twilio.calls.length;

test('wrong credentials: one alert, messages parked, no try used up; right ones, one probe, and all go', async () => {
	const { token } = world.twilio;
	world.twilio.setToken('another-token');
	const ids = [];
	for (let one = 0; one < 12; one += 1)
		ids.push(await world.invite({ sms: `+49176040694${String(one).padStart(2, '0')}` }));
	const messages = await Promise.all(ids.map(stateOf));
	for (const { id } of messages) await sendMessage(world.parts, id);
	// The first one found out; nobody asked again.
	expect(calls()).toBe(1);
	expect(await alerts()).toEqual([{ subject: 'sms:20003', count: 1 }]);
	for (const id of ids)
		expect(await stateOf(id)).toMatchObject({
			state: 'queued',
			reason: 'sender-parked',
			unsettled: 0
		});
	expect(await timeline(world, ids[0]!)).not.toContain('message-failed');

	// Probes while it is still wrong: one call each, no second alert.
	for (let time = 0; time < 3; time += 1) {
		await passTime(world, 100);
		await world.settle();
	}
	expect(calls()).toBe(4);
	expect(await alerts()).toEqual([{ subject: 'sms:20003', count: 1 }]);
	const failed = await world.parts.db
		.selectFrom('message_attempts')
		.select('failure')
		.where('failure', '<>', 'account')
		.execute();
	expect(failed).toEqual([]);

	world.twilio.setToken(token);
	await passTime(world, 31);
	const [probe] = messages;
	await world.parts.db
		.updateTable('messages')
		.set({ next_at: new Date(0) })
		.where('id', '=', probe!.id)
		.execute();
	await sendMessage(world.parts, probe!.id);
	expect(calls()).toBe(5);
	// What was parked comes back by itself, spread over a minute, found by the sweeper.
	await passTime(world, 80);
	await world.parts.db.deleteFrom('counters').where('key', '=', 'sweep').execute();
	expect((await sweep(world.parts))?.['messages']).toBeGreaterThan(5);
	await world.settle();
	for (const id of ids) expect(await stateOf(id)).toMatchObject({ state: 'accepted' });
	expect(world.twilio.taken).toHaveLength(ids.length);
});

test('one channel out of order holds up no other', async () => {
	world.sendgrid.setKey('SG.another-key');
	const byMail = await world.invite({ email: 'waits@example.org' });
	const bySms = await world.invite({ sms: '+4917604069450' });
	await world.settle();
	expect(await stateOf(byMail)).toMatchObject({ state: 'queued', reason: 'sender-parked' });
	expect(await stateOf(bySms)).toMatchObject({ state: 'accepted' });
});

test('a call whose answer died with the process: a refusal to list is a refusal to send', async () => {
	const { token } = world.twilio;
	world.twilio.setToken('another-token');
	const id = await world.invite({ sms: '+4917604069460' });
	const crash = (point: string) => {
		if (point === 'send-message:after-send') throw new Error(point);
	};
	const message = (await stateOf(id)).id;
	await expect(sendMessage({ ...world.parts, crash }, message)).rejects.toThrow('after-send');
	await passTime(world, 61);
	await sendMessage(world.parts, message);
	expect(await stateOf(id)).toMatchObject({ state: 'queued', reason: 'sender-parked' });
	world.twilio.setToken(token);
	await passTime(world, 130);
	await world.settle();
	expect(await stateOf(id)).toMatchObject({ state: 'accepted' });
});
