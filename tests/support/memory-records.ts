import type { FieldValues } from '../../src/lib/domain/workflow/document.ts';
import type {
	ApplyResult,
	LookupResult,
	RecordCall,
	RecordsPort
} from '../../src/lib/server/records/port.ts';
import {
	type Effect,
	type FaultPicker,
	LOOKUP_FAULTS,
	type MemoryRecord,
	READ_FAULTS,
	WRITE_FAULTS
} from './memory-faults.ts';

export interface MemoryRecords extends RecordsPort {
	put(record: MemoryRecord): void;
	effects(): Effect[];
	/** Its own clock goes on; calls that were frozen go on the second time. */
	passTime(seconds: number): void;
	/** Calls that wait for time to pass. */
	held(): number;
}

interface Booked extends Effect {
	id: string;
	operation: string;
	at: number;
}

const FROZEN_JUMPS = 2;
/** Lookups lag by this at most: less than the 90 seconds that the starters wait for. */
const LAG_MS = 60_000;
/** These notice a repeat by our reference, as `repeat: native-key` in the starters says. */
const NATIVE_KEY = new Set(['pay', 'correct-street', 'correct-postcode', 'correct-city']);

/**
 * A second system of record against the port, in memory and without HTTP: nothing of the core knows
 * the difference. What it does is as plain as the demo core; what can go wrong is picked per call.
 */
export function createMemoryRecords(pick: FaultPicker): MemoryRecords {
	const records = new Map<string, MemoryRecord>();
	const booked = new Map<string, Booked[]>();
	let passed = 0;
	let frozen: { jumps: number; goOn: () => void }[] = [];
	let late: (() => void)[] = [];
	const now = () => performance.timeOrigin + performance.now() + passed;
	// Time passes, others work, time passes again: then it goes on.
	const freeze = () => new Promise<void>((goOn) => void frozen.push({ jumps: FROZEN_JUMPS, goOn }));

	/** Does it, unless the rules of the house say no. */
	function book(call: RecordCall): Booked | string {
		const before = booked.get(call.reference) ?? [];
		if (before[0] && NATIVE_KEY.has(call.operation)) return before[0];
		const record = records.get(call.customer);
		if (!record) return 'not-found';
		const { account } = record;
		if (call.operation === 'pay') {
			const balance = account.balance - Number(call.fields.amount);
			if (balance < 0) return 'amount-above-balance';
			account.balance = balance;
		}
		if (call.operation === 'plan') {
			if (account.plan) return 'plan-exists';
			account.plan = { ...call.fields };
		}
		if (call.operation.startsWith('correct-')) Object.assign(record.address, call.fields);
		const { reference, customer, operation, fields } = call;
		const effect = { reference, customer, operation, fields, at: now() };
		const done = { ...effect, id: `M-${booked.size + 1}` };
		booked.set(reference, [...before, done]);
		return done;
	}

	function applied(call: RecordCall): ApplyResult {
		const done = book(call);
		if (typeof done === 'string') return { outcome: 'rejected', reason: done, status: 422 };
		return { outcome: 'applied', answer: answerOf(call, done) };
	}

	return {
		async read(_connection, _mapping, customer) {
			const fault = pick(`read ${customer}`, READ_FAULTS);
			if (fault === 'unavailable')
				return { ok: false, reason: 'unavailable', detail: { explain: 'down' } };
			if (fault === 'frozen') await freeze();
			const record = records.get(customer);
			if (!record) return { ok: false, reason: 'not-found', detail: { explain: 'unknown' } };
			const shown = structuredClone<MemoryRecord>(record);
			if (fault === 'wrong-person') shown.id = 'S-nobody';
			if (fault === 'drifted') Object.assign(shown.account, { balance: 'twelve' });
			return { ok: true, value: { record: shown } };
		},
		async apply(call) {
			const fault = pick(`apply ${call.customer}`, WRITE_FAULTS);
			const asked = passed;
			if (fault === 'frozen-before-sending') await freeze();
			// The caller's clock stood still with it, and goes on with the time that has passed.
			if (call.sendUntil !== undefined && performance.now() + passed - asked > call.sendUntil)
				return { outcome: 'unavailable', reason: 'late' };
			switch (fault) {
				case 'applied-then-timeout':
					book(call);
					return { outcome: 'unknown', reason: 'timeout' };
				case 'applied-then-reset':
					book(call);
					return { outcome: 'unknown', reason: 'reset' };
				case 'applied-late':
					late.push(() => void book(call));
					return { outcome: 'unknown', reason: 'timeout' };
				case 'applied-frozen-answer': {
					const answer = applied(call);
					await freeze();
					return answer;
				}
				case 'not-applied-timeout':
					return { outcome: 'unknown', reason: 'timeout' };
				case 'not-applied-500':
					return { outcome: 'unknown', reason: 'server-error' };
				case 'refused':
					return { outcome: 'unavailable', reason: 'refused' };
				case 'rate':
					return { outcome: 'unavailable', reason: 'rate', retryAfterSeconds: 20 };
				case 'rejected':
					return { outcome: 'rejected', reason: 'not-today', status: 409 };
				case 'wrong-record': {
					const answer = applied(call);
					return answer.outcome === 'applied' ? someoneElses(answer) : answer;
				}
				case 'not-applied-wrong-record':
					return someoneElses({
						outcome: 'applied' as const,
						answer: answerOf(call, { ...call, id: 'M-0' })
					});
				case 'frozen-before-sending':
				case null:
					return applied(call);
			}
		},
		async lookup(call) {
			const fault = pick(`lookup ${call.customer}`, LOOKUP_FAULTS);
			if (fault === 'unavailable') return { outcome: 'unavailable', reason: 'down' };
			const until = fault === 'stale' ? now() - LAG_MS : now();
			const found = booked.get(call.reference)?.find(({ at }) => at <= until);
			if (fault === 'frozen') await freeze();
			if (!found) return { outcome: 'absent' };
			const answer: LookupResult = { outcome: 'found', answer: answerOf(call, found) };
			return fault === 'wrong-record' ? someoneElses(answer) : answer;
		},
		close: async () => undefined,
		put: (record) => void records.set(record.id, record),
		effects: () =>
			[...booked.values()].flat().map(({ reference, customer, fields }) => ({
				reference,
				customer,
				fields
			})),
		passTime(seconds) {
			// What was under way in the network arrives first, well within the consistency time.
			for (const arrive of late) arrive();
			late = [];
			passed += seconds * 1000;
			for (const one of frozen) one.jumps -= 1;
			const awake = frozen.filter(({ jumps }) => jumps === 0);
			frozen = frozen.filter(({ jumps }) => jumps > 0);
			for (const { goOn } of awake) goOn();
		},
		held: () => frozen.length
	};
}

/** The declared fields, by their names: this system has no paths and no JSON of its own. */
function answerOf(call: RecordCall, done: Effect & { id: string }): FieldValues {
	const known: FieldValues = {
		...(done.fields as FieldValues),
		reference: done.id,
		ours: done.reference,
		customer: done.customer
	};
	return Object.fromEntries(
		Object.keys(call.answer).flatMap((name) => {
			const value = known[name];
			return value === undefined ? [] : [[name, value]];
		})
	);
}

const someoneElses = <Answer extends { answer: FieldValues }>(result: Answer): Answer => ({
	...result,
	answer: { ...result.answer, ours: 'somebody-elses', customer: 'S-nobody' }
});
