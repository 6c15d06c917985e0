import { afterAll, beforeAll, expect, test } from 'vitest';
import { phoneSaysSchema } from '../../src/lib/contracts/phone.ts';
import { readHandset } from '../../src/lib/server/flows/read-handset.ts';
import { sayFromPhone } from '../../src/lib/server/flows/say-from-phone.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { workCallback } from '../../src/lib/server/flows/work-callback.ts';
import { eventsOf, messagesOf } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { fillCounter } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let people = 0;
beforeAll(async () => {
	world = await startWorld({ env: { TAPDONE_PHONE: 'on' } });
});
afterAll(() => world.close());

/** Somebody whose invitation is on the phone; gives the case and the phone's id. */
async function invited() {
	people += 1;
	const customer = `W-${people}`;
	const contacts = { sms: `+4917604069${String(people).padStart(3, '0')}` };
	const id = await openCase(world, { workflow: 'failed-payment', customer, contacts });
	for (const message of await messagesOf(world, id)) await sendMessage(world.parts, message.id);
	return { id, handset: world.parts.vault.hash('customer', customer) };
}
const say = (handset: string, text: string) =>
	sayFromPhone(world.parts, { handset, app: 'sms', text });
/** What the worker does with what came. */
async function work() {
	const kept = world.parts.db.selectFrom('provider_events').select('id');
	for (const { id } of await kept.where('state', '=', 'stored').execute())
		await workCallback(world.parts, id);
}
const events = async (id: string) => (await eventsOf(world, id)).map(({ type }) => type);

test('STOP and START on the phone are heard at once, as a provider’s are, and stand in the thread', async () => {
	const { id, handset } = await invited();
	expect(await say(handset, 'stop')).toEqual({ ok: true, value: null });
	const stopped = () => world.parts.db.selectFrom('suppressions').select('reason').execute();
	expect(await stopped()).toEqual([{ reason: 'stop-word' }]);
	await work();
	expect(await events(id)).toContain('messages-stopped');
	expect(await say(handset, 'START')).toMatchObject({ ok: true });
	expect(await stopped()).toEqual([]);
	await work();
	expect(await events(id)).toContain('messages-resumed');
	const phone = await readHandset(world.parts, handset);
	expect(phone?.replies).toMatchObject([
		{ channel: 'sms', body: 'stop' },
		{ channel: 'sms', body: 'START' }
	]);
	expect(phone?.messages).toHaveLength(1);
});

test('HELP is answered on the phone, and free text goes to a person', async () => {
	const { id, handset } = await invited();
	await say(handset, 'HELP');
	await work();
	for (const message of await messagesOf(world, id)) await sendMessage(world.parts, message.id);
	expect((await readHandset(world.parts, handset))?.messages).toHaveLength(2);
	await say(handset, 'I paid on Monday');
	await work();
	expect(await events(id)).toContain('exception-raised');
	expect((await messagesOf(world, id)).map((one) => one.class)).toEqual(['outreach', 'notice']);
});

test('nobody answers for a phone that got nothing, without end, by mail, or with what cannot be stored', async () => {
	const { handset } = await invited();
	expect(await say('nobody', 'STOP')).toMatchObject({ reason: 'no-message' });
	await fillCounter(world, { key: `phone-says:${handset}`, seconds: 60 }, 30);
	expect(await say(handset, 'STOP')).toMatchObject({ reason: 'too-many' });
	const read = (more: object) =>
		phoneSaysSchema.safeParse({ handset, app: 'sms', text: 'x', ...more }).success;
	expect([{}, { app: 'email' }, { text: ' ' }, { text: '\u0000' }].map(read)).toEqual([
		true,
		false,
		false,
		false
	]);
});
