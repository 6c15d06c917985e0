import { afterAll, beforeAll, expect, test } from 'vitest';
import { listHandsets } from '../../src/lib/server/flows/list-handsets.ts';
import { readHandset } from '../../src/lib/server/flows/read-handset.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { messagesOf } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld({ env: { TAPDONE_PHONE: 'on' } });
	await arrive('H-1', 'en', { sms: '+4917604069001' }, { name: 'Anna Brandt' });
	await arrive('H-2', 'ar', { sms: '+4917604069002' });
	await arrive('H-3', 'de', { email: 'petra.sommer@example.org' });
});
afterAll(() => world.close());

/** A case whose invitation is on the phone. */
async function arrive(
	customer: string,
	language: string,
	contacts: Record<string, string>,
	facts: Record<string, string> = {}
) {
	const balance = { balance: 3363, due_date: '2026-11-16' };
	const id = await openCase(world, {
		workflow: 'failed-payment',
		customer,
		language,
		contacts,
		facts: { ...balance, ...facts }
	});
	for (const message of await messagesOf(world, id)) await sendMessage(world.parts, message.id);
}

const found = async (query: string) =>
	(await listHandsets(world.parts, { query })).handsets.map(({ label }) => label);
const phoneOf = async (customer: string) => {
	const phone = await readHandset(world.parts, world.parts.vault.hash('customer', customer));
	if (!phone) throw new Error(`${customer} got no message`);
	return phone;
};

test('the list says who wrote last, how it begins and how much each app has', async () => {
	const { handsets } = await listHandsets(world.parts, {});
	const anna = handsets.find(({ label }) => label === 'Anna Brandt');
	expect(anna).toMatchObject({
		channel: 'sms',
		sender: 'Nordlicht Energie',
		direction: 'ltr',
		messages: { sms: 1, whatsapp: 0, email: 0 }
	});
	// The brand stands beside it, not twice.
	expect(anna?.preview).toMatch(/^your last payment did not go through/);
	expect(handsets.find(({ label }) => label === 'H-2')?.direction).toBe('rtl');
});

test.each([
	['anna', ['Anna Brandt']],
	['h-1', ['Anna Brandt']],
	['+4917604069001', ['Anna Brandt']],
	['0176 04069 001', ['Anna Brandt']],
	['0049 176 04069-001', ['Anna Brandt']],
	['069001', ['Anna Brandt']],
	['petra.sommer', ['H-3']],
	['0151', []],
	['000', []]
])('a search for %s finds %j', async (query, labels) => {
	expect(await found(query)).toEqual(labels);
});

test('a message runs as its language does, also behind a brand in Latin letters', async () => {
	const [message] = (await phoneOf('H-2')).messages;
	expect(message).toMatchObject({ language: 'ar', direction: 'rtl', sender: 'Nordlicht Energie' });
	expect(message?.body).toMatch(/^Nordlicht Energie/);
	// The case's language may be another by now: the text is in the one it was written in.
	await world.parts.db
		.updateTable('cases')
		.set({ language: 'de' })
		.where('customer_hash', '=', world.parts.vault.hash('customer', 'H-2'))
		.execute();
	expect((await phoneOf('H-2')).messages[0]).toMatchObject({ language: 'ar', direction: 'rtl' });
});

test('an e-mail has a subject of its own, in its language', async () => {
	const [mail] = (await phoneOf('H-3')).messages;
	expect(mail).toMatchObject({
		channel: 'email',
		sender: 'Nordlicht Energie',
		subject: 'Eine Nachricht zu Ihrem Konto'
	});
});
