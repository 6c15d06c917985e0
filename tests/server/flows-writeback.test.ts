import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { saveDraft } from '../../src/lib/server/flows/save-draft.ts';
import { showActions } from '../../src/lib/server/flows/show-actions.ts';
import { showReview } from '../../src/lib/server/flows/show-review.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import { caseOf, eventsOf, got, timeline } from '../support/journey.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import {
	apply,
	applyLater,
	confirmed,
	onWrite,
	openExceptions,
	receiptOf,
	rowOf,
	type Sent
} from '../support/writebacks.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld({ records: { readMs: 2000, writeMs: 400 } });
});
afterAll(() => world.close());
beforeEach(() => world.core.noFaults());

const effects = ({ customer }: Sent) => world.core.effects(customer);
const stageOf = async ({ caseId }: Sent) => (await caseOf(world, caseId)).row.stage;
const settlements = async ({ caseId }: Sent) =>
	(await timeline(world, caseId)).filter((type) => /^(writeback|submission|case-r)/.test(type));

async function setBalance({ customer }: Sent, balance: number) {
	const record = await world.core.customer(customer);
	await world.core.put({ ...record, account: { ...record.account, balance } });
}

test('applied: booked with the reference of the record, resolved, and never done again', async () => {
	const sent = await confirmed(world, 'C-1001');
	expect((await receiptOf(world, sent)).state).toBe('received');
	await apply(world, sent);
	await apply(world, sent);
	const [effect, ...more] = await effects(sent);
	expect(more).toEqual([]);
	expect(await rowOf(world, sent)).toMatchObject({
		state: 'applied',
		attempt: 1,
		next_at: null,
		lease_until: null,
		record_reference: effect!.id
	});
	expect(await receiptOf(world, sent)).toMatchObject({ state: 'booked', reference: effect!.id });
	expect(await stageOf(sent)).toBe('resolved');
	expect(await settlements(sent)).toEqual([
		'submission-received',
		'writeback-sent',
		'submission-booked',
		'case-resolved'
	]);
});

test.each([
	'applied-then-timeout',
	'applied-then-reset',
	'applied-then-500',
	'bad-schema'
] as const)(
	'%s with a native key: unknown, then sent again under the same key, applied once',
	async (fault) => {
		const customer = {
			'applied-then-timeout': 'C-1002',
			'applied-then-reset': 'C-1003',
			'applied-then-500': 'C-1004',
			'bad-schema': 'C-1006'
		}[fault];
		const sent = await confirmed(world, customer);
		await world.core.faults([onWrite(sent, { fault }, 1)]);
		await apply(world, sent);
		expect(await rowOf(world, sent)).toMatchObject({ state: 'unknown', failures: 1 });
		expect(await receiptOf(world, sent)).toMatchObject({ state: 'received' });
		// Not before its time.
		await apply(world, sent);
		expect((await rowOf(world, sent)).attempt).toBe(1);
		await applyLater(world, sent);
		expect((await rowOf(world, sent)).state).toBe('applied');
		expect(await effects(sent)).toHaveLength(1);
		expect(await settlements(sent)).toEqual([
			'submission-received',
			'writeback-sent',
			'writeback-unknown',
			'writeback-sent',
			'submission-booked',
			'case-resolved'
		]);
	}
);

test('unknown, and found by our reference: booked without another send', async () => {
	const sent = await confirmed(world, 'C-1007', 'pay-later');
	await world.core.faults([onWrite(sent, { fault: 'applied-then-500' }, 1)]);
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'unknown', reason: 'server-error' });
	await applyLater(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'applied', attempt: 2 });
	expect(await effects(sent)).toHaveLength(1);
	const booked = (await eventsOf(world, sent.caseId)).find(
		({ type }) => type === 'submission-booked'
	);
	expect(booked!.data).toMatchObject({ found: 'looked-up' });
});

test('unknown, and absent: not believed before the consistency time, then sent again', async () => {
	const sent = await confirmed(world, 'C-1008', 'pay-later');
	await world.core.faults([onWrite(sent, { fault: 'not-applied-then-timeout' }, 1)]);
	await apply(world, sent);
	await applyLater(world, sent);
	// Asked a few seconds after the send: the record may lag 90 seconds behind.
	const early = await rowOf(world, sent);
	expect(early).toMatchObject({ state: 'unknown', attempt: 2 });
	expect(early.next_at!.getTime() - early.last_sent_at!.getTime()).toBe(90_000);
	await applyLater(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({
		state: 'pending',
		reason: 'absent',
		attempt: 3
	});
	expect(await effects(sent)).toEqual([]);
	await applyLater(world, sent);
	expect((await rowOf(world, sent)).state).toBe('applied');
	expect(await effects(sent)).toHaveLength(1);
});

test('a lookup that does not see yet what was applied does not lead to a second one', async () => {
	const sent = await confirmed(world, 'C-1010', 'pay-later');
	await world.core.faults([
		onWrite(sent, { fault: 'applied-then-500' }, 1),
		{ match: { path: '/promises', times: 1 }, fault: 'stale-lookup', seconds: 60 }
	]);
	await apply(world, sent);
	await applyLater(world, sent);
	expect((await rowOf(world, sent)).state).toBe('unknown');
	await applyLater(world, sent);
	expect((await rowOf(world, sent)).state).toBe('applied');
	expect(await effects(sent)).toHaveLength(1);
});

test('a definitive no takes the action off the case and offers the others', async () => {
	const sent = await confirmed(world, 'C-1011');
	await world.core.faults([onWrite(sent, { fault: 'status', status: 422 }, 1)]);
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'rejected', next_at: null });
	expect(await effects(sent)).toEqual([]);
	expect((await eventsOf(world, sent.caseId)).slice(-4)).toMatchObject([
		{ type: 'path-left', data: { breakpoint: 'transaction', action: 'pay-now' } },
		{ type: 'rung-taken', data: { rung: 'fresh-context', worked: false } },
		{ type: 'path-left' },
		{ type: 'rung-taken', data: { rung: 'fewer-actions', worked: true, withheld: 'pay-now' } }
	]);
	expect(await receiptOf(world, sent)).toMatchObject({ state: 'rejected', others: true });
	const offered = (await showActions(world.parts, sent.visit)).offered.map(({ action }) => action);
	expect(offered).toEqual(['pay-later', 'pay-part']);
	expect(await saveDraft(world.parts, sent.visit, 'pay-now', {})).toMatchObject({
		ok: false,
		reason: 'not-eligible'
	});
	expect(await openExceptions(world, sent)).toEqual([]);

	// The customer goes on, on the same link, and finishes.
	const { draftId } = got(await saveDraft(world.parts, sent.visit, 'pay-part', { part: '50.00' }));
	const { shown } = got(await showReview(world.parts, sent.visit, draftId));
	const { submissionId } = got(await submitAction(world.parts, sent.visit, draftId, shown));
	const { id } = await world.parts.db
		.selectFrom('writebacks')
		.select('id')
		.where('submission_id', '=', submissionId)
		.executeTakeFirstOrThrow();
	await apply(world, { writeback: id });
	expect(await stageOf(sent)).toBe('resolved');
	expect((await receiptOf(world, sent)).state).toBe('booked');
});

