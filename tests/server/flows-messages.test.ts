import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginAttempt } from '../../src/lib/server/db/attempts.ts';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import { loadWorkflow } from '../../src/lib/server/db/workflows.ts';
import { cancelCase } from '../../src/lib/server/flows/cancel-case.ts';
import { claimException } from '../../src/lib/server/flows/claim-exception.ts';
import { completeCase } from '../../src/lib/server/flows/complete-case.ts';
import { decideException } from '../../src/lib/server/flows/decide-exception.ts';
import { leavePath } from '../../src/lib/server/flows/leave-path.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { stopMessages } from '../../src/lib/server/flows/stop-messages.ts';
import type { SendResult } from '../../src/lib/server/channels/port.ts';
import { accepted, fakeChannels } from '../support/channels.ts';
import {
	beginVisit,
	caseOf,
	eventsOf,
	got,
	messagesOf,
	SOURCE,
	timeline
} from '../support/journey.ts';
import { openException } from '../support/desk.ts';
import { openCase } from '../support/open-case.ts';
import { addStaffMember } from '../support/staff.ts';
import { databaseNow, passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const refused: SendResult = { outcome: 'refused', reason: 'bad-destination' };
const unavailable: SendResult = { outcome: 'unavailable', reason: 'outage' };
const unknown: SendResult = { outcome: 'unknown', reason: 'timeout' };

let people = 0;
/** A case of somebody new, and the id of its invitation. */
async function invited(contacts: Record<string, string> = { sms: '+4917604069001' }) {
	const id = await openCase(world, {
		workflow: 'failed-payment',
		customer: `M-${++people}`,
		contacts
	});
	const [message] = await messagesOf(world, id);
	return { id, message: message!.id };
}
const statesOf = async (id: string) =>
	(await messagesOf(world, id)).map(({ channel, state }) => [channel, state]);
const openExceptions = (id: string) =>
	world.parts.db.selectFrom('exceptions').select('reason').where('case_id', '=', id).execute();

test('of many that send at once one does, once', async () => {
	const { id, message } = await invited();
	const { parts, sent } = fakeChannels(world);
	await Promise.all(Array.from({ length: 16 }, () => sendMessage(parts, message)));
	await sendMessage(parts, message);
	expect(sent).toHaveLength(1);
	expect(sent[0]).toMatchObject({ id: message, channel: 'sms', to: '+4917604069001' });
	const [row] = await messagesOf(world, id);
	expect(row).toMatchObject({
		state: 'accepted',
		provider: 'fake',
		provider_id: `P-${message}`,
		attempts: 1,
		lease_until: null
	});
	expect((await timeline(world, id)).filter((type) => type === 'message-accepted')).toHaveLength(1);
});

test('L12: who was paused until another had the claim calls nobody', async () => {
	const { message: id } = await invited();
	const { db } = world.parts;
	const claimed = (attempts: number, seconds: number) =>
		db
			.updateTable('messages')
			.set({ state: 'sending', attempts, lease_until: new Date(Date.now() + seconds * 1_000) })
			.where('id', '=', id)
			.execute();
	await claimed(2, 60);
	expect(await beginAttempt(db, { id, attempts: 1 })).toBeNull();
	expect(await beginAttempt(db, { id, attempts: 2 })).toEqual({ number: 1, unsureSince: null });
	await claimed(3, -1);
	expect(await beginAttempt(db, { id, attempts: 3 })).toBeNull();
});

test('what was not taken is tried again with longer waits, and always says the same', async () => {
	const { id, message } = await invited();
	const { parts, sent } = fakeChannels(
		world,
		unavailable,
		unknown,
		new Error('broken pipe'),
		unavailable,
		accepted(message)
	);
	for (const wait of [5, 30, 120, 600]) {
		const before = await databaseNow(world);
		await sendMessage(parts, message);
		const after = await databaseNow(world);
		const [row] = await messagesOf(world, id);
		expect(row!.state).toBe('queued');
		expect(row!.next_at.getTime() - wait * 1000).toBeGreaterThanOrEqual(before.getTime());
		expect(row!.next_at.getTime() - wait * 1000).toBeLessThanOrEqual(after.getTime());
		// Not before its time.
		await sendMessage(parts, message);
		await passTime(world, wait + 1);
	}
	await sendMessage(parts, message);
	expect(await statesOf(id)).toEqual([['sms', 'accepted']]);
	expect(sent).toHaveLength(5);
	expect(new Set(sent.map((one) => JSON.stringify(one))).size).toBe(1);
});

test('when all waits are used up the next channel is tried', async () => {
	const { id, message } = await invited({ sms: '+4917604069001', email: 'a@example.org' });
	const { parts, sent } = fakeChannels(world, unavailable);
	for (let times = 0; times < 6; times++) {
		await sendMessage(parts, message);
		await passTime(world, 1801);
	}
	expect(sent).toHaveLength(6);
	expect(await statesOf(id)).toEqual([
		['sms', 'failed'],
		['email', 'queued']
	]);
});

test('a refusal goes to the next channel with the same link; after the last one to a person', async () => {
	const { id, message } = await invited({ sms: '+4917604069001', email: 'a@example.org' });
	const { parts, sent } = fakeChannels(world, refused);
	await sendMessage(parts, message);
	const [, second] = await messagesOf(world, id);
	expect(second).toMatchObject({ channel: 'email', state: 'queued', to: 'a@example.org' });
	await sendMessage(parts, second!.id);
	expect(await statesOf(id)).toEqual([
		['sms', 'failed'],
		['email', 'failed']
	]);
	const links = sent.map(({ body }) => /https?:\S+/.exec(body)?.[0]);
	expect(new Set(links).size).toBe(1);
	expect(await openExceptions(id)).toEqual([{ reason: 'unreachable-contact' }]);
	expect((await caseOf(world, id)).row.stage).toBe('with-person');
});

test('a last message that never left in its time leaves the case to a person', async () => {
	const { parts, sent } = fakeChannels(world);
	const { db } = world.parts;
	const overdue = async (planned: Date | null) => {
		const { id, message } = await invited();
		await db.updateTable('cases').set({ outreach_at: planned }).where('id', '=', id).execute();
		const over = { expires_at: new Date(0) };
		await db.updateTable('messages').set(over).where('id', '=', message).execute();
		await sendMessage(parts, message);
		expect(await statesOf(id)).toEqual([['sms', 'expired']]);
		return openExceptions(id);
	};
	// A step that is to come brings a new link.
	expect(await overdue(new Date(Date.now() + 3_600_000))).toEqual([]);
	expect(await overdue(null)).toEqual([{ reason: 'unreachable-contact' }]);
	expect(sent).toEqual([]);
});

test('put back on its path a case that nothing ever reached is written to anew', async () => {
	const { principal } = await addStaffMember(world.parts, { teams: ['data-care'] });
	const { id, message } = await invited({ sms: '+4917604069077' });
	const putBack = async () => {
		const exception = await openException(world, id);
		got(await claimException(world.parts, principal, exception));
		got(await decideException(world.parts, principal, exception, { outcome: 'completed' }));
		await completeCase(world.parts, id);
	};
	await sendMessage(fakeChannels(world, refused).parts, message);
	await putBack();
	// Nothing has changed: a person has it again, and not a silence.
	expect((await caseOf(world, id)).row.stage).toBe('with-person');
	const { customer } = (await caseOf(world, id)).content;
	const like = await world.core.customer('C-1001');
	const reach = { whatsapp: null, email: 'found@example.org' };
	await world.core.put({ ...like, id: customer, ...reach });
	await putBack();
	expect(await statesOf(id)).toEqual([
		['sms', 'failed'],
		['email', 'queued']
	]);
	expect((await caseOf(world, id)).row.stage).toBe('waiting');
	// Who has it is not told once more.
	await sendMessage(fakeChannels(world).parts, (await messagesOf(world, id))[1]!.id);
	await changeCase(world.parts, id, { actor: 'system', flow: 'test' }, async (change) => {
		const workflow = await loadWorkflow(change.trx, change.row.workflow, change.row.version);
		leavePath(workflow, change, { breakpoint: 'trigger', reason: 'unreachable-contact' });
	});
	await putBack();
	expect(await statesOf(id)).toHaveLength(2);
});

test('after "stop these messages" nothing that we begin is sent, a code still is', async () => {
	const contacts = { sms: '+4917604069055' };
	const { id } = await invited(contacts);
	await stopMessages(world.parts, { caseId: id });
	expect((await timeline(world, id)).at(-1)).toBe('messages-stopped');
	await stopMessages(world.parts, { caseId: id });
	expect((await timeline(world, id)).filter((type) => type === 'messages-stopped')).toHaveLength(1);

	const { parts, sent } = fakeChannels(world);
	const later = await invited(contacts);
	await sendMessage(parts, later.message);
	expect(sent).toEqual([]);
	expect(await statesOf(later.id)).toEqual([['sms', 'suppressed']]);
	expect(await openExceptions(later.id)).toEqual([{ reason: 'unreachable-contact' }]);

	// The record names more ways to this person only after they said stop: those are closed, too.
	const own = await openCase(world, {
		workflow: 'failed-payment',
		customer: 'C-1003',
		contacts: { sms: '+4917604069056' }
	});
	await stopMessages(world.parts, { caseId: own });
	got(await requestCode(world.parts, await beginVisit(world, own), 'sms', SOURCE));
	for (const message of await messagesOf(world, own)) await sendMessage(parts, message.id);
	const classes = (await messagesOf(world, own)).map((one) => [one.class, one.state]);
	expect(classes).toEqual([
		['outreach', 'suppressed'],
		['code', 'accepted']
	]);
});

test('a code that came too late is not sent', async () => {
	const id = await openCase(world, { workflow: 'failed-payment', customer: 'C-1002' });
	got(await requestCode(world.parts, await beginVisit(world, id), 'sms', SOURCE));
	const code = (await messagesOf(world, id)).find((one) => one.class === 'code');
	await passTime(world, 301);
	const { parts, sent } = fakeChannels(world);
	await sendMessage(parts, code!.id);
	expect(sent).toEqual([]);
	expect((await messagesOf(world, id)).map(({ state }) => state)).toContain('expired');
	expect((await eventsOf(world, id)).at(-1)).toMatchObject({
		type: 'message-failed',
		data: { message: code!.id, reason: 'expired' }
	});
});

test('after the end of a case, or with a link that was replaced, no invitation goes out', async () => {
	const { parts, sent } = fakeChannels(world);
	const cancelled = await invited();
	got(await cancelCase(world.parts, 'key:test', cancelled.id, 'paid-elsewhere'));
	await sendMessage(parts, cancelled.message);
	const replaced = await invited();
	got(await renewLink(world.parts, 'key:test', replaced.id, { send: false }));
	await sendMessage(parts, replaced.message);
	expect(sent).toEqual([]);
	expect(await statesOf(cancelled.id)).toEqual([['sms', 'suppressed']]);
	expect(await statesOf(replaced.id)).toEqual([['sms', 'suppressed']]);
	expect(await openExceptions(replaced.id)).toEqual([]);
});

test('a sender that died is relieved after its lease; its late answer changes nothing', async () => {
	const { id, message } = await invited({ sms: '+4917604069057' });
	const gate = Promise.withResolvers<SendResult>();
	const dead = fakeChannels(world, () => gate.promise);
	const hanging = sendMessage(dead.parts, message);
	const { parts, sent } = fakeChannels(world);
	while (dead.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
	await sendMessage(parts, message);
	expect(sent).toEqual([]);
	await passTime(world, 61);
	await sendMessage(parts, message);
	expect(sent).toEqual(dead.sent);
	const before = await eventsOf(world, id);
	gate.resolve(refused);
	await hanging;
	expect(await eventsOf(world, id)).toEqual(before);
	expect(await statesOf(id)).toEqual([['sms', 'accepted']]);
});

/** What stands in it breaks every try off, until it is given up. */
async function poison(table: 'messages' | 'cases', id: string, message: string) {
	await world.parts.db
		.updateTable(table)
		.set({ sealed: 'damaged' })
		.where('id', '=', table === 'messages' ? message : id)
		.execute();
	const row = world.parts.db.selectFrom('messages').selectAll().where('id', '=', message);
	for (let tried = 0; tried < 7; tried += 1) {
		await sendMessage(world.parts, message).catch(() => undefined);
		// Its lease ends; nothing that is sealed is read for that.
		await world.parts.db
			.updateTable('messages')
			.set({ lease_until: null })
			.where('id', '=', message)
			.execute();
	}
	return row.executeTakeFirstOrThrow();
}

test('a message that nobody can read is given up: the case says so, and a person gets it', async () => {
	const { id, message } = await invited();
	expect(await poison('messages', id, message)).toMatchObject({
		state: 'failed',
		reason: 'poisoned'
	});
	expect((await eventsOf(world, id)).slice(-3)).toMatchObject([
		{ type: 'message-failed', data: { message, reason: 'poisoned' } },
		{ type: 'path-left', data: { breakpoint: 'trigger', reason: 'message-poisoned' } },
		{ type: 'exception-raised', data: { class: 'system' } }
	]);
	expect(await openExceptions(id)).toEqual([{ reason: 'message-poisoned' }]);
	await sendMessage(world.parts, message);
	expect(await openExceptions(id)).toHaveLength(1);
});

test('if even its case cannot be read, it still stands still, and operations hear of it', async () => {
	const { id, message } = await invited();
	const alerts = () =>
		world.parts.db
			.selectFrom('alerts')
			.select('count')
			.where('kind', '=', 'poison-job')
			.where('subject', '=', 'message:outreach')
			.executeTakeFirst();
	const before = (await alerts())?.count ?? 0;
	expect(await poison('cases', id, message)).toMatchObject({ state: 'failed' });
	expect((await alerts())?.count).toBe(before + 1);
});
