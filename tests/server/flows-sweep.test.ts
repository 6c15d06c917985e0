import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import { completeCase } from '../../src/lib/server/flows/complete-case.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { postpone } from '../../src/lib/server/flows/postpone.ts';
import { purgeOld } from '../../src/lib/server/flows/purge-old.ts';
import { reachOut } from '../../src/lib/server/flows/reach-out.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { fakeChannels } from '../support/channels.ts';
import {
	beginVisit,
	caseOf,
	got,
	messagesOf,
	SOURCE,
	timeline,
	tokenOf,
	verified
} from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import { confirmed } from '../support/writebacks.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
	await world.parts.db.updateTable('messages').set({ state: 'accepted' }).execute();
	await sql`delete from pgboss.job`.execute(world.parts.db);
	await newTurn();
});

const newTurn = () => world.parts.db.deleteFrom('counters').where('key', '=', 'sweep').execute();
const open = (customer: string) => openCase(world, { workflow: 'failed-payment', customer });

/** A sweep that has its turn. */
async function sweepNow() {
	await newTurn();
	const found = await sweep(world.parts);
	if (!found) throw new Error('It was not our turn.');
	return found;
}
async function jobsOf(queue: string): Promise<unknown[]> {
	const { rows } = await sql<{ data: unknown }>`
		select data from pgboss.job where name = ${queue}`.execute(world.parts.db);
	return rows.map(({ data }) => data);
}
const forgetJobs = () => sql`delete from pgboss.job`.execute(world.parts.db);

test('a message, a writeback and a held case whose jobs were lost get new ones when they are late', async () => {
	const sent = await confirmed(world, 'C-1001');
	const [held] = await openCases(world.parts, 'key:test', [
		{ workflow: 'failed-payment', customer: 'C-1002', facts: { due_date: '2026-11-16' } }
	]);
	const heldId = (held as { id: string }).id;
	await forgetJobs();
	// On time is not late: their own jobs may be under way.
	expect(await sweepNow()).toMatchObject({ messages: 0, writebacks: 0, unbegun: 0 });
	await passTime(world, 16);
	expect(await sweepNow()).toMatchObject({ writebacks: 1, unbegun: 1 });
	expect(await jobsOf('apply-writeback')).toEqual([{ v: 1, writeback: sent.writeback }]);
	expect(await jobsOf('complete-case')).toEqual([{ v: 1, case: heldId }]);
	const messages = await messagesOf(world, sent.caseId);
	const woken = [...(await jobsOf('send-code')), ...(await jobsOf('send-message'))];
	expect(woken.length).toBe(messages.length);
	await world.parts.db.updateTable('writebacks').set({ next_at: null }).execute();
	await completeCase(world.parts, heldId);
});

test('a code has the queue of codes also when it is tried again, or its job was lost', async () => {
	const id = await open('C-1013');
	got(await requestCode(world.parts, await beginVisit(world, id), 'sms', SOURCE));
	const code = (await messagesOf(world, id)).find((one) => one.class === 'code')!.id;
	const queues = async () => {
		const { rows } = await sql<{ message: string; name: string }>`
			select data->>'message' as message, name from pgboss.job
				where name in ('send-code', 'send-message') order by name`.execute(world.parts.db);
		return rows.map(({ message, name }) => [message === code ? 'code' : 'other', name]);
	};
	await forgetJobs();
	const { parts } = fakeChannels(world, { outcome: 'unavailable', reason: 'outage' });
	await sendMessage(parts, code);
	expect(await queues()).toEqual([['code', 'send-code']]);
	await forgetJobs();
	await passTime(world, 25);
	await sweepNow();
	expect(await queues()).toEqual([
		['code', 'send-code'],
		['other', 'send-message']
	]);
});

test('what is under a lease is left alone until the lease has ended for a while', async () => {
	const id = await open('C-1003');
	const [message] = await messagesOf(world, id);
	await passTime(world, 3600);
	await world.parts.db
		.updateTable('messages')
		.set({ state: 'sending', lease_until: sql<Date>`now() + interval '60 seconds'` })
		.where('id', '=', message!.id)
		.execute();
	await forgetJobs();
	expect((await sweepNow()).messages).toBe(0);
	await passTime(world, 76);
	expect((await sweepNow()).messages).toBe(1);
	expect(await jobsOf('send-message')).toEqual([{ v: 1, message: message!.id }]);
});

