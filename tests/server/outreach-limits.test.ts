import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenCase } from '../../src/lib/contracts/cases.ts';
import { explainOutreach } from '../../src/lib/server/flows/explain-outreach.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { postpone } from '../../src/lib/server/flows/postpone.ts';
import { reachOut } from '../../src/lib/server/flows/reach-out.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { fakeChannels } from '../support/channels.ts';
import {
	beginVisit,
	caseOf,
	eventsOf,
	got,
	messagesOf,
	SOURCE,
	tokenOf
} from '../support/journey.ts';
import { FACTS, openCase } from '../support/open-case.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import { DAYTIME, NIGHT } from '../support/zones.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld({ env: { TAPDONE_OUTREACH_LIMITS: 'on' } });
});
afterAll(() => world.close());

const HOUR_MS = 3_600_000;
let people = 0;
const newCustomer = () => `L-${(people += 1)}`;
const line = (more: Partial<OpenCase>) => ({
	workflow: 'failed-payment',
	customer: newCustomer(),
	contacts: { sms: `+49176040690${String(people).padStart(2, '0')}` },
	facts: FACTS['failed-payment'] ?? {},
	...more
});
const open = (more: Partial<OpenCase> = {}) => openCase(world, line({ zone: DAYTIME, ...more }));
/** Six matters of one person, opened at once. */
async function openSix(): Promise<string[]> {
	const one = line({ zone: DAYTIME });
	const lines = [1, 2, 3, 4, 5, 6].map((day) => ({
		...one,
		facts: { ...one.facts, due_date: `2026-10-0${day}` }
	}));
	const opened = await openCases(world.parts, 'key:test', lines);
	return opened.map((each) => (each as { id: string }).id);
}
const held = async (id: string) =>
	(await eventsOf(world, id)).filter(({ type }) => type === 'outreach-held');
/** Tries what of these cases is queued, all at once. */
async function deliver(...ids: string[]) {
	const { parts, sent } = fakeChannels(world);
	const messages = (await Promise.all(ids.map((id) => messagesOf(world, id)))).flat();
	await Promise.all(messages.map(({ id }) => sendMessage(parts, id)));
	return sent;
}
/** The person travels. */
async function move(id: string, zone: string) {
	const { db, vault } = world.parts;
	const { key, content } = await caseOf(world, id);
	const sealed = await vault.seal(key, { ...content, zone }, 'cases.sealed');
	await db.updateTable('cases').set({ sealed }).where('id', '=', id).execute();
}

test('a case opened at night waits for the morning of the person, without a link that would age', async () => {
	const id = await open({ zone: NIGHT });
	const { row, now } = await caseOf(world, id);
	expect(row).toMatchObject({
		stage: 'waiting',
		outreach_step: 'invitation',
		outreach_why: 'hours'
	});
	const wait = (row.outreach_at!.getTime() - now.getTime()) / HOUR_MS;
	expect(wait).toBeGreaterThan(4.9);
	expect(wait).toBeLessThanOrEqual(6);
	expect(await messagesOf(world, id)).toEqual([]);
	expect(await held(id)).toMatchObject([
		{ data: { step: 'invitation', why: 'hours', until: row.outreach_at!.toISOString() } }
	]);
	// Looked at too early it goes on waiting; in the morning it goes, with its whole time before it.
	await reachOut(world.parts, id);
	expect(await messagesOf(world, id)).toEqual([]);
	await passTime(world, Math.ceil(wait * 3600) + 60);
	await move(id, DAYTIME);
	expect((await sweep(world.parts))?.outreach).toBeGreaterThanOrEqual(1);
	await reachOut(world.parts, id);
	expect(await deliver(id)).toHaveLength(1);
	const { row: sent, now: then } = await caseOf(world, id);
	expect((sent.expires_at.getTime() - then.getTime()) / HOUR_MS).toBeGreaterThan(71);
});

test('without a declared zone the country of the phone counts, and all zones that it has', async () => {
	const american = await open({ zone: undefined, contacts: { sms: '+12025550143' } });
	const view = await explainOutreach(world.parts, american);
	const later = await caseOf(world, american);
	const rules = view!.next!.rules.find(({ label }) => /hours for messages/.test(label));
	expect(rules!.read).toMatchObject({ known: 'phone' });
	expect(String(rules!.read['zones'])).toContain('Pacific/Honolulu');
	expect(later.row.outreach_at).not.toBeNull();
});

test('a message that may have gone out is counted on while its next try waits for the morning', async () => {
	const id = await open();
	const [message] = await messagesOf(world, id);
	const { parts } = fakeChannels(world, { outcome: 'unknown', reason: 'timeout' });
	await sendMessage(parts, message!.id);
	await move(id, NIGHT);
	await passTime(world, 3_600);
	expect(await deliver(id)).toEqual([]);
	const [waiting] = await messagesOf(world, id);
	expect(waiting).toMatchObject({ state: 'queued' });
	expect(waiting!.released_at).not.toBeNull();
	expect(await held(id)).toMatchObject([{ data: { why: 'hours' } }]);
});

