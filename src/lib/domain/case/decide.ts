import { fail, ok, type Result } from '../result.ts';
import { atLeast } from '../workflow/document.ts';
import type { Command } from './commands.ts';
import { closable, decideDesk, type DeskRefusal } from './decide-desk.ts';
import type { CaseEvent } from './events.ts';
import type { CaseState } from './state.ts';

/**
 * - `ended`: the case is over; nothing starts on it any more.
 * - `opened-already`: a case begins once.
 * - `held`: facts are missing, the path has not begun.
 * - `submission-under-way`: one submission at a time; the customer sees that one.
 * - `other-submission`: the command speaks of a submission that is not the case's present one.
 * - `nothing-to-settle`: the submission is settled already; a repeat changes nothing.
 */
export type Refusal =
	| 'ended'
	| 'opened-already'
	| 'held'
	| 'submission-under-way'
	| 'other-submission'
	| 'nothing-to-settle'
	| DeskRefusal;

export type Decision = Result<CaseEvent[], Refusal>;

const underWay = (state: CaseState) => state.submission?.state === 'received';

/** Exceptions that the case itself made pointless are closed with it, never left to look open. */
const closeAll = (exceptions: CaseState['exceptions'], outcome: string): CaseEvent[] =>
	exceptions.map(({ id }) => ({ type: 'exception-closed', exception: id, outcome }));

/** The last missing fact or the contact came: whoever was to chase it need not any more. */
function whenComplete(state: CaseState, missing: string[], reachable = false): CaseEvent[] {
	const came = state.missing.length > 0 ? 'facts-arrived' : reachable && 'contact-arrived';
	if (!came || missing.length > 0) return [];
	const waiting = state.exceptions.filter(({ breakpoint }) => breakpoint === 'trigger');
	return closeAll(waiting, came);
}

function settles(state: CaseState, submission: string): Refusal | null {
	if (state.submission?.id !== submission) return 'other-submission';
	return underWay(state) ? null : 'nothing-to-settle';
}

/**
 * The one place where it is decided what may happen to a case. Pure: gives the events, or why not.
 * @param state the fold of the case's events; `null` for a case that is being opened
 */
export function decide(state: CaseState | null, command: Command): Decision {
	if (command.do === 'open') {
		if (state) return fail(state.ended ? 'ended' : 'opened-already');
		const { language, missing } = command;
		return ok([{ type: 'case-opened', language, missing }]);
	}
	if (!state) throw new Error(`A case must be opened before "${command.do}".`);
	if (state.erased) return fail('ended');
	return state.ended ? decideEnded(state, command) : decideOpen(state, command);
}

/**
 * What is still true of an ended case: messages that were under way report back, visits are looked
 * at, and a customer may ask a person about it.
 */
function decideEnded(state: CaseState, command: Command): Decision {
	switch (command.do) {
		case 'accept-message':
			return ok([
				{
					type: 'message-accepted',
					message: command.message,
					provider: command.provider,
					...(command.duplicate && { duplicate: true })
				}
			]);
		case 'fail-message':
			return ok([{ type: 'message-failed', message: command.message, reason: command.reason }]);
		case 'report-message': {
			const { message, status, code } = command;
			return ok([{ type: 'message-reported', message, status, ...(code && { code }) }]);
		}
		case 'receive-reply': {
			const { reply, channel, word } = command;
			return ok([{ type: 'reply-received', reply, channel, word }]);
		}
		case 'queue-message': {
			const { message, class: kind, channel, template, mask, step } = command;
			return ok([
				{
					type: 'message-queued',
					message,
					class: kind,
					channel,
					template,
					mask,
					...(step && { step })
				}
			]);
		}
		case 'start-visit':
			return ok([{ type: 'visit-started' }]);
		case 'end-visit':
			return ok([{ type: 'visit-ended', why: command.why }]);
		case 'pass-challenge': {
			const best = atLeast(state.assurance, command.assurance)
				? state.assurance
				: command.assurance;
			return ok([{ type: 'challenge-passed', factor: command.factor, assurance: best }]);
		}
		case 'fail-challenge':
			return ok([{ type: 'challenge-failed', factor: command.factor, reason: command.reason }]);
		case 'rebind-factor':
			return ok([{ type: 'factor-rebound', factor: command.factor, why: command.why }]);
		case 'stop-messages':
			return ok([{ type: 'messages-stopped', channels: command.channels }]);
		case 'resume-messages':
			return ok([{ type: 'messages-resumed', channels: command.channels }]);
		case 'choose-language':
			return ok([{ type: 'language-chosen', language: command.language }]);
		case 'leave-path':
			return (command.asked || command.correction) && 'raise' in command.step
				? ok(leavePath(state, command))
				: fail('ended');
		case 'erase':
			if (state.corrections.length) return fail('submission-under-way');
			return ok([...closeAll(state.exceptions, 'person-erased'), { type: 'person-erased' }]);
		case 'send-correction': {
			const { correction, attempt } = command;
			return writing(state, correction, { type: 'correction-sent', correction, attempt });
		}
		case 'lose-correction': {
			const { correction, attempt, reason } = command;
			const lost = { type: 'correction-unknown', correction, attempt, reason } as const;
			return writing(state, correction, lost);
		}
		case 'apply-correction': {
			const { correction, recordReference, found } = command;
			const applied = { type: 'correction-applied', correction, recordReference, found } as const;
			return writing(state, correction, applied);
		}
		case 'reject-correction': {
			const { correction, reason } = command;
			return writing(state, correction, { type: 'correction-rejected', correction, reason });
		}
		default:
			return 'exception' in command ? decideDesk(state, command) : fail('ended');
	}
}

