import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SendResult } from '../../src/lib/server/channels/port.ts';
import { countFiltered, FILTERED } from '../../src/lib/server/flows/count-filtered.ts';
import { explainOutreach } from '../../src/lib/server/flows/explain-outreach.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { resumeMessages } from '../../src/lib/server/flows/resume-messages.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { askSwitchOn } from '../../src/lib/server/flows/switch-on.ts';
import { fakeChannels } from '../support/channels.ts';
import { beginVisit, eventsOf, got, messagesOf, SOURCE } from '../support/journey.ts';
import { FACTS, openCase } from '../support/open-case.ts';
import { newPerson } from '../support/people.ts';
import { staffRow } from '../support/staff-rows.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

// One spike: each test goes on where the one before it ended.

const WORKFLOW = 'failed-payment';
const PART = 'template:sms:invitation';
const HELD_BACK: SendResult = { outcome: 'failed', provider: 'twilio', code: '30007' };

let world: World;
let people = 0;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

/** Invited by SMS alone, unless by e-mail. */
async function invited(count: number, by: 'sms' | 'email' = 'sms'): Promise<string[]> {
	const lines = Array.from({ length: count }, () => {
		people += 1;
		const contacts =
			by === 'sms'
				? { sms: `+4917604069${String(people).padStart(3, '0')}` }
				: { email: `${people}@example.org` };
		return { workflow: WORKFLOW, customer: `F-${people}`, contacts, facts: FACTS[WORKFLOW] ?? {} };
	});
	const opened = await openCases(world.parts, 'key:test', lines);
	return opened.map((one) => (one as { id: string }).id);
}
/** Sends what is queued of these cases, all at once. */
async function deliver(ids: string[], answer?: SendResult) {
	const { parts, sent } = fakeChannels(world, ...(answer ? [answer] : []));
	const messages = (await Promise.all(ids.map((id) => messagesOf(world, id)))).flat();
	await Promise.all(messages.map(({ id }) => sendMessage(parts, id)));
	return sent.length;
}
const paused = () =>
	world.parts.db
		.selectFrom('switches')
		.select(['id', 'part', 'off_by', 'off_why'])
		.where('on_at', 'is', null)
		.execute();
const alerts = async () => {
	const rows = await world.parts.db
		.selectFrom('alerts')
		.select(['kind', 'subject', 'count'])
		.execute();
	return rows.filter(({ kind }) => kind === 'filtered-messages');
};

test('up to the limit each goes on by itself; what comes above it pauses the message, once', async () => {
	const few = await invited(FILTERED.most);
	expect(await deliver(few, HELD_BACK)).toBe(FILTERED.most);
	expect([await paused(), await alerts()]).toEqual([[], []]);
	// Three at once find out that it is no chance.
	await deliver(await invited(3), HELD_BACK);
	expect(await paused()).toMatchObject([{ part: PART, off_by: 'system' }]);
	expect(await alerts()).toEqual([
		{ kind: 'filtered-messages', subject: `${WORKFLOW}:invitation:sms`, count: 1 }
	]);
});

test('what is paused waits with a time and says why; other senders and codes go', async () => {
	const [held = ''] = await invited(1);
	expect(await deliver([held])).toBe(0);
	const [message] = await messagesOf(world, held);
	expect(message).toMatchObject({ state: 'queued', attempts: 0 });
	expect(message!.next_at.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
	const events = (await eventsOf(world, held)).filter(({ type }) => type === 'outreach-held');
	expect(events).toMatchObject([
		{ data: { why: 'filtered', until: expect.any(String) as string } }
	]);
	expect((await explainOutreach(world.parts, held))?.sent[0]?.heldUntil).toEqual(
		expect.any(String)
	);
	expect(await deliver(await invited(1, 'email'))).toBe(1);

	const id = await openCase(world, { workflow: WORKFLOW, customer: await newPerson(world.core) });
	const visit = await beginVisit(world, id);
	got(await requestCode(world.parts, visit, 'sms', SOURCE));
	const { parts, sent } = fakeChannels(world);
	for (const one of await messagesOf(world, id)) await sendMessage(parts, one.id);
	expect(sent.map((one) => one.class)).toEqual(['code']);
});

test('a spike of codes is told, and pauses nothing', async () => {
	const code = { class: 'code', channel: 'sms', template: 'code' } as const;
	await world.parts.db.transaction().execute(async (trx) => {
		for (let index = 0; index <= FILTERED.most; index += 1)
			await countFiltered(trx, WORKFLOW, code);
	});
	expect(await paused()).toHaveLength(1);
	expect((await alerts()).map(({ subject }) => subject)).toContain(`${WORKFLOW}:code:sms`);
});

test('one person resumes it with a reason, what waited goes, and it is counted anew', async () => {
	const { db } = world.parts;
	const [{ id = '' } = {}] = await paused();
	const order = { id, reason: 'Registered the sender' };
	const agent = await staffRow(db, 'agent');
	const olga = await staffRow(db, 'operations');
	expect(await resumeMessages(world.parts, agent, order)).toMatchObject({ reason: 'forbidden' });
	expect(await askSwitchOn(world.parts, olga, order)).toMatchObject({ reason: 'decided' });
	const both = await Promise.all([1, 2].map(() => resumeMessages(world.parts, olga, order)));
	expect(both.filter(({ ok }) => ok)).toHaveLength(1);
	expect(await paused()).toEqual([]);
	const acts = await db
		.selectFrom('audit_entries')
		.select(['act', 'reason', 'actor'])
		.where('act', '=', 'resume-messages')
		.where('result', '=', 'done')
		.execute();
	expect(acts).toEqual([
		{ act: 'resume-messages', reason: order.reason, actor: `staff:${olga.id}` }
	]);

	await passTime(world, 3_700);
	const waiting = await db
		.selectFrom('messages')
		.select('case_id')
		.where('state', '=', 'queued')
		.where('template', '=', 'invitation')
		.execute();
	expect(await deliver(waiting.map(({ case_id }) => case_id))).toBe(waiting.length);
	// One more by chance is no spike.
	await deliver(await invited(1), HELD_BACK);
	expect(await paused()).toEqual([]);
});
