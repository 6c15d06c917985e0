import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FaultInput } from '../../src/demo/core/faults.ts';
import {
	afterLookup,
	afterSend,
	nextStep,
	type Change,
	type Writeback
} from '../../src/lib/domain/writeback/protocol.ts';
import { believe, believeFound } from '../../src/lib/domain/writeback/results.ts';
import type { FieldValues, Repeat } from '../../src/lib/domain/workflow/document.ts';
import { createHttpRecords } from '../../src/lib/server/records/http.ts';
import type { RecordCall, RecordsPort } from '../../src/lib/server/records/port.ts';
import { paymentCall, promiseCall } from './records-calls.ts';
import { startRecordsPeer, type RecordsPeer } from './records.ts';

const CONSISTENCY_SECONDS = 60;
let core: RecordsPeer;
let records: RecordsPort;
let count = 0;
const fresh = () => `protocol-${(count += 1)}`;

beforeAll(async () => {
	core = await startRecordsPeer();
	records = createHttpRecords({ core: core.connection({ writeMs: 150, readMs: 150 }) });
});
afterAll(async () => {
	await records.close();
	await core.close();
});
beforeEach(() => core.noFaults());

/** Drives the protocol with the real connector; only the clock between the calls is made up. */
async function drive(call: RecordCall, repeat: Repeat) {
	const holds = (answer: FieldValues) =>
		answer.ours === undefined || answer.ours === call.reference;
	let now = Date.now();
	const steps: string[] = [];
	const base = { repeat, attempt: 0, failures: 0, firstSentAt: null, lastSentAt: null };
	let row: Writeback = { ...base, state: 'pending' };
	for (let turn = 0; turn < 40; turn += 1) {
		let step = nextStep(row, new Date(now));
		if (step.do === 'wait') {
			now = step.until.getTime();
			step = nextStep(row, new Date(now));
		}
		steps.push(step.do);
		if (step.do === 'person' || step.do === 'nothing') break;
		const askedAt = new Date(now);
		const moment = { now: askedAt, random: 0.5, askedAt };
		let change: Change;
		if (step.do === 'lookup') {
			const result = believeFound(await records.lookup(call), holds);
			change = afterLookup(row, result, CONSISTENCY_SECONDS, moment);
		} else {
			row = {
				...row,
				state: 'sending',
				firstSentAt: row.firstSentAt ?? askedAt,
				lastSentAt: askedAt
			};
			change = afterSend(row, believe(await records.apply(call), holds), moment);
		}
		row = { ...row, ...change };
	}
	const all = await core.effects();
	const effects = all.filter((effect) => effect.reference === call.reference).length;
	return { state: row.state, steps: steps.join(' '), effects };
}

const once = (fault: FaultInput['fault'], more: Partial<FaultInput> = {}): FaultInput => ({
	match: { path: '/customers/', times: 1 },
	fault,
	...more
});

test.each([
	['N1: applied, then silence', [once('applied-then-timeout')], 'send lookup nothing'],
	['applied, then reset', [once('applied-then-reset')], 'send lookup nothing'],
	['applied, then 500', [once('applied-then-500')], 'send lookup nothing'],
	['N10: applied, unreadable answer', [once('bad-schema')], 'send lookup nothing'],
	[
		'N3: not applied, silence',
		[once('not-applied-then-timeout')],
		'send lookup lookup send nothing'
	],
	[
		'N4: applied, and the lookup lags for its first question',
		[
			once('applied-then-timeout'),
			once('stale-lookup', { match: { path: '/promises/', times: 1 } })
		],
		'send lookup lookup nothing'
	]
] as const)('lookup: %s: one effect', async (_, plan, steps) => {
	await core.faults([...plan]);
	expect(await drive(promiseCall(fresh()), 'lookup')).toEqual({
		state: 'applied',
		steps,
		effects: 1
	});
});

test.each([
	['N1: applied, then silence', [once('applied-then-timeout')], 'send send nothing'],
	['N3: not applied, silence', [once('not-applied-then-timeout')], 'send send nothing'],
	["N6: the answer is somebody else's", [once('wrong-record')], 'send send nothing']
] as const)('native key: %s: one effect', async (_, plan, steps) => {
	await core.faults([...plan]);
	const driven = await drive(paymentCall(fresh()), 'native-key');
	expect(driven).toEqual({ state: 'applied', steps, effects: 1 });
});

test("N6: an answer that stays somebody else's ends with a person, not as done", async () => {
	await core.faults([{ match: { path: '/customers/' }, fault: 'wrong-record' }]);
	const driven = await drive(paymentCall(fresh()), 'native-key');
	expect(driven).toEqual({ state: 'dead', steps: 'send send person', effects: 1 });
});

test('none: after silence it is not sent again, applied or not', async () => {
	for (const [fault, effects] of [
		['applied-then-timeout', 1],
		['not-applied-then-timeout', 0]
	] as const) {
		await core.faults([once(fault)]);
		const driven = await drive(promiseCall(fresh()), 'none');
		expect(driven).toEqual({ state: 'unknown', steps: 'send person', effects });
	}
});

test('any seeded mixture of faults leaves at most one effect, and applied means one', async () => {
	const half = { probability: 0.2 };
	const plan: FaultInput[] = [
		{ fault: 'applied-then-reset', ...half },
		{ fault: 'applied-then-500', ...half },
		{ fault: 'status', status: 503, ...half },
		{ fault: 'status', status: 429, seconds: 3, ...half },
		{ fault: 'bad-schema', ...half }
	];
	for (let seed = 1; seed <= 25; seed += 1) {
		const repeat = seed % 2 ? 'lookup' : 'native-key';
		const call = repeat === 'lookup' ? promiseCall(fresh()) : paymentCall(fresh());
		await core.faults(plan, seed);
		const { state, effects } = await drive(call, repeat);
		await core.noFaults();
		expect(effects, `seed ${seed}`).toBeLessThanOrEqual(1);
		if (state === 'applied') expect(effects, `seed ${seed}`).toBe(1);
		if (state === 'rejected') expect(effects, `seed ${seed}`).toBe(0);
	}
});
