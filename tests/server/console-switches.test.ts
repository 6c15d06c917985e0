import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/lib/domain/staff/permissions.ts';
import { applyWriteback } from '../../src/lib/server/flows/apply-writeback.ts';
import { chooseAction } from '../../src/lib/server/flows/choose-action.ts';
import { listSwitches } from '../../src/lib/server/flows/list-switches.ts';
import { postpone } from '../../src/lib/server/flows/postpone.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { showActions } from '../../src/lib/server/flows/show-actions.ts';
import { showHelp } from '../../src/lib/server/flows/show-help.ts';
import { showReview } from '../../src/lib/server/flows/show-review.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import { switchOff } from '../../src/lib/server/flows/switch-off.ts';
import { askSwitchOn, keepOff, switchOn } from '../../src/lib/server/flows/switch-on.ts';
import { putOff } from '../../src/lib/server/db/switches.ts';
import { CHANNELS } from '../../src/lib/domain/workflow/document.ts';
import { type Part, templatePart } from '../../src/lib/domain/workflow/switches.ts';
import { fakeChannels } from '../support/channels.ts';
import {
	beginVisit,
	caseOf,
	eventsOf,
	got,
	messagesOf,
	type Reviewed,
	reviewed,
	SOURCE,
	submitted
} from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { newPerson } from '../support/people.ts';
import { staffRow } from '../support/staff-rows.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

type Person = Pick<Principal, 'id'>;

const KEY = 'failed-payment';
let world: World;
let olga: Person;
let otto: Person;
let anton: Person;
beforeAll(async () => {
	world = await startWorld();
	olga = await staffRow(world.parts.db, 'operations');
	otto = await staffRow(world.parts.db, 'operations', 'approver');
	anton = await staffRow(world.parts.db, 'approver');
});
afterAll(() => world.close());

const reason = 'Wrong amounts';
const off = (part: Part, who = olga) => switchOff(world.parts, who, { key: KEY, part, reason });
const ask = (id: string, who = olga) => askSwitchOn(world.parts, who, { id, reason: 'Mended' });
const on = (id: string, who = anton) => switchOn(world.parts, who, { id });
/** By one who asks and another who says yes. */
async function backOn(...ids: string[]) {
	for (const id of ids) {
		got(await ask(id));
		got(await on(id));
	}
}
async function review(action = 'pay-now'): Promise<Reviewed> {
	const customer = await newPerson(world.core);
	return reviewed(world, { workflow: KEY, customer, action });
}
const confirm = ({ visit, draftId, shown }: Reviewed) =>
	submitAction(world.parts, visit, draftId, shown);
const submissions = async () => {
	const { rows } = await sql<{ n: number }>`select count(*)::int as n from submissions`.execute(
		world.parts.db
	);
	return rows[0]!.n;
};
const left = async (id: string) =>
	(await eventsOf(world, id))
		.filter(({ type }) => /^(path-left|rung-taken|exception-raised)$/.test(type))
		.map(({ type, data }) => [type, (data as { reason?: string; rung?: string }).reason]);

