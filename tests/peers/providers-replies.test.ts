import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelCase } from '../../src/lib/server/flows/cancel-case.ts';
import { sayFromPhone } from '../../src/lib/server/flows/say-from-phone.ts';
import type { InboundContent } from '../../src/lib/server/flows/take-inbound.ts';
import { openUnsubscribe, unsubscribe } from '../../src/lib/server/flows/unsubscribe.ts';
import type { Channel } from '../../src/lib/domain/workflow/document.ts';
import { caseOf, eventsOf, got, messagesOf, timeline } from '../support/journey.ts';
import { passTime } from '../support/time.ts';
import { type ProviderWorld, startProviderWorld } from './provider-world.ts';

let world: ProviderWorld;
beforeAll(async () => {
	world = await startProviderWorld();
});
afterAll(() => world.close());

let numbers = 300;
const number = () => `+4917604069${String((numbers += 1)).padStart(3, '0')}`;
const reasons = async (channel: Channel, ...hashes: string[]) =>
	(
		await world.parts.db
			.selectFrom('suppressions')
			.select('reason')
			.where('channel', '=', channel)
			.where('destination_hash', 'in', hashes)
			.execute()
	).map(({ reason }) => reason);
const hashOf = (to: string) => world.parts.vault.hash('destination', to);
const exceptionsOf = (id: string) =>
	world.parts.db
		.selectFrom('exceptions')
		.select(['breakpoint', 'reason', 'state'])
		.where('case_id', '=', id)
		.execute();
async function invited(contacts: Record<string, string>) {
	const id = await world.invite(contacts);
	await world.settle();
	return id;
}
const say = async (from: string, text: string, more?: Record<string, string>) => {
	expect(await world.twilio.say(from, text, more)).toBe(200);
	await world.settle();
};

test.each(['sms', 'whatsapp'] as const)(
	'O6: STOP by %s holds at once, for this channel and contact; the timeline says it',
	async (channel) => {
		const to = number();
		const from = channel === 'whatsapp' ? `whatsapp:${to}` : to;
		const id = await invited({ [channel]: to, email: `stop-${channel}@example.org` });
		await world.twilio.say(from, ' Stop. ');
		// Before any job has run.
		expect(await reasons(channel, hashOf(to))).toEqual(['stop-word']);
		await world.settle();
		expect((await eventsOf(world, id)).at(-1)).toMatchObject({
			type: 'messages-stopped',
			actor: 'customer',
			data: { channels: [channel] }
		});
		expect(await exceptionsOf(id)).toEqual([]);

		const later = await invited({ [channel]: to, email: `later-${channel}@example.org` });
		expect((await messagesOf(world, later)).map((one) => [one.channel, one.state])).toEqual([
			[channel, 'suppressed'],
			['email', 'accepted']
		]);

		await say(from, 'START');
		expect(await reasons(channel, hashOf(to))).toEqual([]);
		expect((await timeline(world, later)).at(-1)).toBe('messages-resumed');
	}
);

test('O6: STOP on the last channel leaves a person with the case', async () => {
	const sms = number();
	const id = await invited({ sms });
	await say(sms, 'STOP', { OptOutType: 'STOP' });
	expect(await exceptionsOf(id)).toEqual([
		{ breakpoint: 'trigger', reason: 'unreachable-contact', state: 'open' }
	]);
});

test('a STOP that comes many times at once is one entry', async () => {
	const sms = number();
	const id = await invited({ sms });
	const MessageSid = `SM${'7'.repeat(32)}`;
	await Promise.all(
		Array.from({ length: 16 }, () => world.twilio.say(sms, 'STOP', { MessageSid }))
	);
	await world.settle();
	expect((await timeline(world, id)).filter((one) => one === 'messages-stopped')).toHaveLength(1);
});

test('HELP is answered with the words of the brand, once an hour, and never after the provider', async () => {
	const sms = number();
	const id = await invited({ sms });
	const answers = async () =>
		(await messagesOf(world, id)).filter((one) => one.class === 'notice').map(({ body }) => body);
	await say(sms, 'HELP', { OptOutType: 'HELP' });
	expect(await answers()).toEqual([]);
	await say(sms, 'help');
	await say(sms, 'Help!');
	expect(await answers()).toHaveLength(1);
	expect((await answers())[0]).toMatch(/^Nordlicht Energie: .*STOP/);
	expect(world.twilio.taken.filter(({ to }) => to === sms)).toHaveLength(2);
});

test('what no rule understands goes to a person, and is sealed under the key of the case', async () => {
	const sms = number();
	const id = await invited({ sms });
	const text = 'I paid last week \u202e<script>alert(1)</script> to Frau Sommer';
	await say(sms, text);
	expect(await exceptionsOf(id)).toEqual([{ breakpoint: 'reply', reason: 'reply', state: 'open' }]);
	const [kept] = await world.parts.db
		.selectFrom('inbound_messages')
		.selectAll()
		.where('case_id', '=', id)
		.execute();
	expect(JSON.stringify(kept)).not.toContain('Sommer');
	const { key } = await caseOf(world, id);
	const opened = await world.parts.vault.open<InboundContent>(
		key,
		kept!.sealed,
		'inbound_messages.sealed'
	);
	expect(opened.text).toBe(text);
	expect(JSON.stringify(await eventsOf(world, id))).not.toContain('Sommer');
	// A second one is noted; nobody gets the case twice.
	await say(sms, 'Hello?');
	expect(await exceptionsOf(id)).toHaveLength(1);
	expect((await timeline(world, id)).filter((one) => one === 'reply-received')).toHaveLength(2);
});

