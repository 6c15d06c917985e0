import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { showVerify } from '../../src/lib/server/flows/show-verify.ts';
import { destinationHash } from '../../src/lib/server/flows/queue-message.ts';
import {
	beginVisit,
	caseOf,
	eventsOf,
	type HeldVisit,
	messagesOf,
	newestCode,
	SOURCE
} from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { countedIn, fillCounter, passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const open = (customer: string, more: object = {}) =>
	openCase(world, { workflow: 'failed-payment', customer, ...more });
const ask = (visit: HeldVisit, source = SOURCE) => requestCode(world.parts, visit, 'sms', source);
const codesFor = async (id: string) =>
	(await messagesOf(world, id)).filter((message) => message.class === 'code');
const phoneOf = async (id: string) =>
	destinationHash(world.parts, 'sms', (await caseOf(world, id)).content.record!.contacts.sms!);
const fault = (customer: string) => ({
	match: { path: '/customers', customer },
	fault: 'status' as const,
	status: 503
});

test('a code goes to the contact of the record, never to the one of the trigger', async () => {
	const id = await open('C-1001', { contacts: { sms: '+4917604069099' } });
	const visit = await beginVisit(world, id);
	expect(await ask(visit)).toEqual({ ok: true, value: { mask: '+49 ••• ••01' } });
	const [message] = await codesFor(id);
	expect(message).toMatchObject({ to: '+4917604069001', channel: 'sms', state: 'queued' });
	expect(message!.body).toContain(await newestCode(world, id));
});

test('the wish for a channel is heard; one that codes may not take is not', async () => {
	const id = await open('C-1002');
	const visit = await beginVisit(world, id);
	expect((await requestCode(world.parts, visit, 'whatsapp', SOURCE)).ok).toBe(true);
	await passTime(world, 31);
	expect((await requestCode(world.parts, visit, 'email', SOURCE)).ok).toBe(true);
	expect((await codesFor(id)).map(({ channel }) => channel)).toEqual(['whatsapp', 'sms']);
});

test('the next code waits 30, 60, then 120 seconds, over all links of the person', async () => {
	const id = await open('C-1003');
	const other = await open('C-1003', { facts: { balance: 5, due_date: '2026-12-24' } });
	const visits = [await beginVisit(world, id), await beginVisit(world, other)];
	expect((await ask(visits[0]!)).ok).toBe(true);
	for (const [turn, gap] of [30, 60, 120, 120].entries()) {
		await passTime(world, gap - 20);
		const soon = await ask(visits[(turn + 1) % 2]!);
		expect(soon).toMatchObject({ ok: false, reason: 'too-soon' });
		const { seconds } = (soon as { detail: { seconds: number } }).detail;
		expect(seconds).toBeGreaterThanOrEqual(1);
		expect(seconds).toBeLessThanOrEqual(20);
		await passTime(world, 21);
		expect((await ask(visits[turn % 2]!)).ok).toBe(true);
	}
	expect((await codesFor(id)).length + (await codesFor(other)).length).toBe(5);
});

test('a new code ends the one before it: one is alive', async () => {
	const id = await open('C-1004');
	const visit = await beginVisit(world, id);
	await ask(visit);
	await passTime(world, 31);
	await ask(visit);
	const rows = await world.parts.db
		.selectFrom('challenges')
		.select(['ended_at', 'compared', 'most'])
		.where('case_id', '=', id)
		.orderBy('created_at')
		.execute();
	expect(rows).toMatchObject([{ most: 5 }, { ended_at: null, compared: 0, most: 5 }]);
	expect(rows[0]!.ended_at).not.toBeNull();
});

test('a code that moves money lives for five minutes', async () => {
	const id = await open('C-1005');
	await ask(await beginVisit(world, id));
	const row = await world.parts.db
		.selectFrom('challenges')
		.select(['created_at', 'expires_at'])
		.where('case_id', '=', id)
		.executeTakeFirstOrThrow();
	expect(row.expires_at.getTime() - row.created_at.getTime()).toBe(300_000);
	expect((await codesFor(id))[0]!.expires_at).toEqual(row.expires_at);
});

const LIMITS = [
	['one phone', 5, 600, async (id: string) => `sends-phone:${await phoneOf(id)}`],
	['one phone and day', 10, 86_400, async (id: string) => `sends-phone-day:${await phoneOf(id)}`],
	['one source', 25, 300, () => Promise.resolve(`sends-source:${SOURCE}`)],
	['the deployment and day', 100_000, 86_400, () => Promise.resolve('sends-day')]
] as const;

test.each(LIMITS)(
	'at most so many codes for %s: %i in %i seconds',
	async (what, most, seconds, key) => {
		const customer = `C-101${LIMITS.findIndex(([name]) => name === what)}`;
		const id = await open(customer);
		const visit = await beginVisit(world, id);
		const counter = { key: await key(id), seconds };
		await fillCounter(world, counter, most);
		expect(await ask(visit)).toEqual({ ok: false, reason: 'limited' });
		expect(await codesFor(id)).toEqual([]);
		const alert = await world.parts.db
			.selectFrom('alerts')
			.select('count')
			.where('kind', '=', 'send-limit')
			.where('subject', '=', counter.key.split(':')[0]!)
			.execute();
		expect(alert).toHaveLength(1);
		await fillCounter(world, counter, most - 1);
		expect((await ask(visit)).ok).toBe(true);
		// This one, and the one that stands in the next window.
		expect(await countedIn(world, counter.key)).toBe(most - 1 + 2);
		await world.parts.db.deleteFrom('counters').where('key', '=', counter.key).execute();
	}
);

test('who has no phone in the record is unreachable for codes, and a person gets it, once', async () => {
	const id = await open('C-1009');
	const visit = await beginVisit(world, id);
	for (let times = 0; times < 2; times++)
		expect(await ask(visit)).toEqual({ ok: false, reason: 'unreachable' });
	expect(
		(await eventsOf(world, id)).filter(({ type }) => type === 'exception-raised')
	).toMatchObject([
		{ data: { exceptionType: 'identity-not-proven', class: 'policy', breakpoint: 'identity' } }
	]);
	expect(await codesFor(id)).toEqual([]);
});

test('while the record cannot be read and never was, no code goes anywhere', async () => {
	const id = await open('C-1006');
	await world.core.faults([fault('C-1006')]);
	const visit = await beginVisit(world, id);
	expect(await ask(visit)).toEqual({ ok: false, reason: 'unavailable' });
	expect(await codesFor(id)).toEqual([]);
	await world.core.noFaults();
	expect((await ask(visit)).ok).toBe(true);
});

test('while the record cannot be read, codes go to the contact it held last', async () => {
	const id = await open('C-1007');
	const visit = await beginVisit(world, id);
	await passTime(world, 14 * 60);
	await world.core.faults([fault('C-1007')]);
	expect((await ask(visit)).ok).toBe(true);
	expect((await codesFor(id))[0]!.to).toBe('+4917604069007');
	await world.core.noFaults();
});

test('a number that the record has changed meanwhile gets the code', async () => {
	const id = await open('C-1008');
	const visit = await beginVisit(world, id);
	await world.core.put({ ...(await world.core.customer('C-1008')), phone: '+4917604069077' });
	await passTime(world, 14 * 60);
	expect((await ask(visit)).ok).toBe(true);
	expect((await codesFor(id))[0]!.to).toBe('+4917604069077');
});

test('a visit that has proved enough, or a locked person, is not sent another code', async () => {
	const id = await open('C-1020');
	const visit = await beginVisit(world, id);
	await world.parts.db
		.insertInto('factors')
		.values({
			customer_hash: visit.customerHash,
			factor: 'code',
			consecutive: 10,
			locked_until: new Date(Date.now() + 60_000)
		})
		.execute();
	expect(await ask(visit)).toEqual({ ok: false, reason: 'not-asked' });
	await passTime(world, 120);
	expect((await ask(visit)).ok).toBe(true);
	expect(await ask({ ...visit, assurance: 'code' })).toEqual({ ok: false, reason: 'not-asked' });
});

test('a customer whom the record does not know is told who takes over, and asked nothing', async () => {
	const id = await open('C-9001');
	const visit = await beginVisit(world, id);
	expect(await showVerify(world.parts, visit)).toMatchObject({ ask: 'person' });
	expect(await ask(visit)).toMatchObject({ ok: false, reason: 'unreachable' });
	expect(await codesFor(id)).toEqual([]);
	const raised = (await eventsOf(world, id)).filter(({ type }) => type === 'exception-raised');
	expect(raised).toMatchObject([{ data: { exceptionType: 'identity-not-proven' } }]);
});
