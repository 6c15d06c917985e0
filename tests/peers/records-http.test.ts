import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FaultInput } from '../../src/demo/core/faults.ts';
import { createHttpRecords } from '../../src/lib/server/records/http.ts';
import type { RecordsPort } from '../../src/lib/server/records/port.ts';
import { paymentCall, promiseCall, readMapping } from './records-calls.ts';
import { startRecordsPeer, type RecordsPeer } from './records.ts';

let core: RecordsPeer;
let records: RecordsPort;
let count = 0;
const fresh = () => `ref-${(count += 1)}`;
const fault = (name: FaultInput['fault'], more: Partial<FaultInput> = {}): FaultInput => ({
	match: { path: '/customers/' },
	fault: name,
	...more
});
const effectsOf = async (reference: string) =>
	(await core.effects()).filter((effect) => effect.reference === reference).length;

beforeAll(async () => {
	core = await startRecordsPeer();
	records = createHttpRecords({ core: core.connection() });
});
afterAll(async () => {
	await records.close();
	await core.close();
});
beforeEach(() => core.noFaults());

describe('a system of record that behaves', () => {
	test('a record is read, and a missing one is not-found', async () => {
		const read = await records.read('core', readMapping, 'C-1001');
		expect(read).toMatchObject({ ok: true, value: { record: { id: 'C-1001' } } });
		const missing = await records.read('core', readMapping, 'C-0');
		expect(missing).toMatchObject({ ok: false, reason: 'not-found' });
	});

	test('a write is applied once, and its answer holds the declared fields only', async () => {
		const reference = fresh();
		const before = await core.customer('C-1001');
		const result = await records.apply(paymentCall(reference));
		expect(result).toEqual({
			outcome: 'applied',
			answer: {
				reference: expect.stringMatching(/^PAY-\d+$/) as string,
				customer: 'C-1001',
				amount: 5,
				ours: reference
			}
		});
		expect((await core.customer('C-1001')).account.balance).toBe(before.account.balance - 5);
		expect(await records.lookup(paymentCall(reference))).toEqual({
			outcome: 'found',
			answer: (result as { answer: object }).answer
		});
	});

	test('K3: the same native key gives the stored answer, with another body a refusal', async () => {
		const call = paymentCall(fresh());
		const first = await records.apply(call);
		expect(await records.apply(call)).toEqual(first);
		expect(await effectsOf(call.reference)).toBe(1);
		const other = { ...call, fields: { ...call.fields, amount: 6 } };
		expect(await records.apply(other)).toEqual({
			outcome: 'rejected',
			reason: 'key-reused',
			status: 422
		});
	});

	test('without a native key a repeat is a second effect: the core does not save us', async () => {
		const call = promiseCall(fresh());
		await records.apply(call);
		await records.apply(call);
		expect(await effectsOf(call.reference)).toBe(2);
	});

	test('an absent reference is absent', async () => {
		expect(await records.lookup(paymentCall('never-sent'))).toEqual({ outcome: 'absent' });
	});
});

describe('a write whose outcome is not known', () => {
	test.each([
		['N1: applied, then silence', fault('applied-then-timeout'), 'timeout', 1],
		['N3: not applied, silence', fault('not-applied-then-timeout'), 'timeout', 0],
		['applied, then reset', fault('applied-then-reset'), 'reset', 1],
		['applied, then 500', fault('applied-then-500'), 'server-error', 1],
		['a 503 that does not say when', fault('status', { status: 503 }), 'server-error', 0],
		['a 409', fault('status', { status: 409 }), 'conflict', 0],
		['I3: a redirect is not followed', fault('redirect'), 'contract', 0],
		['I3: nor a 307 with the body', fault('redirect', { status: 307 }), 'contract', 0],
		['I4: an answer a byte at a time', fault('slow-drip', { ms: 50 }), 'timeout', 1],
		['I4: an answer of 10 MB', fault('huge'), 'contract', 1],
		['I4: a gzip bomb that was not asked for', fault('gzip-bomb'), 'contract', 1],
		['I4: 10,000 headers', fault('many-headers'), 'contract', 1],
		['N10: numbers as strings, null for an id', fault('bad-schema'), 'contract', 1],
		['a delay beyond the limit', fault('delay', { ms: 900 }), 'timeout', 1]
	])('%s → unknown', async (_, plan, reason, effects) => {
		const reference = fresh();
		await core.faults([plan]);
		expect(await records.apply(paymentCall(reference))).toMatchObject({
			outcome: 'unknown',
			reason
		});
		await core.noFaults();
		await expect.poll(() => effectsOf(reference), { timeout: 3_000 }).toBe(effects);
	});

	test("N6: somebody else's record parses, and shows in the fields that the checks compare", async () => {
		await core.faults([fault('wrong-record')]);
		const result = await records.apply(paymentCall(fresh()));
		expect(result).toMatchObject({ outcome: 'applied', answer: { ours: 'somebody-elses' } });
	});

	test('a 200 without an effect is contradicted by the lookup', async () => {
		const call = paymentCall(fresh());
		await core.faults([fault('not-applied-but-200')]);
		expect((await records.apply(call)).outcome).toBe('applied');
		expect(await records.lookup(call)).toEqual({ outcome: 'absent' });
	});

	test('N4: a lookup that lags says absent of what was applied', async () => {
		const call = paymentCall(fresh());
		await records.apply(call);
		await core.faults([{ match: { path: '/payments/' }, fault: 'stale-lookup', seconds: 60 }]);
		expect(await records.lookup(call)).toEqual({ outcome: 'absent' });
		await core.noFaults();
		expect((await records.lookup(call)).outcome).toBe('found');
	});

	test.each([
		['a 500', { fault: 'status', status: 500 }, 'http-500'],
		['a reset', { fault: 'applied-then-reset' }, 'reset'],
		['N10: drift', { fault: 'bad-schema' }, 'contract'],
		['I3: a redirect', { fault: 'redirect' }, 'http-302']
	] as const)('a lookup that meets %s proves nothing', async (_, plan, reason) => {
		const call = paymentCall(fresh());
		await records.apply(call);
		await core.faults([{ match: { path: '/payments/' }, ...plan }]);
		expect(await records.lookup(call)).toMatchObject({ outcome: 'unavailable', reason });
	});
});

