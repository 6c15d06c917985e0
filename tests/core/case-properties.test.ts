import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CaseEvent } from '../../src/lib/domain/case/events.ts';
import {
	type CaseState,
	ENDED_STAGES,
	fold,
	NEW_CASE,
	type Stage
} from '../../src/lib/domain/case/state.ts';
import { ASSURANCES } from '../../src/lib/domain/workflow/document.ts';
import { lives, type Step } from './case-model.ts';

/** Checks every step of many random lives; says which one broke. */
function always(check: (step: Step) => void): void {
	fc.assert(
		fc.property(lives, (steps) => steps.forEach(check)),
		{ numRuns: 2_000 }
	);
}

const ended = (stage: Stage) => (ENDED_STAGES as readonly Stage[]).includes(stage);
const count = (events: CaseEvent[], ...types: CaseEvent['type'][]) =>
	events.filter(({ type }) => types.includes(type)).length;
const openExceptions = (events: CaseEvent[]) => {
	const open = new Map<string, string>();
	for (const event of events) {
		if (event.type === 'exception-raised') open.set(event.exception, event.exceptionType);
		if (event.type === 'exception-closed') open.delete(event.exception);
	}
	return open;
};

test('every command on every reachable state gives a decision, and a no changes nothing', () => {
	always(({ before, decision, after }) => {
		expect(typeof decision.ok).toBe('boolean');
		if (!decision.ok) expect(after).toBe(before);
	});
});

test('the state is always the fold of all events, in one go or step by step', () => {
	always(({ after, events }) => expect(fold(NEW_CASE, events)).toEqual(after));
});

test('the stage follows from what happened, read from the events alone', () => {
	always(({ after, events }) => {
		const last = (wanted: (event: CaseEvent) => boolean) => events.findLast(wanted);
		const end = last(({ type }) => /^case-(resolved|deferred|cancelled|expired)$/.test(type));
		const facts = last((event) => 'missing' in event);
		const open = count(events, 'submission-received');
		const settled = count(events, 'submission-booked', 'submission-rejected');
		const verified = events.some(
			(event) => event.type === 'challenge-passed' && event.assurance !== 'link'
		);
		let expected: Stage = 'waiting';
		if (end) expected = end.type.slice('case-'.length) as Stage;
		else if (facts && 'missing' in facts && facts.missing.length) expected = 'held';
		else if (openExceptions(events).size) expected = 'with-person';
		else if (open > settled) expected = 'submitted';
		else if (verified) expected = 'verified';
		else if (count(events, 'visit-started')) expected = 'visited';
		expect(after.stage).toBe(expected);
	});
});

test('nothing leaves an ended stage; an end leaves open what must be read or settled, and who asks or corrects opens one', () => {
	always(({ before, command, after, events }) => {
		if (ended(before.stage)) expect(after.stage).toBe(before.stage);
		expect(count(events, 'case-resolved', 'case-deferred', 'case-cancelled', 'case-expired')).toBe(
			ended(after.stage) ? 1 : 0
		);
		const asked = command.do === 'leave-path' && (command.asked || command.correction);
		const isStill = ({ breakpoint, correction }: CaseState['exceptions'][number]) =>
			breakpoint === 'reply' || (correction && after.corrections.length > 0);
		const closed = command.do === 'close-exception' ? command.exception : null;
		if (command.do === 'erase' && after.erased) expect(after.exceptions).toEqual([]);
		else if (ended(after.stage) && !ended(before.stage))
			expect(after.exceptions).toEqual(
				before.exceptions.filter((one) => isStill(one) && one.id !== closed)
			);
		else if (ended(after.stage) && !asked && command.do !== 'close-exception')
			expect(after.exceptions).toEqual(before.exceptions);
	});
});

test('once the person is erased nothing happens to the case any more, and it has ended', () => {
	always(({ before, after, events }) => {
		if (before.erased) expect(after).toEqual(before);
		if (after.erased)
			expect([ended(after.stage), events.at(-1)?.type]).toEqual([true, 'person-erased']);
	});
});

test('at most one submission is under way, and only it is settled, once', () => {
	always(({ events }) => {
		let present: string | null = null;
		for (const event of events) {
			if (event.type === 'submission-received') {
				expect(present).toBeNull();
				present = event.submission;
			} else if (/^(writeback|submission)-/.test(event.type) && 'submission' in event)
				expect(event.submission).toBe(present);
			if (event.type === 'submission-booked' || event.type === 'submission-rejected')
				present = null;
		}
	});
});