function decideOpen(state: CaseState, command: Exclude<Command, { do: 'open' }>): Decision {
	switch (command.do) {
		case 'join': {
			const { supplied, missing, reachable } = command;
			if (supplied.length === 0) return ok([]);
			return ok([
				{ type: 'trigger-joined', supplied, missing },
				...whenComplete(state, missing, reachable)
			]);
		}
		case 'refresh-facts': {
			const { changed, missing } = command;
			if (changed.length === 0) return ok([]);
			return ok([{ type: 'facts-refreshed', changed, missing }, ...whenComplete(state, missing)]);
		}
		case 'hold-outreach':
			return ok([
				{ type: 'outreach-held', step: command.step, why: command.why, until: command.until }
			]);
		case 'skip-outreach':
			return ok([{ type: 'outreach-skipped', step: command.step, why: command.why }]);
		case 'stop-outreach':
			return ok([{ type: 'outreach-stopped', step: command.step, why: command.why }]);
		case 'issue-link':
			if (state.missing.length) return fail('held');
			return ok([{ type: 'link-issued', superseded: command.superseded }]);
		case 'leave-path':
			return ok(leavePath(state, command));
		case 'choose-action':
			if (state.chosen.includes(command.action)) return ok([]);
			return ok([{ type: 'action-chosen', action: command.action }]);
		case 'submit': {
			if (state.missing.length) return fail('held');
			if (underWay(state)) return fail('submission-under-way');
			const { submission, action, assurance, reference, grant } = command;
			return ok([
				...(grant ? [{ type: 'grant-used' as const, grant, submission }] : []),
				{ type: 'submission-received', submission, action, assurance, reference }
			]);
		}
		case 'send':
			return settling(state, command.submission, [
				{ type: 'writeback-sent', submission: command.submission, attempt: command.attempt }
			]);
		case 'lose-sight': {
			const { submission, attempt, reason } = command;
			return settling(state, submission, [
				{ type: 'writeback-unknown', submission, attempt, reason }
			]);
		}
		case 'book': {
			const { submission, recordReference, found } = command;
			return settling(state, submission, [
				{ type: 'submission-booked', submission, recordReference, found },
				...closeAll(closable(state), 'finished-by-customer'),
				// Settled by hand it is done, and not resolved in the flow.
				{ type: found === 'by-person' ? 'case-deferred' : 'case-resolved' }
			]);
		}
		case 'reject':
			return settling(state, command.submission, [
				{ type: 'submission-rejected', submission: command.submission, reason: command.reason }
			]);
		case 'postpone':
			return ok([{ type: 'postponed', days: command.days }]);
		case 'cancel':
			if (underWay(state)) return fail('submission-under-way');
			return ok([
				...closeAll(closable(state), 'case-cancelled'),
				{ type: 'case-cancelled', reason: command.reason }
			]);
		case 'erase':
			if (underWay(state) || state.corrections.length) return fail('submission-under-way');
			return ok([
				...closeAll(state.exceptions, 'person-erased'),
				{ type: 'case-cancelled', reason: 'person-erased' },
				{ type: 'person-erased' }
			]);
		case 'expire':
			// An open submission or exception keeps its case: what was acknowledged is never lost.
			if (underWay(state) || state.exceptions.length) return fail('submission-under-way');
			return ok([{ type: 'case-expired' }]);
		default:
			return decideEnded(state, command);
	}
}

/** A correction that is settled already is not settled again. */
const writing = (state: CaseState, correction: string, event: CaseEvent): Decision =>
	state.corrections.some(({ id }) => id === correction) ? ok([event]) : fail('nothing-to-settle');

function settling(state: CaseState, submission: string, events: CaseEvent[]): Decision {
	const refusal = settles(state, submission);
	return refusal ? fail(refusal) : ok(events);
}

function leavePath(state: CaseState, command: Extract<Command, { do: 'leave-path' }>): CaseEvent[] {
	const { breakpoint, reason, action, correction, step } = command;
	const of = correction === undefined ? {} : { correction };
	const left: CaseEvent = {
		type: 'path-left',
		breakpoint,
		reason,
		...(action && { action }),
		...of
	};
	if ('rung' in step) return [left, { type: 'rung-taken', breakpoint, ...step }];
	// The same exception is open already: what happened is noted, nobody gets it twice. At another
	// breakpoint it is another matter: a doubtful writeback never hides behind a question.
	const isSame = (open: CaseState['exceptions'][number]) =>
		open.type === step.raise.type && open.breakpoint === breakpoint;
	if (state.exceptions.some(isSame)) return [left];
	const { id, type, owner, dueAt } = step.raise;
	return [
		left,
		{
			type: 'exception-raised',
			exception: id,
			exceptionType: type,
			class: step.raise.class,
			breakpoint,
			owner,
			dueAt,
			...of
		}
	];
}