test('what reads like an opt-out pauses everything to that person until somebody has looked', async () => {
	const sms = number();
	const id = await invited({ sms, email: 'pause@example.org' });
	await say(sms, "please don't send me any more texts");
	expect(await exceptionsOf(id)).toEqual([
		{ breakpoint: 'reply', reason: 'possible-opt-out', state: 'open' }
	]);
	const { customer_hash: customer } = (await caseOf(world, id)).row;
	for (const channel of ['sms', 'whatsapp', 'email'] as const)
		expect(await reasons(channel, customer)).toEqual(['possible-opt-out']);
	await say(sms, 'START');
	for (const channel of ['sms', 'whatsapp', 'email'] as const)
		expect(await reasons(channel, customer, hashOf(sms))).toEqual([]);
});

test('a person who writes after the end of the case is heard, too', async () => {
	const sms = number();
	const id = await invited({ sms });
	got(await cancelCase(world.parts, 'key:test', id, 'paid-elsewhere'));
	await say(sms, 'Why did you write to me?');
	expect(await exceptionsOf(id)).toEqual([{ breakpoint: 'reply', reason: 'reply', state: 'open' }]);
});

test('of a stranger the word counts and nothing else is kept', async () => {
	const stranger = number();
	await say(stranger, 'STOP');
	expect(await reasons('sms', hashOf(stranger))).toEqual(['stop-word']);
	const before = await world.parts.db.selectFrom('inbound_messages').select('id').execute();
	await say(number(), 'Who is this?');
	expect(await world.parts.db.selectFrom('inbound_messages').select('id').execute()).toEqual(
		before
	);
	const alerts = await world.parts.db
		.selectFrom('alerts')
		.select(['subject', 'count'])
		.where('kind', '=', 'unknown-contact')
		.execute();
	expect(alerts).toEqual([{ subject: 'sms', count: 2 }]);
});

test('WhatsApp: who has written is answered in free words, for 24 hours', async () => {
	const whatsapp = number();
	await invited({ whatsapp });
	await say(`whatsapp:${whatsapp}`, 'help');
	const taken = () => world.twilio.taken.filter(({ to }) => to === `whatsapp:${whatsapp}`);
	expect(taken().at(-1)?.contentSid).toBeNull();
	expect(taken().at(-1)?.body).toContain('STOP');
	await passTime(world, 25 * 3_600);
	const windows = await world.parts.db
		.selectFrom('whatsapp_windows')
		.select('expires_at')
		.where('destination_hash', '=', hashOf(whatsapp))
		.executeTakeFirstOrThrow();
	expect(windows.expires_at.getTime()).toBeLessThan(Date.now());
});

test('unsubscribing by the address in the head of a mail: looking changes nothing, posting stops', async () => {
	const email = 'Ends.Here@example.org';
	const id = await invited({ email, sms: number() });
	const again = await world.invite({ email });
	await world.settle();
	const mail = world.sendgrid.taken.find(({ to }) => to === email)!;
	const url = /<(.+)>/.exec(mail.headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
	const token = url.slice(url.lastIndexOf('/') + 1);
	expect(url).not.toContain(email);

	const opened = await openUnsubscribe(world.parts, token);
	expect(opened).toMatchObject({ stopped: false });
	expect(await reasons('email', hashOf(email.toLowerCase()))).toEqual([]);
	for (const wrong of [token.slice(0, -1), `${token}A`, token.replace('.', ''), 'x'])
		expect(await openUnsubscribe(world.parts, wrong)).toBeNull();

	await unsubscribe(world.parts, opened!);
	await unsubscribe(world.parts, opened!);
	expect(await openUnsubscribe(world.parts, token)).toMatchObject({ stopped: true });
	const said = [...(await timeline(world, id)), ...(await timeline(world, again))];
	expect(said.filter((one) => one === 'messages-stopped')).toHaveLength(1);
	const later = await world.invite({ email });
	await world.settle();
	expect((await messagesOf(world, later))[0]).toMatchObject({ state: 'suppressed' });
});

test("an unsubscription or a spam report at SendGrid's counts like ours", async () => {
	for (const event of ['unsubscribe', 'spamreport', 'group_unsubscribe']) {
		const email = `${event.replace('_', '-')}@example.org`;
		const id = await invited({ email });
		const mail = world.sendgrid.taken.find(({ to }) => to === email)!;
		await world.sendgrid.post([world.sendgrid.eventOf(mail, event)]);
		await world.settle();
		expect(await reasons('email', hashOf(email))).toEqual(['opted-out']);
		expect(await timeline(world, id)).toContain('messages-stopped');
		expect(await exceptionsOf(id)).toMatchObject([{ reason: 'unreachable-contact' }]);
	}
});

test.each(['sms', 'whatsapp'] as const)(
	'what is written on the simulated phone comes by the provider’s own signed callback: %s',
	async (app) => {
		const to = number();
		const id = await invited({ [app]: to });
		const { customer_hash: handset } = (await caseOf(world, id)).row;
		const before = world.twilio.calls.length;
		expect(await sayFromPhone(world.parts, { handset, app, text: 'Please call me' })).toEqual({
			ok: true,
			value: null
		});
		await world.settle();
		expect(
			world.twilio.calls.slice(before).map(({ path, status }) => [path, status])
		).toContainEqual(['/demo/say', 200]);
		const kept = await world.parts.db
			.selectFrom('provider_events')
			.select(['provider', 'kind'])
			.where('case_id', '=', id)
			.execute();
		expect(kept).toEqual([{ provider: 'twilio', kind: 'inbound' }]);
		expect(await exceptionsOf(id)).toMatchObject([{ breakpoint: 'reply', reason: 'reply' }]);
		// Without our credentials it hears nobody.
		const stranger = await fetch(`${world.twilio.url}/demo/say`, { method: 'POST', body: '{}' });
		expect(stranger.status).toBe(401);
	}
);