test('a message that comes to be sent at night, or tried again then, waits with its link', async () => {
	const id = await open();
	const before = await caseOf(world, id);
	await move(id, NIGHT);
	expect(await deliver(id)).toEqual([]);
	const [message] = await messagesOf(world, id);
	expect(message).toMatchObject({ state: 'queued', attempts: 0, released_at: null });
	expect(message!.next_at.getTime()).toBeGreaterThan(before.now.getTime() + 4 * HOUR_MS);
	const { row } = await caseOf(world, id);
	const wait = message!.next_at.getTime() - before.now.getTime();
	expect(row.expires_at.getTime() - before.row.expires_at.getTime()).toBeGreaterThan(wait - 60_000);
	expect(await held(id)).toMatchObject([{ data: { step: 'invitation', why: 'hours' } }]);
	await passTime(world, Math.ceil(wait / 1000) + 1);
	await move(id, DAYTIME);
	const { parts, sent } = fakeChannels(world, { outcome: 'unavailable', reason: 'outage' });
	await sendMessage(parts, message!.id);
	expect(sent).toHaveLength(1);
	// The second try falls into the night.
	await passTime(world, 6);
	await move(id, NIGHT);
	expect(await deliver(id)).toEqual([]);
});

test('cases of one person share the caps, however they race: one goes, the others have their time', async () => {
	const ids = await openSix();
	expect(await deliver(...ids, ...ids)).toHaveLength(1);
	const messages = (await Promise.all(ids.map((id) => messagesOf(world, id)))).flat();
	const went = messages.find(({ state }) => state === 'accepted')!;
	const waiting = messages.filter((one) => one !== went);
	expect(waiting).toHaveLength(5);
	for (const { state, next_at, case_id } of waiting) {
		expect(state).toBe('queued');
		expect(next_at.getTime()).toBe(went.released_at!.getTime() + 24 * HOUR_MS);
		expect(await held(case_id)).toMatchObject([{ data: { why: 'cap-day' } }]);
	}
	await passTime(world, 24 * 3600 + 1);
	expect(await deliver(...ids)).toHaveLength(1);
});

test('three messages a week are enough, two where the workflow says so; others are not counted', async () => {
	const customer = newCustomer();
	const due = (day: number) => ({ ...FACTS['failed-payment'], due_date: `2026-11-0${day}` });
	const ids: string[] = [];
	for (let day = 1; day <= 3; day += 1) {
		ids.push(await open({ customer, facts: due(day) }));
		expect(await deliver(...ids)).toHaveLength(1);
		await passTime(world, 25 * 3600);
	}
	const fourth = await open({ customer, facts: due(4) });
	expect(await deliver(fourth)).toEqual([]);
	expect(await held(fourth)).toMatchObject([{ data: { why: 'cap-week' } }]);
	const [message] = await messagesOf(world, fourth);
	const { now } = await caseOf(world, fourth);
	// The first of the three is 75 hours old; the morning may be later than the end of its week.
	expect(message!.next_at.getTime() - now.getTime()).toBeGreaterThan(92 * HOUR_MS);
	const plan = { workflow: 'collections-plan', facts: FACTS['collections-plan'] };
	const other = await open(plan);
	expect(await deliver(other)).toHaveLength(1);
});

test('one that was refused reached nobody: the next channel goes at once, and counts', async () => {
	const contacts = { sms: '+4917604069055', email: 'f@example.org' };
	const id = await open({ contacts });
	const refusing = fakeChannels(world, { outcome: 'refused', reason: 'bad-destination' });
	const [first] = await messagesOf(world, id);
	await sendMessage(refusing.parts, first!.id);
	expect((await deliver(id)).map(({ channel }) => channel)).toEqual(['email']);
});

test('a code is never held: not at night, not above the caps', async () => {
	const id = await openCase(world, {
		workflow: 'failed-payment',
		customer: 'C-1001',
		zone: DAYTIME
	});
	await deliver(id);
	await move(id, NIGHT);
	got(await requestCode(world.parts, await beginVisit(world, id), 'sms', SOURCE));
	expect((await deliver(id)).map(({ body }) => /\d{6}/.test(body))).toEqual([true]);
});

test('a reminder that is wished for at night is promised for the morning', async () => {
	const id = await open();
	await deliver(id);
	await move(id, NIGHT);
	got(await postpone(world.parts, await beginVisit(world, id), 1));
	const { row } = await caseOf(world, id);
	const hour = new Intl.DateTimeFormat('en-GB', { timeZone: NIGHT, timeStyle: 'short' });
	expect(hour.format(row.remind_at!)).toBe('08:00');
});

test('the explanation tells what was sent, what comes next, when, and why not earlier', async () => {
	const id = await open();
	await deliver(id);
	const view = await explainOutreach(world.parts, id);
	expect(view).toMatchObject({
		sent: [{ step: 'invitation', channel: 'sms', state: 'accepted', heldUntil: null }],
		next: {
			step: 'reminder',
			asked: false,
			why: 'Its wait after the step before is not over.'
		},
		ended: null
	});
	const { row } = await caseOf(world, id);
	expect(Date.parse(view!.next!.at)).toBeGreaterThanOrEqual(row.outreach_at!.getTime());
	expect(view!.next!.rules.filter(({ holds }) => !holds).map(({ label }) => label)).toEqual([
		'The wait after the step before is over',
		'The cap for a day leaves room, over all cases of the customer'
	]);
	expect(JSON.stringify(view)).not.toContain(await tokenOf(world, id));
	expect(await explainOutreach(world.parts, '00000000-0000-7000-8000-000000000000')).toBeNull();
});