describe('an action that is switched off', () => {
	test('is confirmed by nobody who is in the middle of it, who is told and may choose what is left', async () => {
		const seen = await review();
		const { id } = got(await off('action:pay-now'));
		expect(await showReview(world.parts, seen.visit, seen.draftId)).toMatchObject({
			reason: 'switched-off'
		});
		expect(await confirm(seen)).toEqual({ ok: false, reason: 'switched-off' });
		expect(await confirm(seen)).toEqual({ ok: false, reason: 'switched-off' });
		expect(await chooseAction(world.parts, seen.visit, 'pay-now')).toMatchObject({
			reason: 'switched-off'
		});
		const { offered, refused } = await showActions(world.parts, seen.visit);
		expect(offered.map(({ action }) => action)).not.toContain('pay-now');
		expect(offered).not.toEqual([]);
		expect(refused.find(({ action }) => action === 'pay-now')).toMatchObject({
			unsaid: 'switched-off'
		});
		// The rung is on record once, and nobody has the case for it.
		expect(await left(seen.caseId)).toEqual([
			['path-left', 'switched-off'],
			['rung-taken', undefined]
		]);
		await backOn(id);
		expect((await confirm(seen)).ok).toBe(true);
	});

	test('with nothing left beside it a person gets the case', async () => {
		const seen = await review();
		const actions = ['pay-now', 'pay-part', 'pay-later'] as const;
		const ids: string[] = [];
		for (const action of actions) ids.push(got(await off(`action:${action}`)).id);
		expect(await confirm(seen)).toEqual({ ok: false, reason: 'switched-off' });
		expect(await left(seen.caseId)).toEqual([
			['path-left', 'switched-off'],
			['exception-raised', undefined]
		]);
		const view = await showActions(world.parts, seen.visit);
		expect([view.offered, view.withPerson?.message]).toEqual([[], expect.any(String)]);
		await backOn(...ids);
		expect((await caseOf(world, seen.caseId)).state.exceptions).toHaveLength(1);
		expect((await confirm(seen)).ok).toBe(true);
	});

	test('what was confirmed before is still written back', async () => {
		const customer = await newPerson(world.core);
		const seen = await submitted(world, { workflow: KEY, customer, action: 'pay-now' });
		// Its facts are old by now, so it is judged once more before it is sent.
		await passTime(world, 120);
		const { id } = got(await off('action:pay-now'));
		await applyWriteback(world.parts, seen.writeback);
		expect(await world.core.effects(customer)).toHaveLength(1);
		expect((await caseOf(world, seen.caseId)).row.stage).toBe('resolved');
		await backOn(id);
	});

	test('of many confirmations at once none is taken after the switch was told to be off', async () => {
		const seen = await Promise.all(Array.from({ length: 8 }, () => review()));
		const before = await submissions();
		const confirming = seen.map((one) => confirm(one));
		const { id } = got(await off('action:pay-now'));
		const then = await submissions();
		const answers = await Promise.all(confirming);
		expect(await submissions()).toBe(then);
		expect(answers.filter(({ ok }) => ok)).toHaveLength(then - before);
		for (const answer of answers) if (!answer.ok) expect(answer.reason).toBe('switched-off');
		await backOn(id);
	});

	test.skipIf(process.env['TAPDONE_TEST_DB'] === 'embedded')(
		'waits for a confirmation that has passed the question already',
		async () => {
			const seen = await review();
			const { db } = world.parts;
			const order: string[] = [];
			let confirming: Promise<unknown> | undefined;
			let switching: Promise<{ id: string }> | undefined;
			await db.transaction().execute(async (trx) => {
				// The confirmation comes no further than its writeback until this ends.
				await sql`lock table writebacks in exclusive mode`.execute(trx);
				confirming = confirm(seen).then((answer) => order.push(`confirmed ${answer.ok}`));
				await waitsForLock(1, order);
				switching = off('action:pay-now').then((answer) => {
					order.push('off');
					return got(answer);
				});
				await waitsForLock(2, order);
				expect(order).toEqual([]);
			});
			await confirming;
			await backOn((await switching!).id);
			expect(order.toSorted()).toEqual(['confirmed true', 'off']);
			const [{ at }, { off_at }] = await Promise.all([
				db
					.selectFrom('submissions')
					.select('created_at as at')
					.where('case_id', '=', seen.caseId)
					.executeTakeFirstOrThrow(),
				db
					.selectFrom('switches')
					.select('off_at')
					.orderBy('off_at', 'desc')
					.executeTakeFirstOrThrow()
			]);
			expect(at.getTime()).toBeLessThanOrEqual(off_at.getTime());
		}
	);

	/** Until so many statements of others wait for a lock, or one need not. */
	async function waitsForLock(count: number, done: string[]) {
		for (;;) {
			const { rows } = await sql<{ n: number }>`select count(*)::int as n from pg_locks l
				join pg_database d on d.oid = l.database
				where not l.granted and d.datname = current_database()`.execute(world.parts.db);
			if (rows[0]!.n >= count || done.length > 0) return;
		}
	}
});

describe('on again', () => {
	test('only by two people who may, each act once and on record', async () => {
		const { id } = got(await off('action:pay-later', anton));
		expect(await off('action:pay-later')).toMatchObject({ reason: 'switched-off' });
		expect(await on(id)).toMatchObject({ reason: 'decided' });
		expect(await ask(id, anton)).toMatchObject({ reason: 'forbidden' });
		const asked = await Promise.all([ask(id, otto), ask(id, otto)]);
		expect(asked.filter(({ ok }) => ok)).toHaveLength(1);
		expect(await on(id, otto)).toMatchObject({ reason: 'own-change' });
		expect(await on(id, olga)).toMatchObject({ reason: 'forbidden' });
		got(await keepOff(world.parts, anton, { id, reason: 'Not yet' }));
		expect(await on(id)).toMatchObject({ reason: 'decided' });
		got(await ask(id, otto));
		const done = await Promise.all([on(id), on(id)]);
		expect(done.filter(({ ok }) => ok)).toHaveLength(1);
		expect(await ask(id)).toMatchObject({ reason: 'not-found' });

		const rows = await world.parts.db
			.selectFrom('audit_entries')
			.select(['act', 'result', 'reason', 'actor'])
			.where(sql<string>`data->>'switch'`, '=', id)
			.where('result', '=', 'done')
			.orderBy('id')
			.execute();
		expect(rows.map(({ act, reason: why, actor }) => [act, why, actor])).toEqual([
			['switch-off', reason, `staff:${anton.id}`],
			['ask-switch-on', 'Mended', `staff:${otto.id}`],
			['keep-off', 'Not yet', `staff:${anton.id}`],
			['ask-switch-on', 'Mended', `staff:${otto.id}`],
			['switch-on', null, `staff:${anton.id}`]
		]);
		const { off: now, ended } = await listSwitches(world.parts, KEY, olga);
		expect([now, ended[0]]).toMatchObject([[], { part: 'action:pay-later', on: {} }]);
	});

	test('the table itself wants two people, and neither forgets nor changes what was', async () => {
		const { id } = got(await off('action:pay-later'));
		const change = (set: string) =>
			sql`update switches set ${sql.raw(set)} where id = ${id}`.execute(world.parts.db);
		await expect(change(`on_by = 'staff:x', on_at = now()`)).rejects.toThrow();
		await expect(
			change(
				`asked_by = 'staff:x', asked_at = now(), asked_why = '', on_by = 'staff:x', on_at = now()`
			)
		).rejects.toThrow();
		await expect(change(`off_why = ''`)).rejects.toThrow();
		await expect(
			sql`delete from switches where id = ${id}`.execute(world.parts.db)
		).rejects.toThrow();
		await backOn(id);
		await expect(change('asked_why = null')).rejects.toThrow();
	});

	test('nobody switches what is not there, and nobody without the permission', async () => {
		expect(await off('action:no-such')).toMatchObject({ reason: 'not-found' });
		const agent = await staffRow(world.parts.db, 'agent');
		expect(await off('action:pay-now', agent)).toMatchObject({ reason: 'forbidden' });
		expect((await listSwitches(world.parts, KEY, agent)).off).toEqual([]);
	});
});

