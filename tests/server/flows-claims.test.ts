import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { claimWriteback } from '../../src/lib/server/db/writebacks.ts';
import { applyWriteback } from '../../src/lib/server/flows/apply-writeback.ts';
import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import { publishWorkflow } from '../../src/lib/server/flows/publish-workflow.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { eventually } from '../support/customer.ts';
import { caseOf, eventsOf, got, submitted, timeline } from '../support/journey.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import {
	apply,
	applyLater,
	confirmed,
	onWrite,
	openExceptions,
	receiptOf,
	rowOf
} from '../support/writebacks.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
	await world.core.noFaults();
	// What one test did to the connection is nothing to the next.
	await world.parts.db.deleteFrom('connections').execute();
});

/** A node whose calls to the record answer only when told, with `answer` or what the record said. */
function slowNode(): {
	parts: Parts;
	release: (answer?: Awaited<ReturnType<Parts['records']['apply']>>) => void;
} {
	const { records } = world.parts;
	type Answer = Awaited<ReturnType<typeof records.apply>>;
	const gate = Promise.withResolvers<Answer | undefined>();
	const held: Parts['records'] = {
		...records,
		async apply(call) {
			const answer = await records.apply(call);
			return (await gate.promise) ?? answer;
		}
	};
	return { parts: { ...world.parts, records: held }, release: (answer) => gate.resolve(answer) };
}

test('while one node has the claim, nobody else looks at it', async () => {
	const sent = await confirmed(world, 'C-1001');
	const { parts, release } = slowNode();
	const first = applyWriteback(parts, sent.writeback);
	await eventually(async () => (await rowOf(world, sent)).state === 'sending');
	await Promise.all([1, 2, 3].map(() => apply(world, sent)));
	release();
	await first;
	expect(await rowOf(world, sent)).toMatchObject({ state: 'applied', attempt: 1 });
	expect(await world.core.effects('C-1001')).toHaveLength(1);
});

test.each([
	['C-1002', { outcome: 'rejected', reason: 'too-late', status: 422 }],
	['C-1003', { outcome: 'unavailable', reason: 'refused' }],
	['C-1004', undefined]
] as const)('a late answer of an older attempt changes nothing (%s)', async (customer, late) => {
	const sent = await confirmed(world, customer);
	const { parts, release } = slowNode();
	const frozen = applyWriteback(parts, sent.writeback);
	await eventually(async () => (await world.core.effects(customer)).length === 1);
	// The lease ends while the node hangs: the next one takes over, and finds it applied.
	await passTime(world, 61);
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'unknown', reason: 'lost', attempt: 2 });
	await applyLater(world, sent);
	const settled = await rowOf(world, sent);
	expect(settled.state).toBe('applied');
	const before = await eventsOf(world, sent.caseId);
	release(late);
	await frozen;
	expect(await rowOf(world, sent)).toEqual(settled);
	expect(await eventsOf(world, sent.caseId)).toEqual(before);
	expect(await world.core.effects(customer)).toHaveLength(1);
});

test('a claim whose lease ended before the send does not send', async () => {
	const sent = await confirmed(world, 'C-1005');
	await passTime(world, 61);
	const { records } = world.parts;
	let reads = 0;
	const slow: Parts['records'] = {
		...records,
		async read(...given) {
			reads += 1;
			await passTime(world, 61);
			return records.read(...given);
		}
	};
	await applyWriteback({ ...world.parts, records: slow }, sent.writeback);
	expect(reads).toBe(1);
	expect(await world.core.effects('C-1005')).toEqual([]);
	expect((await rowOf(world, sent)).state).toBe('pending');
	await applyLater(world, sent);
	expect((await rowOf(world, sent)).state).toBe('applied');
});

test('a claim that was lost before the send is taken again after its lease, and counted', async () => {
	const sent = await confirmed(world, 'C-1006');
	expect(await claimWriteback(world.parts.db, sent.writeback)).toMatchObject({ lost: false });
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'pending', attempt: 1 });
	await applyLater(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'applied', attempt: 2 });
});

test('a row that ends every claim without a word is given to a person, not tried for ever', async () => {
	const sent = await confirmed(world, 'C-1007');
	for (let times = 0; times < 10; times++) {
		expect(await claimWriteback(world.parts.db, sent.writeback)).toBeDefined();
		await passTime(world, 61);
	}
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'dead', reason: 'poisoned' });
	expect(await world.core.effects('C-1007')).toEqual([]);
	expect(await openExceptions(world, sent)).toEqual([
		{ type: 'booking-failed', class: 'system', breakpoint: 'writeback', reason: 'tries-used' }
	]);
});

test('when all ten tries are used up a person has it, and the receipt says until when', async () => {
	const sent = await confirmed(world, 'C-1008');
	await world.core.faults([onWrite(sent, { fault: 'status', status: 401 })]);
	await apply(world, sent);
	for (let tries = 1; tries < 10; tries++) {
		const { failures, state, next_at } = await rowOf(world, sent);
		expect({ failures, state }).toEqual({ failures: tries, state: 'pending' });
		expect(next_at).not.toBeNull();
		await applyLater(world, sent);
	}
	expect(await rowOf(world, sent)).toMatchObject({ state: 'dead', failures: 10, next_at: null });
	expect(await openExceptions(world, sent)).toEqual([
		{ type: 'booking-failed', class: 'system', breakpoint: 'writeback', reason: 'tries-used' }
	]);
	expect((await caseOf(world, sent.caseId)).row.stage).toBe('with-person');
	const receipt = await receiptOf(world, sent);
	expect(receipt.state).toBe('with-person');
	expect(receipt.sentence).toMatch(/settled by .*\d/);
	await apply(world, sent);
	expect((await rowOf(world, sent)).attempt).toBe(10);
});

test('an operation that can neither be repeated nor asked about is sent once; then a person looks', async () => {
	const source = readFileSync(
		join(import.meta.dirname, '../../workflows/failed-payment.yaml'),
		'utf8'
	)
		.replace('workflow: failed-payment', 'workflow: unrepeatable')
		.replace(/repeat: native-key/, 'repeat: none')
		.replace(/ +keyHeader: .*\n/, '')
		.replace(/ +lookup: \{ method: GET, path: '\/payments.*\n/, '');
	got(await publishWorkflow(world.parts, source, 'test'));
	const { parts } = world;
	const given = {
		workflow: 'unrepeatable',
		customer: 'C-1010',
		action: 'pay-now',
		facts: { balance: 1, due_date: '2026-11-16' }
	};
	const sent = { ...(await submitted({ parts }, given)), customer: 'C-1010' };
	await world.core.faults([onWrite(sent, { fault: 'applied-then-500' }, 1)]);
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'unknown', next_at: null });
	expect(await openExceptions(world, sent)).toMatchObject([{ reason: 'outcome-unknown' }]);
	await passTime(world, 86_400);
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'unknown', attempt: 1 });
	expect(await world.core.effects('C-1010')).toHaveLength(1);
	expect((await receiptOf(world, sent)).state).toBe('with-person');
});

test('a person was asked, then the booking came: their queue is emptied with it', async () => {
	const sent = await confirmed(world, 'C-1011');
	await askPerson(world.parts, sent.visit);
	expect(await openExceptions(world, sent)).toHaveLength(1);
	await apply(world, sent);
	expect(await openExceptions(world, sent)).toEqual([]);
	expect((await timeline(world, sent.caseId)).slice(-3)).toEqual([
		'submission-booked',
		'exception-closed',
		'case-resolved'
	]);
	expect((await caseOf(world, sent.caseId)).state.exceptions).toEqual([]);
});
