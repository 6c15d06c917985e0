import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { applyWriteback } from '../../src/lib/server/flows/apply-writeback.ts';
import { readRecords } from '../../src/lib/server/flows/call-records.ts';
import type { ApplyResult, ReadResult } from '../../src/lib/server/records/port.ts';
import { loadWorkflow } from '../../src/lib/server/db/workflows.ts';
import { eventually } from '../support/customer.ts';
import { timeline } from '../support/journey.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import { confirmed, rowOf } from '../support/writebacks.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
	await world.parts.db.deleteFrom('connections').execute();
	await world.parts.db.deleteFrom('alerts').execute();
});

const down: ReadResult = {
	ok: false,
	reason: 'unavailable',
	detail: { explain: 'silence', counts: 'timeout' }
};
const full: ReadResult = { ok: false, reason: 'barred', detail: { explain: 'busy' } };
const up: ReadResult = { ok: true, value: { record: {} } };

/** A node of its own on the same database; `calls` counts what really went to the record. */
function node(answer: ReadResult | (() => Promise<ReadResult>), written?: ApplyResult) {
	const made = { reads: 0, writes: 0 };
	const parts = {
		...world.parts,
		records: {
			...world.parts.records,
			read: () => {
				made.reads += 1;
				return typeof answer === 'function' ? answer() : Promise.resolve(answer);
			},
			apply: (...given: Parameters<typeof world.parts.records.apply>) => {
				made.writes += 1;
				return written ? Promise.resolve(written) : world.parts.records.apply(...given);
			}
		}
	};
	const read = async () =>
		readRecords(parts, await loadWorkflow(world.parts.db, 'failed-payment', 1), 'C-1001');
	return { parts, made, read };
}
const alerts = () =>
	world.parts.db.selectFrom('alerts').select(['kind', 'subject', 'count']).execute();

test('five timeouts on one node stop the calls of every node, and operations hear of it once', async () => {
	const first = node(down);
	for (let times = 0; times < 7; times++)
		expect(await first.read()).toMatchObject({
			ok: false,
			reason: times < 5 ? 'unavailable' : 'barred'
		});
	expect(first.made.reads).toBe(5);
	const second = node(up);
	expect(await second.read()).toMatchObject({ ok: false, reason: 'barred' });
	expect(second.made.reads).toBe(0);
	expect(await alerts()).toEqual([{ kind: 'breaker-open', subject: 'demo-core', count: 1 }]);
});

test('after 30 seconds one probe goes out over all nodes; its success opens the way again', async () => {
	const broken = node(down);
	for (let times = 0; times < 5; times++) await broken.read();
	await passTime(world, 31);
	const gate = Promise.withResolvers<ReadResult>();
	const nodes = Array.from({ length: 8 }, () => node(() => gate.promise));
	let turnedAway = 0;
	const answers = nodes.map(async (one) => {
		const answer = await one.read();
		turnedAway += 1;
		return answer;
	});
	await eventually(() => Promise.resolve(turnedAway === 7));
	expect(nodes.reduce((sum, { made }) => sum + made.reads, 0)).toBe(1);
	gate.resolve(up);
	expect((await Promise.all(answers)).filter(({ ok }) => ok)).toHaveLength(1);
	const later = node(up);
	expect(await later.read()).toEqual(up);
});

test('a probe that fails keeps the breaker open for another 30 seconds', async () => {
	const broken = node(down);
	for (let times = 0; times < 5; times++) await broken.read();
	await passTime(world, 31);
	await broken.read();
	expect(broken.made.reads).toBe(6);
	await broken.read();
	expect(broken.made.reads).toBe(6);
});

test('half of the last twenty calls failing opens it; a record that says no does not', async () => {
	const good = node(up);
	const wrong = node({ ok: false, reason: 'not-found', detail: { explain: 'nobody' } });
	const bad = node(down);
	for (let turn = 0; turn < 5; turn++) {
		await bad.read();
		await wrong.read();
		await bad.read();
		await good.read();
	}
	expect(bad.made.reads).toBe(10);
	await good.read();
	expect(good.made.reads).toBe(5);
});

test('our own full bulkhead counts for nothing', async () => {
	const busy = node(full);
	for (let times = 0; times < 7; times++) await busy.read();
	expect(busy.made.reads).toBe(7);
	expect(await node(up).read()).toEqual(up);
});

test('while it is open a writeback whose facts are old waits without using up a try', async () => {
	const sent = await confirmed(world, 'C-1003');
	await passTime(world, 61);
	const broken = node(down);
	for (let times = 0; times < 5; times++) await broken.read();
	await applyWriteback(node(up).parts, sent.writeback);
	expect(await rowOf(world, sent)).toMatchObject({
		state: 'pending',
		failures: 0,
		reason: 'breaker'
	});
	await world.parts.db.deleteFrom('connections').execute();
});

test('while it is open a writeback waits without using up a try', async () => {
	const sent = await confirmed(world, 'C-1002');
	const broken = node(down);
	for (let times = 0; times < 5; times++) await broken.read();
	const working = node(up);
	await applyWriteback(working.parts, sent.writeback);
	expect(working.made.writes).toBe(0);
	const row = await rowOf(world, sent);
	expect(row).toMatchObject({
		state: 'pending',
		failures: 0,
		reason: 'breaker',
		first_sent_at: null
	});
	expect(row.next_at!.getTime()).toBeGreaterThan(row.updated_at.getTime() + 20_000);
	await passTime(world, 60);
	await world.parts.db.deleteFrom('connections').execute();
	await applyWriteback(world.parts, sent.writeback);
	expect((await rowOf(world, sent)).state).toBe('applied');
});

test.each(['pay-now', 'pay-later'] as const)(
	'an outage of hours leaves one send of %s on record, not one for each time it was looked at',
	async (action) => {
		const sent = await confirmed(
			world,
			{ 'pay-now': 'C-1006', 'pay-later': 'C-1007' }[action],
			action
		);
		const silent = node(up, { outcome: 'unknown', reason: 'timeout' });
		await applyWriteback(silent.parts, sent.writeback);
		const broken = node(down);
		for (let times = 0; times < 5; times++) await broken.read();
		const { failures } = await rowOf(world, sent);
		for (let times = 0; times < 6; times++) {
			const { next_at } = await rowOf(world, sent);
			const wait = Math.ceil((next_at!.getTime() - Date.now()) / 1000) + 1;
			await passTime(world, Math.max(1, wait));
			// The outage goes on: nobody may probe yet.
			const later = new Date(Date.now() + 30_000);
			await world.parts.db.updateTable('connections').set({ probe_at: later }).execute();
			await applyWriteback(silent.parts, sent.writeback);
		}
		expect(silent.made.writes).toBe(1);
		expect(await rowOf(world, sent)).toMatchObject({
			state: 'unknown',
			failures,
			reason: 'breaker'
		});
		const types = await timeline(world, sent.caseId);
		expect(types.filter((type) => type === 'writeback-sent')).toHaveLength(1);
		const attempts = await world.parts.db
			.selectFrom('writeback_attempts')
			.select('number')
			.where('writeback_id', '=', sent.writeback)
			.execute();
		expect(attempts).toHaveLength(1);
		await world.parts.db.deleteFrom('connections').execute();
	}
);
