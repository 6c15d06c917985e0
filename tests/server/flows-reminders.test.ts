import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import { loadWorkflow } from '../../src/lib/server/db/workflows.ts';
import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import { leavePath } from '../../src/lib/server/flows/leave-path.ts';
import { openLink } from '../../src/lib/server/flows/open-link.ts';
import { postpone } from '../../src/lib/server/flows/postpone.ts';
import { reachOut } from '../../src/lib/server/flows/reach-out.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { showHelp } from '../../src/lib/server/flows/show-help.ts';
import { stopMessages } from '../../src/lib/server/flows/stop-messages.ts';
import { fakeChannels } from '../support/channels.ts';
import { beginVisit, caseOf, got, messagesOf, timeline, tokenOf } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { databaseNow, passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const DAY = 86_400;
let people = 0;
const open = (customer = `C-100${++people}`) =>
	openCase(world, { workflow: 'failed-payment', customer });
const works = async (token: string) => (await openLink(world.parts, token)).ok;
const exceptionsOf = (id: string) =>
	world.parts.db.selectFrom('exceptions').select('reason').where('case_id', '=', id).execute();
const linkOf = (id: string) =>
	world.parts.db
		.selectFrom('links')
		.select(['created_at', 'expires_at'])
		.where('case_id', '=', id)
		.where('ended_at', 'is', null)
		.executeTakeFirstOrThrow();
async function reminders(id: string): Promise<Date[]> {
	const { rows } = await sql<{ start_after: Date }>`select start_after from pgboss.job
		where name = 'outreach' and data->>'case' = ${id} order by created_on, id`.execute(world.parts.db);
	return rows.map(({ start_after }) => start_after);
}

test('a reminder that falls due after "stop these messages" leaves the link alive and bothers nobody', async () => {
	const id = await open();
	const token = await tokenOf(world, id);
	const visit = await beginVisit(world, id);
	got(await postpone(world.parts, visit, 1));
	await stopMessages(world.parts, visit);
	await passTime(world, DAY);
	await reachOut(world.parts, id);
	expect(await works(token)).toBe(true);
	expect(await messagesOf(world, id)).toHaveLength(1);
	expect(await exceptionsOf(id)).toEqual([]);
	expect((await caseOf(world, id)).row.remind_at).toBeNull();
	expect((await timeline(world, id)).slice(-2)).toEqual(['messages-stopped', 'outreach-stopped']);
});

test('a reminder whose only channel failed goes to a person, and the link stays alive', async () => {
	// The record knows no further way.
	const id = await open('Nobody-1');
	const token = await tokenOf(world, id);
	got(await postpone(world.parts, await beginVisit(world, id), 1));
	// The bounce is told by the provider only after the customer came by another way.
	const [invitation] = await messagesOf(world, id);
	await world.parts.db
		.updateTable('messages')
		.set({ state: 'failed' })
		.where('id', '=', invitation!.id)
		.execute();
	await passTime(world, DAY);
	await reachOut(world.parts, id);
	expect(await works(token)).toBe(true);
	expect(await messagesOf(world, id)).toHaveLength(1);
	expect(await exceptionsOf(id)).toContainEqual({ reason: 'unreachable-contact' });
});

test('a reminder while a person has the case cuts no link short', async () => {
	const id = await open();
	const visit = await beginVisit(world, id);
	await askPerson(world.parts, visit);
	got(await postpone(world.parts, visit, 1));
	const kept = await linkOf(id);
	await passTime(world, DAY);
	await reachOut(world.parts, id);
	const renewed = await linkOf(id);
	expect(await messagesOf(world, id)).toHaveLength(2);
	for (const time of ['created_at', 'expires_at'] as const)
		expect(renewed[time].getTime()).toBe(kept[time].getTime() - DAY * 1000);
});

test('who wants no messages is promised none, and the page offers and says only that', async () => {
	const id = await open();
	const visit = await beginVisit(world, id);
	got(await postpone(world.parts, visit, 1));
	expect(await showHelp(world.parts, visit)).toMatchObject({ closed: [], stopped: false });
	expect((await showHelp(world.parts, visit)).reminder).toBeDefined();
	await stopMessages(world.parts, visit);
	const view = await showHelp(world.parts, visit);
	expect(view).toMatchObject({ closed: ['later'], stopped: true });
	expect(view.reminder).toBeUndefined();
	const before = await caseOf(world, id);
	expect(await postpone(world.parts, visit, 7)).toEqual({ ok: false, reason: 'stopped' });
	expect((await caseOf(world, id)).row).toEqual(before.row);
});

test('"not now" is put off no further than 30 days after the link was made', async () => {
	const id = await open();
	const answers: string[] = [];
	for (let day = 0; day < 35; day += 6) {
		const visit = await beginVisit(world, id).catch(() => null);
		if (!visit) break;
		const postponed = await postpone(world.parts, visit, 7);
		answers.push(postponed.ok ? 'ok' : postponed.reason);
		await passTime(world, 6 * DAY);
	}
	// Pressed on the days 0, 6, 12 and 18; on the 24th a week is past the 30th, and then the link is over.
	expect(answers).toEqual(['ok', 'ok', 'ok', 'ok', 'too-late']);
	const { created_at, expires_at } = await linkOf(id);
	const days = (to: Date) => (to.getTime() - created_at.getTime()) / (DAY * 1000);
	expect(days(expires_at)).toBeLessThanOrEqual(30);
	const { row } = await caseOf(world, id);
	expect(days(row.expires_at)).toBeLessThanOrEqual(30);
	expect(days(row.remind_at!)).toBeLessThanOrEqual(30);
});

test('close to its bound a shorter wish is still heard, and the page says until when the link works', async () => {
	const id = await open();
	await passTime(world, 2 * DAY);
	const visit = await beginVisit(world, id);
	// As after other wishes: the link was made 28 days ago and still works.
	await world.parts.db
		.updateTable('links')
		.set({ created_at: new Date((await databaseNow(world)).getTime() - 28 * DAY * 1000) })
		.where('case_id', '=', id)
		.execute();
	expect(await postpone(world.parts, visit, 3)).toEqual({ ok: false, reason: 'too-late' });
	expect((await showHelp(world.parts, visit)).linkUntil).toMatch(/\d/);
	expect((await postpone(world.parts, visit, 1)).ok).toBe(true);
	const { created_at, expires_at } = await linkOf(id);
	expect(expires_at.getTime() - created_at.getTime()).toBe(30 * DAY * 1000);
});

test('of many wishes one job waits: it looks again on the day of the last one', async () => {
	const id = await open();
	const visit = await beginVisit(world, id);
	got(await postpone(world.parts, visit, 1));
	got(await postpone(world.parts, visit, 3));
	got(await postpone(world.parts, visit, 7));
	expect(await reminders(id)).toHaveLength(1);
	await passTime(world, DAY);
	await reachOut(world.parts, id);
	expect(await messagesOf(world, id)).toHaveLength(1);
	const { remind_at } = (await caseOf(world, id)).row;
	expect((await reminders(id)).at(-1)).toEqual(remind_at);
	// An earlier day needs a job of its own.
	got(await postpone(world.parts, visit, 1));
	expect(await reminders(id)).toHaveLength(3);
});

test('only who asked for a person is thanked for it; what others raised leaves the question open', async () => {
	const id = await open();
	const { parts } = fakeChannels(world, { outcome: 'refused', reason: 'bad-destination' });
	const visit = await beginVisit(world, id);
	for (let channel = 0; channel < 3; channel += 1)
		for (const { id: message } of await messagesOf(world, id)) await sendMessage(parts, message);
	expect(await exceptionsOf(id)).toEqual([{ reason: 'unreachable-contact' }]);
	expect((await showHelp(world.parts, visit)).person).toBeNull();
	// Only who has proved what the case asks for is told that somebody looks at it.
	const known = { ...visit, assurance: 'code' as const };
	expect((await showHelp(world.parts, known)).person).toBe('looking');
	// Not even one that stands where a question would.
	await changeCase(world.parts, id, { actor: 'system', flow: 'test' }, async (change) => {
		const workflow = await loadWorkflow(change.trx, change.row.workflow, change.row.version);
		leavePath(workflow, change, { breakpoint: 'eligibility', reason: 'nothing-eligible' });
	});
	expect((await showHelp(world.parts, known)).person).toBe('looking');
	await askPerson(world.parts, visit);
	expect((await showHelp(world.parts, visit)).person).toBe('asked');
	expect((await showHelp(world.parts, known)).person).toBe('asked');
});