test('a definitive no with nothing else to offer goes to a person, and the receipt says so', async () => {
	const sent = await confirmed(world, 'C-1012');
	await setBalance(sent, 0);
	await apply(world, sent);
	expect((await rowOf(world, sent)).state).toBe('rejected');
	expect(await openExceptions(world, sent)).toMatchObject([
		{ type: 'payment-refused', class: 'policy', breakpoint: 'transaction' }
	]);
	expect(await stageOf(sent)).toBe('with-person');
	const receipt = await receiptOf(world, sent);
	expect(receipt).toMatchObject({ state: 'with-person', others: false });
	expect(receipt.sentence).toMatch(/A colleague looks for another way and answers by .*\d/);
});

test('what is not eligible any more is not sent', async () => {
	const sent = await confirmed(world, 'C-1013');
	await setBalance(sent, 0);
	await passTime(world, 61);
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({
		state: 'rejected',
		reason: 'not-eligible-any-more',
		first_sent_at: null
	});
	expect(await settlements(sent)).toEqual(['submission-received', 'submission-rejected']);
	expect(await effects(sent)).toEqual([]);
});

test('while the record cannot be read again, nothing is sent and the try counts', async () => {
	const sent = await confirmed(world, 'C-1014');
	await passTime(world, 61);
	await world.core.faults([
		{ match: { method: 'GET', customer: sent.customer, times: 1 }, fault: 'status', status: 503 }
	]);
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({
		state: 'pending',
		failures: 1,
		first_sent_at: null
	});
	await applyLater(world, sent);
	expect((await rowOf(world, sent)).state).toBe('applied');
});

test('an answer about another record is not believed, and operations hear of it', async () => {
	const sent = await confirmed(world, 'C-1015');
	await world.core.faults([onWrite(sent, { fault: 'wrong-record' }, 1)]);
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'unknown', reason: 'contract' });
	expect(await stageOf(sent)).toBe('submitted');
	const alert = await world.parts.db
		.selectFrom('alerts')
		.select('subject')
		.where('kind', '=', 'contract')
		.execute();
	expect(alert).toEqual([{ subject: 'demo-core' }]);
	await applyLater(world, sent);
	expect((await rowOf(world, sent)).state).toBe('applied');
	expect(await effects(sent)).toHaveLength(1);
});

test('a second unbelievable answer in a row ends the tries: a person looks', async () => {
	const sent = await confirmed(world, 'C-1017');
	await world.core.faults([onWrite(sent, { fault: 'wrong-record' })]);
	await apply(world, sent);
	await applyLater(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({
		state: 'dead',
		reason: 'contract',
		next_at: null
	});
	expect(await openExceptions(world, sent)).toEqual([
		{ type: 'booking-failed', class: 'system', breakpoint: 'writeback', reason: 'contract' }
	]);
});

test('a lookup that is unbelievable after a send that was ends the tries, too: a person looks', async () => {
	const sent = await confirmed(world, 'C-1019', 'pay-later');
	await world.core.faults([
		onWrite(sent, { fault: 'bad-schema' }, 1),
		{ match: { path: '/promises' }, fault: 'wrong-record' }
	]);
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'unknown', reason: 'contract' });
	await applyLater(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'dead', failures: 2, next_at: null });
	expect(await openExceptions(world, sent)).toMatchObject([
		{ class: 'system', breakpoint: 'writeback', reason: 'contract' }
	]);
	expect((await receiptOf(world, sent)).state).toBe('with-person');
});

test("a lookup that finds somebody else's record books nothing", async () => {
	const sent = await confirmed(world, 'C-1018', 'pay-later');
	await world.core.faults([
		onWrite(sent, { fault: 'applied-then-500' }, 1),
		{ match: { path: '/promises', times: 1 }, fault: 'wrong-record' }
	]);
	await apply(world, sent);
	await applyLater(world, sent);
	expect((await rowOf(world, sent)).state).toBe('unknown');
	expect((await receiptOf(world, sent)).state).toBe('received');
	await applyLater(world, sent);
	expect((await rowOf(world, sent)).state).toBe('applied');
});