test('while outreach is off nothing that we begin goes out, codes do, and it goes on by itself', async () => {
	const customer = await newPerson(world.core);
	const id = await openCase(world, { workflow: KEY, customer });
	const visit = await beginVisit(world, id);
	const { id: switched } = got(await off('outreach'));
	const { parts, sent } = fakeChannels(world);
	const [invitation] = await messagesOf(world, id);
	await sendMessage(parts, invitation!.id);
	expect(sent).toEqual([]);
	const [row] = await messagesOf(world, id);
	expect(row).toMatchObject({ state: 'queued', attempts: 0 });
	expect(row!.next_at.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
	const held = (await eventsOf(world, id)).find(({ type }) => type === 'outreach-held');
	expect(held?.data).toMatchObject({ why: 'switched-off' });

	got(await requestCode(parts, visit, 'sms', SOURCE));
	const code = (await messagesOf(world, id)).find((one) => one.class === 'code');
	await sendMessage(parts, code!.id);
	expect(sent).toHaveLength(1);

	// Each hour it is looked at; what was said once is not said again.
	await passTime(world, 3_700);
	await sendMessage(parts, invitation!.id);
	expect(sent).toHaveLength(1);
	const told = (await eventsOf(world, id)).filter(({ type }) => type === 'outreach-held');
	expect(told).toHaveLength(1);

	await backOn(switched);
	await passTime(world, 3_700);
	await sendMessage(parts, invitation!.id);
	expect(sent).toHaveLength(2);
});

test('while outreach is off no day is promised for what waits for it', async () => {
	const customer = await newPerson(world.core);
	const id = await openCase(world, { workflow: KEY, customer });
	const visit = await beginVisit(world, id);
	const reminder = async () => (await showHelp(world.parts, visit)).reminder;
	const renew = async () => got(await renewLink(world.parts, 'key:test', id, { send: true })).sent;
	expect(got(await postpone(world.parts, visit, 1)).until).toMatch(/\d/);
	expect(await reminder()).toMatch(/\d/);
	const { id: switched } = got(await off('outreach'));
	expect(await reminder()).toBeNull();
	expect(got(await postpone(world.parts, visit, 3))).toEqual({ until: null });
	expect((await caseOf(world, id)).row.remind_at).not.toBeNull();
	expect(await renew()).toBe('held');
	await backOn(switched);
	expect(await reminder()).toMatch(/\d/);
	expect(await renew()).toBe('queued');
});

test('a paused message takes the day from a promise of it, not from that of another', async () => {
	const customer = await newPerson(world.core);
	const id = await openCase(world, { workflow: KEY, customer });
	const visit = await beginVisit(world, id);
	const pause = async (...parts: Part[]) => {
		const rows = parts.map((part) => ({ workflow: KEY, part, by: 'system' as const, why: 'test' }));
		await world.parts.db.transaction().execute(async (trx) => {
			for (const row of rows) await putOff(trx, row);
		});
	};
	const renew = async () => got(await renewLink(world.parts, 'key:test', id, { send: true })).sent;
	const said = CHANNELS.map((channel) => templatePart(channel, 'invitation'));
	await pause(...said);
	expect(got(await postpone(world.parts, visit, 1)).until).toMatch(/\d/);
	await pause(...CHANNELS.map((channel) => templatePart(channel, 'reminder')));
	expect(got(await postpone(world.parts, visit, 1))).toEqual({ until: null });
	expect(await renew()).toBe('held');
});