describe('a write that is answered for certain', () => {
	test.each([
		['N7: 422', { status: 422 }, { outcome: 'rejected', reason: 'http-422', status: 422 }],
		['N7: 404', { status: 404 }, { outcome: 'rejected', reason: 'http-404', status: 404 }],
		[
			'429 with Retry-After',
			{ status: 429, seconds: 7 },
			{ outcome: 'unavailable', reason: 'rate', retryAfterSeconds: 7 }
		],
		['429 without', { status: 429 }, { outcome: 'unavailable', reason: 'rate' }],
		[
			'503 with Retry-After',
			{ status: 503, seconds: 9 },
			{ outcome: 'unavailable', reason: 'rate', retryAfterSeconds: 9 }
		]
	])('%s', async (_, how, expected) => {
		await core.faults([fault('status', how)]);
		expect(await records.apply(paymentCall(fresh()))).toEqual(expected);
	});

	test('N7: a refusal gives its code, never its text', async () => {
		const tooMuch = paymentCall(fresh(), 99_999_999);
		expect(await records.apply(tooMuch)).toEqual({
			outcome: 'rejected',
			reason: 'amount-above-balance',
			status: 422
		});
	});

	test('a token that is refused leaves the write to be tried again', async () => {
		const other = createHttpRecords({ core: core.connection({ token: 'retired' }) });
		const result = await other.apply(paymentCall(fresh()));
		expect(result).toMatchObject({ outcome: 'unavailable', reason: 'refused' });
		await other.close();
	});

	test('nobody listening: surely not processed', async () => {
		const gone = await startRecordsPeer();
		const port = createHttpRecords({ core: gone.connection() });
		await gone.close();
		const result = await port.apply(paymentCall(fresh()));
		expect(result).toMatchObject({ outcome: 'unavailable', reason: 'refused' });
		expect(await port.read('core', readMapping, 'C-1001')).toMatchObject({
			ok: false,
			reason: 'unavailable'
		});
		await port.close();
	});

	test('a connection that is not configured: nobody was asked', async () => {
		const read = await records.read('other', readMapping, 'C-1001');
		expect(read).toMatchObject({ ok: false, reason: 'unavailable' });
		const write = await records.apply({ ...paymentCall(fresh()), connection: 'other' });
		expect(write).toMatchObject({ outcome: 'unavailable', reason: 'refused' });
	});

	test('L12: nothing is sent after the end of the lease', async () => {
		const reference = fresh();
		const late = { ...paymentCall(reference), sendUntil: performance.now() - 1 };
		expect(await records.apply(late)).toMatchObject({ outcome: 'unavailable', reason: 'late' });
		expect(await effectsOf(reference)).toBe(0);
	});

	test('a value that would leave its place in the path is refused, nothing is sent', async () => {
		for (const customer of ['..', '.', '']) {
			const result = await records.apply(paymentCall(fresh(), 1, customer));
			expect(result).toEqual({ outcome: 'rejected', reason: 'mapping' });
			expect(await records.read('core', readMapping, customer)).toMatchObject({
				reason: 'contract'
			});
		}
		const slash = await records.read('core', readMapping, '../stats?x=');
		expect(slash).toMatchObject({ ok: false, reason: 'not-found' });
	});
});

describe('reads under faults', () => {
	test.each([
		['silence', fault('not-applied-then-timeout'), 'unavailable'],
		['a 500', fault('status'), 'unavailable'],
		['I3: a redirect', fault('redirect'), 'contract'],
		['I4: 10 MB', fault('huge'), 'contract'],
		['I4: a gzip bomb', fault('gzip-bomb'), 'contract'],
		['I4: a byte at a time', fault('slow-drip', { ms: 50 }), 'unavailable']
	] as const)('%s', async (_, plan, reason) => {
		await core.faults([plan]);
		expect(await records.read('core', readMapping, 'C-1003')).toMatchObject({ ok: false, reason });
	});
});

test('N9: slow writes fill their own bulkhead; the rest are busy at once and reads go on', async () => {
	const small = createHttpRecords({
		core: core.connection({ concurrency: 2, waitMs: 0, writeMs: 5_000 })
	});
	await core.faults([fault('applied-then-timeout', { match: { method: 'POST' }, ms: 300 })]);
	const writes = await Promise.all([1, 2, 3, 4].map(() => small.apply(paymentCall(fresh()))));
	const outcomes = writes.map((result) => ('reason' in result ? result.reason : result.outcome));
	expect(outcomes.toSorted()).toEqual(['busy', 'busy', 'reset', 'reset']);
	const busy = small.apply(paymentCall(fresh()));
	expect((await small.read('core', readMapping, 'C-1001')).ok).toBe(true);
	await busy;
	await small.close();
});
