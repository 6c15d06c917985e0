import fc from 'fast-check';
import type { Command } from '../../src/lib/domain/case/commands.ts';
import { decide, type Decision } from '../../src/lib/domain/case/decide.ts';
import type { CaseEvent } from '../../src/lib/domain/case/events.ts';
import { type CaseState, fold, NEW_CASE } from '../../src/lib/domain/case/state.ts';
import {
	ASSURANCES,
	BREAKPOINTS,
	OUTCOME_EFFECTS
} from '../../src/lib/domain/workflow/document.ts';

/** Small pools, so that commands meet each other's ids. */
const submission = fc.constantFrom('s1', 's2', 's3');
const message = fc.constantFrom('m1', 'm2');
const names = fc.subarray(['balance', 'due_date']);
const factor = fc.constantFrom('code' as const, 'known-facts' as const);
const assurance = fc.constantFrom(...ASSURANCES);
const breakpoint = fc.constantFrom(...BREAKPOINTS);
const channel = fc.constantFrom('sms' as const, 'email' as const);
const is = <Name extends string>(name: Name) => fc.constant(name);

const step = fc.oneof(
	fc.record({
		rung: fc.constantFrom('fresh-context' as const, 'fewer-actions' as const),
		worked: fc.boolean(),
		withheld: fc.option(fc.constantFrom('pay', 'wait'), { nil: undefined })
	}),
	fc.record({
		raise: fc.record({
			id: is('e'),
			type: fc.constantFrom('missing-data', 'booking-failed', 'nothing-fits'),
			class: fc.constantFrom('policy' as const, 'system' as const),
			owner: is('desk'),
			dueAt: is('2026-11-21T10:00:00.000Z')
		})
	})
);

const exception = fc.constantFrom('e1', 'e2', 'e3', 'e4');
const note = is('n1');
const question = fc.constantFrom('q1', 'q2');
const correction = fc.constantFrom('k1', 'k2', 'k3');
const correctionCommands: fc.Arbitrary<Command>[] = [
	fc.record({ do: is('send-correction'), correction, attempt: fc.nat(9) }),
	fc.record({ do: is('lose-correction'), correction, attempt: fc.nat(9), reason: is('timeout') }),
	fc.record({
		do: is('apply-correction'),
		correction,
		recordReference: is('COR-1'),
		found: is('answered')
	}),
	fc.record({ do: is('reject-correction'), correction, reason: is('refused') })
];
const deskCommands: fc.Arbitrary<Command>[] = [
	fc.record({ do: is('claim'), exception }),
	fc.record({ do: is('hand-back'), exception }),
	fc.record({ do: is('assign'), exception, to: is('s'), note }),
	fc.record({ do: is('escalate'), exception, backup: is('lead') }),
	fc.record({ do: is('ask-input'), exception, question, fact: is('name') }),
	fc.record({ do: is('answer-input'), exception, question }),
	fc.record({
		do: is('correct'),
		exception,
		fact: fc.constantFrom('name', 'city'),
		note,
		correction: fc.option(correction, { nil: undefined }),
		reference: is('R1')
	}),
	fc.record({ do: is('note'), exception, note }),
	fc.record({
		do: is('grant'),
		exception,
		grant: fc.uuid(),
		action: fc.constantFrom('pay', 'wait'),
		clauses: fc.subarray(['allowed']),
		limited: fc.subarray(['first']),
		expiresAt: is('2026-11-25T10:00:00.000Z'),
		note
	}),
	fc.record({
		do: is('propose-settlement'),
		exception,
		proposal: is('p1'),
		about: fc.oneof(
			fc.record({ submission: fc.constantFrom('s1', 's2') }),
			fc.record({ correction })
		),
		settles: fc.constantFrom('applied' as const, 'rejected' as const, 'send-again' as const),
		note
	}),
	fc.record({ do: is('approve-settlement'), exception, proposal: is('p1') }),
	fc.record({
		do: is('close-exception'),
		exception,
		outcome: is('answered'),
		does: fc.constantFrom(...OUTCOME_EFFECTS)
	})
];