test('of all nodes one sweeps in a turn', async () => {
	const turns = await Promise.all(Array.from({ length: 8 }, () => sweep(world.parts)));
	// A turn may end while they run; each has one sweep.
	const windows = await world.parts.db
		.selectFrom('counters')
		.select('bucket')
		.where('key', '=', 'sweep')
		.execute();
	expect(turns.filter((turn) => turn !== null)).toHaveLength(windows.length);
	expect(turns.length).toBeGreaterThan(windows.length);
});

test('a case whose time is over ends by an event, once', async () => {
	const waiting = await open('C-1004');
	const visited = await open('C-1005');
	await beginVisit(world, visited);
	await passTime(world, 73 * 3600);
	expect((await sweepNow()).expired).toBeGreaterThanOrEqual(2);
	for (const id of [waiting, visited]) {
		expect((await caseOf(world, id)).row).toMatchObject({ stage: 'expired' });
		expect((await timeline(world, id)).at(-1)).toBe('case-expired');
	}
	expect((await sweepNow()).expired).toBe(0);
});

test('what is being booked, or is with a person, does not expire', async () => {
	const sent = await confirmed(world, 'C-1006');
	const asked = await open('C-1007');
	await askPerson(world.parts, await verified(world, asked));
	await passTime(world, 73 * 3600);
	await sweepNow();
	expect((await caseOf(world, sent.caseId)).row.stage).toBe('submitted');
	expect((await caseOf(world, asked)).row.stage).toBe('with-person');
});

test('"not now" brings one reminder with the same link on its day, and keeps the case alive until then', async () => {
	const id = await open('C-1008');
	const old = await tokenOf(world, id);
	const { until } = got(await postpone(world.parts, await beginVisit(world, id), 7));
	expect(until).toMatch(/\d/);
	await passTime(world, 6 * 86_400);
	await reachOut(world.parts, id);
	await forgetJobs();
	await sweepNow();
	expect(await jobsOf('outreach')).not.toContainEqual({ v: 1, case: id });
	expect((await caseOf(world, id)).row.stage).toBe('visited');
	expect(await messagesOf(world, id)).toHaveLength(1);
	await passTime(world, 86_400 + 20);
	await forgetJobs();
	await sweepNow();
	expect(await jobsOf('outreach')).toContainEqual({ v: 1, case: id });
	await Promise.all([1, 2, 3].map(() => reachOut(world.parts, id)));
	const messages = await messagesOf(world, id);
	expect(messages).toHaveLength(2);
	expect(await tokenOf(world, id)).toBe(old);
	const { expires_at } = (await caseOf(world, id)).row;
	expect(messages[1]!.expires_at!.getTime()).toBeLessThanOrEqual(expires_at.getTime());
	await forgetJobs();
	await sweepNow();
	expect(await jobsOf('outreach')).not.toContainEqual({ v: 1, case: id });
});

test('a later wish replaces the earlier one; a case that moved on is not reminded', async () => {
	const id = await open('C-1010');
	const visit = await beginVisit(world, id);
	got(await postpone(world.parts, visit, 1));
	got(await postpone(world.parts, visit, 3));
	await passTime(world, 2 * 86_400);
	await reachOut(world.parts, id);
	expect(await messagesOf(world, id)).toHaveLength(1);
	const sent = await confirmed(world, 'C-1011');
	got(await postpone(world.parts, sent.visit, 1));
	await passTime(world, 86_400);
	const before = (await messagesOf(world, sent.caseId)).length;
	await reachOut(world.parts, sent.caseId);
	expect(await messagesOf(world, sent.caseId)).toHaveLength(before);
});

test('what has outlived its retention is deleted, all of it; younger rows and cases stay', async () => {
	const { db } = world.parts;
	await purgeOld(world.parts);
	await sql`insert into counters (key, bucket, count, ends_at)
		select 'old-' || n, now(), 1, now() - interval '25 hours' from generate_series(1, 5001) n`.execute(
		db
	);
	await sql`insert into idempotency_keys (scope, key, body_hash, lease_until, created_at)
		values ('s', 'old', 'x', now(), now() - interval '8 days'),
			('s', 'young', 'x', now(), now() - interval '6 days')`.execute(db);
	const id = await open('C-1012');
	const visit = await verified(world, id);
	expect(await purgeOld(world.parts)).toBe(5002);
	const kept = await db.selectFrom('idempotency_keys').select('key').execute();
	expect(kept).toEqual([{ key: 'young' }]);
	await passTime(world, 31 * 86_400);
	// Visits take their challenges with them.
	expect(await purgeOld(world.parts)).toBeGreaterThanOrEqual(2);
	const visits = await db
		.selectFrom('visits')
		.select('id')
		.where('case_id', '=', visit.caseId)
		.execute();
	expect(visits).toEqual([]);
	expect(await timeline(world, id)).toContain('challenge-passed');
});
