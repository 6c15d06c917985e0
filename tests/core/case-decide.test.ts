import { expect, test } from 'vitest';
import type { Command } from '../../src/lib/domain/case/commands.ts';
import { decide } from '../../src/lib/domain/case/decide.ts';
import { live } from './case-model.ts';

const submit: Command = {
	do: 'submit',
	submission: 's1',
	action: 'pay',
	assurance: 'code',
	reference: 'r1'
};
const book: Command = { do: 'book', submission: 's1', recordReference: 'PAY-1', found: 'answered' };
const raise: Command = {
	do: 'leave-path',
	breakpoint: 'writeback',
	reason: 'tries-used',
	step: {
		raise: { id: 'e1', type: 'booking-failed', class: 'system', owner: 'ops', dueAt: '2026-11-21' }
	}
};
const cancel: Command = { do: 'cancel', reason: 'paid-elsewhere' };

/** What the last of these commands met. */
const last = (commands: Command[], missing: string[] = []) => live(missing, commands).at(-1)!;
const types = (commands: Command[], missing: string[] = []) =>
	last(commands, missing).events.map(({ type }) => type);

test.each<[string, Command[], string, string[]?]>([
	[
		'a second submission while one is under way',
		[submit, { ...submit, submission: 's2' }],
		'submission-under-way'
	],
	['a submission while facts are owed', [submit], 'held', ['balance']],
	['a link while facts are owed', [{ do: 'issue-link', superseded: false }], 'held', ['balance']],
	['a booking of another submission', [submit, { ...book, submission: 's2' }], 'other-submission'],
	['a booking before anything was submitted', [book], 'other-submission'],
	[
		'a booking after a rejection',
		[submit, { do: 'reject', submission: 's1', reason: 'no' }, book],
		'nothing-to-settle'
	],
	['a second booking', [submit, book, book], 'ended'],
	['cancelling what is being booked', [submit, cancel], 'submission-under-way'],
	['expiry of what is being booked', [submit, { do: 'expire' }], 'submission-under-way'],
	['expiry while a person has it', [raise, { do: 'expire' }], 'submission-under-way'],
	[
		'a trigger that joins an ended case',
		[cancel, { do: 'join', supplied: [], missing: [], reachable: false }],
		'ended'
	],
	['opening it again', [{ do: 'open', language: 'en', missing: [] }], 'opened-already']
])('%s is refused', (_, commands, reason, missing) => {
	expect(last(commands, missing).decision).toEqual({ ok: false, reason });
});

test('nothing but opening can happen to a case that does not exist', () => {
	expect(() => decide(null, { do: 'expire' })).toThrow('must be opened');
});

test('booking closes what a person had, then resolves', () => {
	expect(types([submit, raise, book]).slice(-3)).toEqual([
		'submission-booked',
		'exception-closed',
		'case-resolved'
	]);
});

test('a rejected submission leaves the case open for another one', () => {
	const rejected: Command = { do: 'reject', submission: 's1', reason: 'no' };
	const { decision, after } = last([submit, rejected, { ...submit, submission: 's2' }]);
	expect(decision.ok).toBe(true);
	expect(after.stage).toBe('submitted');
});

test('the last missing fact closes only the exception that chased it', () => {
	const chase: Command = {
		...raise,
		breakpoint: 'trigger',
		step: { raise: { id: 'e2', type: 'missing-data', class: 'system', owner: 'care', dueAt: '' } }
	};
	const join: Command = { do: 'join', supplied: ['balance'], missing: [], reachable: false };
	const { after } = last([raise, chase, join], ['balance']);
	expect(after.exceptions.map(({ id }) => id)).toEqual(['e1']);
});

test('a contact closes the exception that waited for one, unless facts are still missing', () => {
	const chase: Command = {
		...raise,
		breakpoint: 'trigger',
		step: { raise: { id: 'e2', type: 'missing-data', class: 'system', owner: 'care', dueAt: '' } }
	};
	const join = (missing: string[], reachable = true): Command => ({
		do: 'join',
		supplied: ['contacts.sms'],
		missing,
		reachable
	});
	const idsAfter = (command: Command, missing: string[] = []) =>
		last([raise, chase, command], missing).after.exceptions.map(({ id }) => id);
	expect(idsAfter(join([]))).toEqual(['e1']);
	expect(idsAfter(join([], false))).toEqual(['e1', 'e2']);
	expect(idsAfter(join(['balance']), ['balance'])).toEqual(['e1', 'e2']);
});

test('the same exception is open once: a second departure is noted, not raised again', () => {
	expect(types([raise, raise])).toEqual([
		'case-opened',
		'path-left',
		'exception-raised',
		'path-left'
	]);
});

test('a refresh that changes nothing leaves no trace', () => {
	expect(last([{ do: 'refresh-facts', changed: [], missing: [] }]).decision).toEqual({
		ok: true,
		value: []
	});
});

test('an ended case still takes reports of its messages and looks at its receipt', () => {
	const after: Command[] = [
		{ do: 'accept-message', message: 'm1', provider: 'phone' },
		{ do: 'fail-message', message: 'm1', reason: 'bad-destination' },
		{ do: 'start-visit' },
		{ do: 'pass-challenge', factor: 'code', assurance: 'code' },
		// Somebody who cannot prove themselves to see their receipt asked a person, who made sure.
		{ do: 'rebind-factor', factor: 'known-facts', why: 'identified' }
	];
	for (const command of after) {
		const { decision, after: state } = last([submit, book, command]);
		expect(decision.ok).toBe(true);
		expect(state.stage).toBe('resolved');
	}
});

test('an action is chosen once, however often it is begun, and never on an ended case', () => {
	const choose = (action: string): Command => ({ do: 'choose-action', action });
	const begun = [choose('pay'), choose('wait'), choose('pay')];
	expect(types(begun).filter((type) => type === 'action-chosen')).toHaveLength(2);
	expect(last(begun).after).toMatchObject({ chosen: ['pay', 'wait'], stage: 'waiting' });
	expect(last([cancel, choose('pay')]).decision).toEqual({ ok: false, reason: 'ended' });
});