test('an exception type is open at most once at each breakpoint, and what is closed was open', () => {
	always(({ after, events }) => {
		const open = after.exceptions.map(({ type, breakpoint }) => `${type} at ${breakpoint}`);
		expect(new Set(open).size).toBe(open.length);
		expect(after.exceptions.map(({ id }) => id)).toEqual([...openExceptions(events).keys()]);
		const closed = events.flatMap((event) =>
			event.type === 'exception-closed' ? event.exception : []
		);
		expect(new Set(closed).size).toBe(closed.length);
	});
});

test('resolved only when the present submission was booked; what was acknowledged is never dropped', () => {
	always(({ after }) => {
		if (after.stage === 'resolved' || after.stage === 'deferred')
			expect(after.submission?.state).toBe('booked');
		if (after.stage === 'cancelled' || after.stage === 'expired')
			expect(after.submission?.state).not.toBe('received');
	});
});

test('assurance never falls, rungs are never forgotten, and failures by nobody but a person', () => {
	always(({ before, command, after }) => {
		const rank = ({ assurance }: typeof after) => ASSURANCES.indexOf(assurance);
		expect(rank(after)).toBeGreaterThanOrEqual(rank(before));
		if (command.do !== 'rebind-factor')
			expect(after.failures.code).toBeGreaterThanOrEqual(before.failures.code);
		expect(after.rungs.slice(0, before.rungs.length)).toEqual(before.rungs);
		expect(after.withheld.slice(0, before.withheld.length)).toEqual(before.withheld);
	});
});

test('the timeline reads in the order of causes', () => {
	always(({ events }) => {
		expect(events[0]?.type).toBe('case-opened');
		expect(count(events, 'case-opened')).toBe(1);
		for (const [index, { type }] of events.entries()) {
			const before = events[index - 1]?.type;
			if (type === 'rung-taken') expect(before).toMatch(/^(path-left|input-asked)$/);
			if (type === 'exception-raised') expect(before).toBe('path-left');
			if (type === 'case-resolved' || type === 'case-deferred')
				expect(before).toMatch(/^(submission-booked|exception-closed)$/);
		}
	});
});

test('a doubtful writeback stays with a person until it is settled or the customer’s wish is done', () => {
	always(({ before, command, after, decision }) => {
		if (command.do !== 'close-exception' || !decision.ok || command.does === 'settle') return;
		if (before.submission?.state !== 'received') return;
		const doubtful = (state: typeof before) =>
			state.exceptions.filter((one) => one.breakpoint === 'writeback' && !one.correction).length;
		expect(doubtful(after)).toBe(doubtful(before));
	});
});

test('a correction comes to its end at most once, is somebody’s while it is in doubt, and is no outcome', () => {
	always(({ before, command, decision, after, events }) => {
		const made = events.flatMap((event) =>
			event.type === 'fact-corrected' && event.correction ? [event.correction] : []
		);
		const over = events.flatMap((event) =>
			event.type === 'correction-applied' || event.type === 'correction-rejected'
				? [event.correction]
				: []
		);
		expect(new Set(over).size).toBe(over.length);
		expect(after.corrections.map(({ id }) => id)).toEqual(made.filter((id) => !over.includes(id)));
		const facts = after.corrections.map(({ fact }) => fact);
		expect(new Set(facts).size).toBe(facts.length);
		if (/-correction$/.test(command.do))
			expect([after.submission, after.ended]).toEqual([before.submission, before.ended]);
		if (command.do === 'erase' && before.corrections.length > 0) expect(decision.ok).toBe(false);
		const doubtful = (state: typeof before) =>
			state.exceptions.filter(({ correction }) => correction).length;
		const settled = command.do === 'close-exception' && command.does === 'settle';
		if (after.corrections.length > 0 && !settled)
			expect(doubtful(after)).toBeGreaterThanOrEqual(doubtful(before));
	});
});

test('a grant is used at most once, questions live no longer than their exception', () => {
	always(({ before, after, events }) => {
		for (const { id, usedBy } of before.grants)
			if (usedBy !== null)
				expect(after.grants.find((one) => one.id === id)).toMatchObject({ usedBy });
		const used = events.flatMap((event) => (event.type === 'grant-used' ? [event.grant] : []));
		expect(new Set(used).size).toBe(used.length);
		const open = new Set(after.exceptions.map(({ id }) => id));
		for (const { exception } of after.questions) expect(open.has(exception)).toBe(true);
	});
});
