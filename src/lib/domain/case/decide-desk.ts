import { fail, ok, type Result } from '../result.ts';
import type { DeskCommand } from './desk-commands.ts';
import type { CaseEvent } from './events.ts';
import type { CaseState } from './state.ts';

/**
 * - `not-open`: the exception was closed meanwhile, by the customer, a rule or somebody else.
 * - `not-asked`: the question is answered already, or was never put.
 * - `submission-under-way`: what the customer confirmed is being booked; it must be settled first.
 * - `correction-under-way`: the same fact is being corrected in the record.
 * - `nothing-to-settle`: no submission is under way.
 */
export type DeskRefusal =
	| 'not-open'
	| 'not-asked'
	| 'ended'
	| 'submission-under-way'
	| 'correction-under-way'
	| 'nothing-to-settle';

type Decision = Result<CaseEvent[], DeskRefusal>;

/** What people may do with an open exception of a case, open or ended. */
export function decideDesk(state: CaseState, command: DeskCommand): Decision {
	const { exception } = command;
	const open = state.exceptions.find(({ id }) => id === exception);
	if (!open) return fail('not-open');
	switch (command.do) {
		case 'claim':
			return ok([{ type: 'exception-claimed', exception }]);
		case 'hand-back':
			return ok([{ type: 'exception-handed-back', exception }]);
		case 'assign':
			return ok([{ type: 'exception-assigned', exception, to: command.to, note: command.note }]);
		case 'escalate':
			return ok([{ type: 'exception-escalated', exception, backup: command.backup }]);
		case 'note':
			return ok([{ type: 'note-written', exception, note: command.note }]);
		case 'correct': {
			if (state.ended) return fail('ended');
			const { fact, note, question, correction, reference } = command;
			if (state.corrections.some((one) => one.fact === fact)) return fail('correction-under-way');
			const told = question === undefined ? {} : { question };
			const written = correction && reference ? { correction, reference } : {};
			return ok([{ type: 'fact-corrected', exception, fact, note, ...told, ...written }]);
		}
		case 'ask-input': {
			if (state.ended) return fail('ended');
			const { question, fact } = command;
			return ok([
				{ type: 'input-asked', exception, question, fact },
				{
					type: 'rung-taken',
					breakpoint: open.breakpoint,
					rung: 'one-missing-input',
					worked: true
				}
			]);
		}
		case 'answer-input': {
			const asked = state.questions.find(({ id }) => id === command.question);
			if (!asked) return fail('not-asked');
			const { id: question, fact } = asked;
			return ok([{ type: 'input-answered', exception, question, fact }]);
		}
		case 'grant': {
			if (state.ended) return fail('ended');
			if (isUnderWay(state)) return fail('submission-under-way');
			const { grant, action, clauses, limited, expiresAt, note } = command;
			return ok([
				{ type: 'grant-given', exception, grant, action, clauses, limited, expiresAt, note }
			]);
		}
		case 'propose-settlement': {
			const { proposal, about, settles, note } = command;
			const known =
				'submission' in about
					? isUnderWay(state) && state.submission?.id === about.submission
					: state.corrections.some(({ id }) => id === about.correction);
			if (!known) return fail('nothing-to-settle');
			return ok([{ type: 'settlement-proposed', exception, ...about, proposal, settles, note }]);
		}
		case 'refuse-settlement': {
			const { proposal, note } = command;
			return ok([{ type: 'settlement-refused', exception, proposal, note }]);
		}
		case 'approve-settlement':
			return ok([{ type: 'settlement-approved', exception, proposal: command.proposal }]);
		case 'close-exception':
			return close(state, open, command);
	}
}

const isUnderWay = ({ submission }: CaseState) => submission?.state === 'received';

/**
 * The exceptions that an end of the case makes pointless. A doubtful correction stays somebody's, and a
 * reply is read all the same: it may be an opt-out from everything, and sending to this person pauses
 * until somebody has read it.
 */
export const closable = ({ exceptions, corrections }: CaseState): CaseState['exceptions'] =>
	exceptions.filter(
		({ breakpoint, correction }) =>
			breakpoint !== 'reply' && (!correction || corrections.length === 0)
	);

function close(
	state: CaseState,
	{ id, breakpoint, correction }: CaseState['exceptions'][number],
	{ outcome, does }: Extract<DeskCommand, { do: 'close-exception' }>
): Decision {
	// A doubtful writeback stays somebody's until it is settled: what was acknowledged is never lost.
	const doubtful = breakpoint === 'writeback' && does !== 'settle';
	if (correction && doubtful && state.corrections.length > 0) return fail('correction-under-way');
	if (isUnderWay(state) && ((doubtful && !correction) || does === 'end'))
		return fail('submission-under-way');
	const quiet = correction && does === 'settle' ? { quiet: true as const } : {};
	const closed: CaseEvent = { type: 'exception-closed', exception: id, outcome, ...quiet };
	if (does !== 'end' || state.ended) return ok([closed]);
	const others = closable(state)
		.filter((one) => one.id !== id)
		.map((one): CaseEvent => ({
			type: 'exception-closed',
			exception: one.id,
			outcome: 'case-cancelled'
		}));
	return ok([...others, closed, { type: 'case-cancelled', reason: outcome }]);
}