/** Everything that anybody may want of a case, in any order and on any state. */
export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
	fc.record({ do: is('open'), language: is('en'), missing: names }),
	fc.record({ do: is('join'), supplied: names, missing: names, reachable: fc.boolean() }),
	fc.record({ do: is('refresh-facts'), changed: names, missing: names }),
	fc.record({ do: is('issue-link'), superseded: fc.boolean() }),
	fc.record({
		do: is('queue-message'),
		message,
		class: is('outreach'),
		channel,
		template: is('invitation'),
		mask: is('+49 ••• ••21')
	}),
	fc.record({ do: is('accept-message'), message, provider: is('phone') }),
	fc.record({ do: is('fail-message'), message, reason: is('bad-destination') }),
	fc.record({ do: is('report-message'), message, status: is('delivered') }),
	fc.record({ do: is('receive-reply'), reply: is('r1'), channel, word: is('text') }),
	fc.record({ do: is('start-visit') }),
	fc.record({ do: is('end-visit'), why: fc.constantFrom('finished' as const, 'not-me' as const) }),
	fc.record({ do: is('pass-challenge'), factor, assurance }),
	fc.record({ do: is('fail-challenge'), factor, reason: is('no-match') }),
	{
		arbitrary: fc.record({
			do: is('leave-path'),
			breakpoint,
			reason: is('x'),
			asked: fc.boolean(),
			correction: fc.option(correction, { nil: undefined }),
			step
		}),
		weight: 3
	},
	fc.record({ do: is('choose-action'), action: fc.constantFrom('pay', 'wait') }),
	{
		arbitrary: fc.record({
			do: is('submit'),
			submission,
			action: is('pay'),
			assurance,
			reference: fc.uuid()
		}),
		weight: 3
	},
	fc.record({ do: is('send'), submission, attempt: fc.nat(9) }),
	fc.record({ do: is('lose-sight'), submission, attempt: fc.nat(9), reason: is('timeout') }),
	fc.record({
		do: is('book'),
		submission,
		recordReference: is('PAY-1'),
		found: fc.constantFrom('answered' as const, 'looked-up' as const, 'by-person' as const)
	}),
	{ arbitrary: fc.record({ do: is('reject'), submission, reason: is('no') }), weight: 2 },
	fc.record({ do: is('postpone'), days: fc.constantFrom(1, 3, 7) }),
	fc.record({ do: is('stop-messages'), channels: fc.subarray(['sms' as const, 'email' as const]) }),
	fc.record({ do: is('choose-language'), language: is('de') }),
	fc.record({ do: is('rebind-factor'), factor: is('code'), why: is('called') }),
	fc.record({ do: is('cancel'), reason: is('paid-elsewhere') }),
	fc.record({ do: is('expire') }),
	fc.record({ do: is('erase') }),
	...correctionCommands,
	...deskCommands
);

/** One command after another: what it met, what was decided, what came of it. */
export interface Step {
	before: CaseState;
	command: Command;
	decision: Decision;
	after: CaseState;
	/** All events of the case up to here. */
	events: CaseEvent[];
}

/** A case that begins with `missing` facts and lives through the commands. */
export function live(missing: string[], commands: Command[]): Step[] {
	const opened = decide(null, { do: 'open', language: 'en', missing });
	if (!opened.ok) throw new Error(opened.reason);
	let events = opened.value;
	let state = freeze(fold(NEW_CASE, events));
	return commands.map((wanted) => {
		const command = numbered(wanted, events);
		const before = state;
		const decision = decide(before, freeze(command));
		if (decision.ok) events = [...events, ...decision.value];
		state = decision.ok ? freeze(fold(before, decision.value)) : before;
		return { before, command, decision, after: state, events };
	});
}

/** Ids of exceptions and corrections are new each time, and such as the desk's commands know. */
function numbered(command: Command, events: CaseEvent[]): Command {
	if (command.do === 'correct' && command.correction !== undefined) {
		const made = events.filter((event) => event.type === 'fact-corrected' && event.correction);
		return { ...command, correction: `k${made.length + 1}` };
	}
	if (command.do !== 'leave-path' || !('raise' in command.step)) return command;
	const raised = events.filter(({ type }) => type === 'exception-raised').length;
	return { ...command, step: { raise: { ...command.step.raise, id: `e${raised + 1}` } } };
}

/** Whoever changed a state or a command in place would throw. */
function freeze<Value extends object>(value: Value): Value {
	for (const part of Object.values(value))
		if (typeof part === 'object' && part) freeze(part as object);
	return Object.freeze(value);
}

/** Lives of up to 40 commands. */
export const lives = fc
	.tuple(names, fc.array(anyCommand, { minLength: 1, maxLength: 40 }))
	.map(([missing, commands]) => live(missing, commands));
