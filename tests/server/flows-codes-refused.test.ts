import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SendResult } from '../../src/lib/server/channels/port.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { closeSender, tellSenderWorks } from '../../src/lib/server/db/senders.ts';
import { checkCode } from '../../src/lib/server/flows/check-code.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { showVerify } from '../../src/lib/server/flows/show-verify.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { accepted, fakeChannels } from '../support/channels.ts';
import { beginVisit, eventsOf, got, messagesOf, newestCode, SOURCE } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { newPerson } from '../support/people.ts';
import { countedIn, passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

// The sender of text messages is refused by its provider; whether WhatsApp's works is the matter.

const REFUSED: SendResult = { outcome: 'failed', provider: 'twilio', code: '20003' };
const CHAT = '+491760406990';

let world: World;
let people = 0;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => sql`delete from connections`.execute(world.parts.db));

/** Before the button that sends a code; with a WhatsApp number where it is said. */
async function beforeTheCode(chat: boolean) {
	people += 1;
	const whatsapp = chat ? `${CHAT}${people}` : null;
	const customer = await newPerson(world.core, { whatsapp });
	const id = await openCase(world, { workflow: 'failed-payment', customer });
	return { id, visit: await beginVisit(world, id) };
}
const codesOf = async (id: string) =>
	(await messagesOf(world, id)).filter((one) => one.class === 'code');
async function send(parts: Parts, id: string) {
	for (const one of await codesOf(id)) await sendMessage(parts, one.id);
}
const raised = async (id: string) =>
	(await eventsOf(world, id)).filter(({ type }) => type === 'exception-raised').length;

test('a code that its sender refuses goes by the next channel at once, the same code, and passes', async () => {
	const { id, visit } = await beforeTheCode(true);
	got(await requestCode(world.parts, visit, 'sms', SOURCE));
	const { parts, sent } = fakeChannels(world, REFUSED, accepted('chat'));
	await send(parts, id);
	await send(parts, id);
	expect(sent.map(({ channel }) => channel)).toEqual(['sms', 'whatsapp']);
	const [first, second, ...more] = await codesOf(id);
	expect(more).toEqual([]);
	expect([first, second]).toMatchObject([
		{ channel: 'sms', state: 'suppressed', reason: 'sender-refused' },
		{ channel: 'whatsapp', state: 'accepted', extra: { code: first!.extra['code'] } }
	]);
	// The page says where it is, the phone that got nothing has its count back.
	expect(await showVerify(world.parts, visit)).toMatchObject({ sent: { channel: 'whatsapp' } });
	expect(await countedIn(world, `sends-phone-day:${first!.destination_hash}`)).toBe(0);
	expect(await countedIn(world, `sends-phone-day:${second!.destination_hash}`)).toBe(1);
	expect((await checkCode(parts, visit, await newestCode(world, id), SOURCE)).ok).toBe(true);
});

test('a code that is parked behind a known refusal goes on, too, and twice at once is once', async () => {
	const { id, visit } = await beforeTheCode(true);
	got(await requestCode(world.parts, visit, 'sms', SOURCE));
	await closeSender(world.parts.db, 'sms', '20003');
	const { parts, sent } = fakeChannels(world);
	const [code] = await codesOf(id);
	await Promise.all([1, 2, 3].map(() => sendMessage(parts, code!.id)));
	await send(parts, id);
	expect(sent.map(({ channel }) => channel)).toEqual(['whatsapp']);
});

test('while it is known, a code goes by the channel that works, whatever was wished for', async () => {
	const { id, visit } = await beforeTheCode(true);
	await closeSender(world.parts.db, 'sms', '20003');
	expect(await showVerify(world.parts, visit)).toMatchObject({
		ask: 'code',
		destinations: [{ channel: 'whatsapp' }]
	});
	got(await requestCode(world.parts, visit, 'sms', SOURCE));
	expect((await codesOf(id)).map(({ channel }) => channel)).toEqual(['whatsapp']);
	const { parts } = fakeChannels(world);
	await send(parts, id);
	expect((await checkCode(parts, visit, await newestCode(world, id), SOURCE)).ok).toBe(true);
});

test('text message and WhatsApp on one number are two ways to it, and one phone that is counted', async () => {
	const customer = await newPerson(world.core);
	const record = await world.core.customer(customer);
	await world.core.put({ ...record, whatsapp: record.phone });
	const id = await openCase(world, { workflow: 'failed-payment', customer });
	const visit = await beginVisit(world, id);
	got(await requestCode(world.parts, visit, 'sms', SOURCE));
	const { parts } = fakeChannels(world, REFUSED, accepted('chat'));
	await send(parts, id);
	await send(parts, id);
	const [, second] = await codesOf(id);
	expect(second).toMatchObject({ channel: 'whatsapp', state: 'accepted' });
	expect(await countedIn(world, `sends-phone-day:${second!.destination_hash}`)).toBe(1);
	expect((await checkCode(parts, visit, await newestCode(world, id), SOURCE)).ok).toBe(true);
});

test('with no other channel nothing is made, the page says so, and a person gets it once', async () => {
	const { id, visit } = await beforeTheCode(false);
	await closeSender(world.parts.db, 'sms', '20003');
	expect(await showVerify(world.parts, visit)).toMatchObject({
		ask: 'code',
		stopped: { message: '' }
	});
	for (let press = 0; press < 2; press += 1)
		expect(await requestCode(world.parts, visit, 'sms', SOURCE)).toMatchObject({
			reason: 'not-sendable'
		});
	expect([await codesOf(id), await raised(id)]).toEqual([[], 1]);
	expect(await showVerify(world.parts, visit)).toMatchObject({
		ask: 'code',
		stopped: { message: expect.stringMatching(/.+/) as string }
	});
	// The next probe is due: whoever asks now is the probe.
	await passTime(world, 31);
	got(await requestCode(world.parts, visit, 'sms', SOURCE));
	expect(await showVerify(world.parts, visit)).toMatchObject({ sent: { channel: 'sms' } });
});

test('found out only when it was sent: the challenge ends, and no code comes when the sender is back', async () => {
	const { id, visit } = await beforeTheCode(false);
	got(await requestCode(world.parts, visit, 'sms', SOURCE));
	const { parts, sent } = fakeChannels(world, REFUSED, accepted('late'));
	await send(parts, id);
	expect(await codesOf(id)).toMatchObject([{ state: 'suppressed' }]);
	expect(await raised(id)).toBe(1);
	expect(await showVerify(world.parts, visit)).toMatchObject({ stopped: {} });
	await passTime(world, 31);
	await tellSenderWorks(world.parts, 'sms');
	await sweep(world.parts);
	await send(parts, id);
	expect(sent).toHaveLength(1);
	expect(await checkCode(parts, visit, await newestCode(world, id), SOURCE)).toMatchObject({
		reason: 'no-code'
	});
	// Nor was the channel found bad for what we begin.
	expect((await codesOf(id)).some(({ state }) => state === 'failed')).toBe(false);
});

test('a code that waited beyond its time is never sent', async () => {
	const { id, visit } = await beforeTheCode(true);
	got(await requestCode(world.parts, visit, 'sms', SOURCE));
	await passTime(world, 3_600);
	const { parts, sent } = fakeChannels(world);
	await send(parts, id);
	expect(sent).toEqual([]);
	expect(await codesOf(id)).toMatchObject([{ state: 'expired' }]);
});
