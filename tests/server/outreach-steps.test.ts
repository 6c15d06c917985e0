import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import { cancelCase } from '../../src/lib/server/flows/cancel-case.ts';
import { explainOutreach } from '../../src/lib/server/flows/explain-outreach.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { publishWorkflow } from '../../src/lib/server/flows/publish-workflow.ts';
import { postpone } from '../../src/lib/server/flows/postpone.ts';
import { reachOut } from '../../src/lib/server/flows/reach-out.ts';
import { reportNotMe } from '../../src/lib/server/flows/report-not-me.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { stopMessages } from '../../src/lib/server/flows/stop-messages.ts';
import { fakeChannels } from '../support/channels.ts';
import {
	beginVisit,
	caseOf,
	eventsOf,
	got,
	messagesOf,
	timeline,
	tokenOf,
	verified
} from '../support/journey.ts';
import { FACTS, openCase } from '../support/open-case.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import { confirmed } from '../support/writebacks.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const HOUR = 3_600;
let people = 0;
const newCustomer = () => `C-10${String((people += 1) + 10).padStart(2, '0')}`;
/** Ways of one's own: who says stop says it for a number, whoever has it. */
const newContacts = () => ({
	sms: `+49176040690${String(people % 90).padStart(2, '0')}`,
	email: `${people}@example.org`
});
const open = ({ email }: { email?: boolean } = {}) => {
	const customer = newCustomer();
	const { sms, ...more } = newContacts();
	const contacts = { sms, ...(email && more) };
	return openCase(world, { workflow: 'failed-payment', customer, contacts });
};
const stepsOf = async (id: string) => {
	const messages = await messagesOf(world, id);
	return messages.filter((one) => one.class === 'outreach').map(({ step }) => step);
};
const linksOf = (id: string) =>
	world.parts.db.selectFrom('links').selectAll().where('case_id', '=', id).execute();
const lastEvent = async (id: string) => (await eventsOf(world, id)).at(-1);
/** Sends what is queued, as the worker would. */
async function deliver(id: string) {
	const { parts, sent } = fakeChannels(world);
	for (const { id: message } of await messagesOf(world, id)) await sendMessage(parts, message);
	return sent;
}
/** So many hours later, when the worker looks. */
async function later(id: string, hours: number) {
	await passTime(world, hours * HOUR);
	await reachOut(world.parts, id);
}

test('the steps go in their order, each once, after their waits, on their own channels', async () => {
	const id = await open({ email: true });
	await later(id, 47);
	expect(await stepsOf(id)).toEqual(['invitation']);
	await passTime(world, HOUR);
	await Promise.all([1, 2, 3, 4].map(() => reachOut(world.parts, id)));
	await later(id, 72);
	await later(id, 1000);
	const messages = await messagesOf(world, id);
	expect(messages.map(({ step, channel, template }) => [step, channel, template])).toEqual([
		['invitation', 'sms', 'invitation'],
		['reminder', 'sms', 'reminder'],
		['last-reminder', 'email', 'last-reminder']
	]);
	expect((await caseOf(world, id)).row).toMatchObject({ outreach_step: null, outreach_at: null });
});

test('a reminder keeps the living link, whose 30 days do not begin anew; only a dead one is replaced', async () => {
	const id = await open();
	const [first] = await linksOf(id);
	const token = await tokenOf(world, id);
	await later(id, 48);
	expect(await tokenOf(world, id)).toBe(token);
	const [kept, ...others] = await linksOf(id);
	expect(others).toEqual([]);
	expect(kept!.created_at.getTime()).toBe(first!.created_at.getTime() - 48 * HOUR * 1000);
	// It goes on for the 72 hours that a new one would live.
	const lives = kept!.expires_at.getTime() - kept!.created_at.getTime();
	expect(Math.round(lives / (HOUR * 1000))).toBe(120);
	await later(id, 72);
	expect(await tokenOf(world, id)).not.toBe(token);
	const ends = (await linksOf(id)).map(({ end_reason }) => end_reason);
	expect(ends.sort((one) => (one ? -1 : 1))).toEqual(['superseded', null]);
});

test('a visit leaves the reminder out and keeps the last one, proof of who it is leaves out both', async () => {
	const visited = await open();
	await beginVisit(world, visited);
	await later(visited, 48);
	expect(await lastEvent(visited)).toMatchObject({
		type: 'outreach-skipped',
		data: { step: 'reminder', why: 'visited' }
	});
	await later(visited, 72);
	expect(await stepsOf(visited)).toEqual(['invitation', 'last-reminder']);

	const known = await open();
	await verified(world, known);
	await later(known, 48);
	await later(known, 72);
	expect(await stepsOf(known)).toEqual(['invitation']);
	expect((await caseOf(world, known)).row.outreach_at).toBeNull();
});

test('an end, an opt-out and "this is not me" stop what would come, and say so', async () => {
	const cancelled = await open();
	got(await cancelCase(world.parts, 'key:test', cancelled, 'paid-elsewhere'));
	const stopped = await open();
	await stopMessages(world.parts, { caseId: stopped });
	const notMe = await open();
	await reportNotMe(world.parts, await beginVisit(world, notMe));
	for (const id of [cancelled, stopped, notMe]) {
		await later(id, 48);
		await later(id, 72);
		expect((await caseOf(world, id)).row.outreach_at).toBeNull();
		expect(await stepsOf(id)).toEqual(['invitation']);
	}
	expect(await lastEvent(stopped)).toMatchObject({
		type: 'outreach-stopped',
		data: { step: 'reminder', why: 'opted-out' }
	});
	const told = async (id: string) => (await explainOutreach(world.parts, id))?.ended;
	expect(await told(stopped)).toBe('The customer said stop on every channel.');
	expect(await told(notMe)).toMatch(/somebody else/);
});

