import type { Repeat } from '../../src/lib/domain/workflow/document.ts';
import type {
	ApplyResult,
	LookupResult,
	UnknownReason
} from '../../src/lib/domain/writeback/results.ts';
import {
	afterLookup,
	afterLoss,
	afterSend,
	nextStep,
	type Change,
	type Writeback
} from '../../src/lib/domain/writeback/protocol.ts';
import { mayMove } from '../../src/lib/domain/writeback/states.ts';

/** What happens to one call: whether it takes effect, after how long others see it, what we hear. */
export interface Fate {
	applies: boolean;
	/** Share of the consistency time until a lookup sees it. */
	lag: number;
	/** What the sender hears. */
	heard: 'answer' | UnknownReason | 'crash';
	/** Surely not processed, or refused though it may have been applied by an earlier send. */
	turned: 'no' | 'refused' | 'rate' | 'busy' | 'breaker' | 'rejected';
	lookup: 'answers' | 'fails';
	/** Seconds a call takes. */
	seconds: number;
	random: number;
}

export interface Played {
	applications: number;
	/** Calls that could have had an effect. */
	sends: number;
	lookups: number;
	row: Writeback;
	illegalMoves: string[];
	last: Change | undefined;
}

const START = Date.UTC(2026, 10, 20);

/**
 * Plays the protocol against a model system of record until it is over, a person is needed, or the
 * fates are used up. A crash leaves `sending` behind until its lease ends.
 */
export function play(repeat: Repeat, consistencySeconds: number, fates: Fate[]): Played {
	let now = START;
	const visibleAt: number[] = [];
	const keys = new Set<string>();
	const illegalMoves: string[] = [];
	let [sends, lookups] = [0, 0];
	let last: Change | undefined;
	let row: Writeback = {
		state: 'pending',
		repeat,
		attempt: 0,
		failures: 0,
		firstSentAt: null,
		lastSentAt: null
	};
	const store = (change: Change) => {
		if (!mayMove(row.state, change.state)) illegalMoves.push(`${row.state} → ${change.state}`);
		last = change;
		const { state, failures, firstSentAt, lastSentAt, reason, nextAt } = change;
		row = { ...row, state, failures, firstSentAt, lastSentAt, reason, nextAt };
	};

	for (const fate of fates) {
		let step = nextStep(row, new Date(now));
		if (step.do === 'wait') {
			now = step.until.getTime();
			step = nextStep(row, new Date(now));
		}
		if (step.do === 'person' || step.do === 'nothing') break;
		const askedAt = new Date(now);
		const moment = () => ({ now: new Date(now), random: fate.random });
		if (step.do === 'lookup') {
			lookups += 1;
			const found = visibleAt.some((at) => at <= now);
			now += fate.seconds * 1_000;
			store(afterLookup(row, lookedUp(fate, found), consistencySeconds, { ...moment(), askedAt }));
			continue;
		}
		if (!mayMove(row.state, 'sending') && row.state !== 'sending')
			illegalMoves.push(`${row.state} → sending`);
		row = {
			...row,
			state: 'sending',
			attempt: row.attempt + 1,
			firstSentAt: row.firstSentAt ?? askedAt,
			lastSentAt: askedAt
		};
		const processed = fate.turned === 'no';
		if (processed) sends += 1;
		const isRepeat = repeat === 'native-key' && keys.has('K');
		const applied = processed && fate.applies && !isRepeat;
		if (applied) {
			keys.add('K');
			visibleAt.push(now + fate.lag * consistencySeconds * 1_000);
		}
		now += fate.seconds * 1_000;
		if (processed && fate.heard === 'crash') {
			now += 60_000;
			store(afterLoss(row, moment()));
			continue;
		}
		store(afterSend(row, heard(fate, applied || isRepeat), moment()));
	}
	return { applications: visibleAt.length, sends, lookups, row, illegalMoves, last };
}

function heard(fate: Fate, done: boolean): ApplyResult {
	if (fate.turned === 'rejected')
		return { outcome: 'rejected', reason: 'plan-exists', status: 422 };
	if (fate.turned !== 'no') return { outcome: 'unavailable', reason: fate.turned };
	if (fate.heard !== 'answer' && fate.heard !== 'crash')
		return { outcome: 'unknown', reason: fate.heard };
	// An honest answer says what was done: an effect, or a definitive no.
	if (done) return { outcome: 'applied', answer: { reference: 'PLAN-4711' } };
	return { outcome: 'rejected', reason: 'not-allowed', status: 422 };
}

const lookedUp = (fate: Fate, found: boolean): LookupResult => {
	if (fate.lookup === 'fails') return { outcome: 'unavailable', reason: 'timeout' };
	return found ? { outcome: 'found', answer: { reference: 'PLAN-4711' } } : { outcome: 'absent' };
};