test('while a person has it, or something is being booked, a step waits, and says so once', async () => {
	const asked = await open();
	await askPerson(world.parts, await beginVisit(world, asked));
	const booking = await confirmed(world, newCustomer());
	for (let day = 0; day < 4; day += 1) {
		await later(asked, day ? 24 : 48);
		await reachOut(world.parts, booking.caseId);
	}
	for (const [id, why] of [
		[asked, 'with-person'],
		[booking.caseId, 'submission-under-way']
	] as const) {
		expect(await stepsOf(id)).toContain('invitation');
		expect(await stepsOf(id)).not.toContain('reminder');
		const held = (await eventsOf(world, id)).filter(({ type }) => type === 'outreach-held');
		expect(held).toMatchObject([{ data: { step: 'reminder', why } }]);
		const { row, now } = await caseOf(world, id);
		expect(row.outreach_at!.getTime()).toBeGreaterThan(now.getTime());
	}
});

test('what the customer asked for comes instead of what was planned, and the steps wait for it', async () => {
	const id = await open();
	await deliver(id);
	got(await postpone(world.parts, await beginVisit(world, id), 3));
	await later(id, 48);
	expect(await stepsOf(id)).toEqual(['invitation']);
	await later(id, 24);
	// Asked for by who has visited: no step, so nothing makes it needless.
	expect(await stepsOf(id)).toEqual(['invitation', null]);
	const { row, now } = await caseOf(world, id);
	expect(row).toMatchObject({ remind_at: null, outreach_step: 'last-reminder' });
	expect(row.outreach_at!.getTime() - now.getTime()).toBeGreaterThan(71 * HOUR * 1000);
	expect(await deliver(id)).toHaveLength(1);
});

test('a visit between the plan and the sending keeps the message back', async () => {
	const id = await open();
	await deliver(id);
	await later(id, 48);
	await beginVisit(world, id);
	expect(await deliver(id)).toEqual([]);
	expect((await messagesOf(world, id)).at(-1)).toMatchObject({
		step: 'reminder',
		state: 'suppressed',
		reason: 'visited',
		released_at: null
	});
	expect(await lastEvent(id)).toMatchObject({
		type: 'message-failed',
		data: { reason: 'visited' }
	});
});

test('an opt-out between the plan and the sending keeps the message back', async () => {
	const id = await open();
	await deliver(id);
	await later(id, 48);
	await stopMessages(world.parts, { caseId: id });
	expect(await deliver(id)).toEqual([]);
	expect((await messagesOf(world, id)).at(-1)).toMatchObject({
		step: 'reminder',
		state: 'suppressed'
	});
});

test('when a channel refuses a step, the next one carries the same step and link', async () => {
	const id = await open({ email: true });
	const { parts } = fakeChannels(world, { outcome: 'refused', reason: 'bad-destination' });
	const [message] = await messagesOf(world, id);
	await sendMessage(parts, message!.id);
	const [, second] = await messagesOf(world, id);
	expect(second).toMatchObject({ step: 'invitation', channel: 'email', extra: message!.extra });
});

test('facts that are lost before a step are looked for, and the step goes when they are found', async () => {
	const id = await open();
	await changeCase(world.parts, id, { actor: 'system', flow: 'test' }, async (change) =>
		change.must({ do: 'refresh-facts', changed: ['balance'], missing: ['balance'] })
	);
	await later(id, 48);
	const { row } = await caseOf(world, id);
	expect(row).toMatchObject({ outreach_step: 'reminder', outreach_at: null });
	expect(row.complete_at).not.toBeNull();
	expect(await stepsOf(id)).toEqual(['invitation']);
});

test('a workflow that writes only to who agreed goes where they did, else to a person', async () => {
	const source = (text: string) =>
		text
			.replace('workflow: address-update', 'workflow: news')
			.replace('{ basis: contract }', '{ basis: consent }');
	const text = source(readFileSync('workflows/address-update.yaml', 'utf8'));
	got(await publishWorkflow(world.parts, text, 'test'));
	const contacts = newContacts();
	const line = { workflow: 'news', facts: FACTS['address-update'], contacts };
	const [agreed, silent] = await openCases(world.parts, 'key:test', [
		{ ...line, customer: 'C-1047', consent: ['email'] },
		{ ...line, customer: 'C-1048' }
	]);
	const idOf = (one: unknown) => (one as { id: string }).id;
	expect((await messagesOf(world, idOf(agreed))).map(({ channel }) => channel)).toEqual(['email']);
	expect(await messagesOf(world, idOf(silent))).toEqual([]);
	expect((await caseOf(world, idOf(silent))).row.complete_at).not.toBeNull();
	// The agreement comes later, with another trigger of the same thing.
	await openCases(world.parts, 'key:test', [{ ...line, customer: 'C-1048', consent: ['sms'] }]);
	expect((await messagesOf(world, idOf(silent))).map(({ channel }) => channel)).toEqual(['sms']);
	expect(await timeline(world, idOf(silent))).toContain('trigger-joined');
});
