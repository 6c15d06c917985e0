import type { Assurance, Breakpoint, Rung } from '../workflow/document.ts';
import type { CaseEvent } from './events.ts';

export const OPEN_STAGES = [
	'held',
	'waiting',
	'visited',
	'verified',
	'submitted',
	'with-person'
] as const;
/** `deferred`: what the customer confirmed is done, but somebody had to finish it by hand. */
export const ENDED_STAGES = ['resolved', 'deferred', 'cancelled', 'expired'] as const;
export const STAGES = [...OPEN_STAGES, ...ENDED_STAGES] as const;
export type EndedStage = (typeof ENDED_STAGES)[number];
export type Stage = (typeof STAGES)[number];

/** What the events of a case add up to. Stored beside them so that a page needs one row. */
export interface CaseState {
	stage: Stage;
	/** Facts the trigger still owes. */
	missing: string[];
	/** The highest assurance that anybody reached on this case. */
	assurance: Assurance;
	visited: boolean;
	/** Challenges that failed for good (a dead code, wrong facts): two of them ask for the stricter path. */
	failures: { code: number; 'known-facts': number };
	/** Actions that the customer began, whether or not they went on with them. */
	chosen: string[];
	submission: null | {
		id: string;
		action: string;
		reference: string;
		state: 'received' | 'booked' | 'rejected';
	};
	/** Corrections that are being written to the system of record. */
	corrections: { id: string; fact: string }[];
	rungs: { breakpoint: Breakpoint; rung: Exclude<Rung, 'person'>; worked: boolean }[];
	/** Actions that the rung `fewer-actions` took off this case. */
	withheld: string[];
	/** `correction`: it is about corrections that could not be written, and nothing of the customer's. */
	exceptions: {
		id: string;
		type: string;
		breakpoint: Breakpoint;
		dueAt: string;
		correction?: true;
	}[];
	/** What people made possible for this case alone; `usedBy` is the submission that it went into. */
	grants: {
		id: string;
		action: string;
		clauses: string[];
		expiresAt: string;
		usedBy: string | null;
	}[];
	/** What the customer was asked for and has not given. */
	questions: { id: string; exception: string; fact: string }[];
	/** How a person closed the exception that was closed last: the link says so. */
	answered: { type: string; outcome: string } | null;
	ended: EndedStage | null;
	/** The customer was erased: events go no further. */
	erased: boolean;
}

export const NEW_CASE: CaseState = {
	stage: 'waiting',
	missing: [],
	assurance: 'link',
	visited: false,
	failures: { code: 0, 'known-facts': 0 },
	chosen: [],
	submission: null,
	corrections: [],
	rungs: [],
	withheld: [],
	exceptions: [],
	grants: [],
	questions: [],
	answered: null,
	ended: null,
	erased: false
};

/** The stage is derived, never set: two parts of a state cannot disagree about it. */
function stageOf(state: Omit<CaseState, 'stage'>): Stage {
	if (state.ended) return state.ended;
	if (state.missing.length > 0) return 'held';
	if (state.exceptions.length > 0) return 'with-person';
	if (state.submission?.state === 'received') return 'submitted';
	if (state.assurance !== 'link') return 'verified';
	return state.visited ? 'visited' : 'waiting';
}

function change(state: CaseState, event: CaseEvent): Partial<CaseState> {
	switch (event.type) {
		case 'case-opened':
		case 'trigger-joined':
		case 'facts-refreshed':
			return { missing: event.missing };
		case 'visit-started':
			return { visited: true };
		case 'challenge-passed':
			return { assurance: event.assurance };
		case 'challenge-failed':
			return {
				failures: { ...state.failures, [event.factor]: state.failures[event.factor] + 1 }
			};
		case 'factor-rebound':
			// What was counted on this case went into the failures that a person has looked behind.
			return { failures: { ...state.failures, [event.factor]: 0 } };
		case 'rung-taken': {
			const { breakpoint, rung, worked, withheld } = event;
			return {
				rungs: [...state.rungs, { breakpoint, rung, worked }],
				withheld: withheld ? [...state.withheld, withheld] : state.withheld
			};
		}
		case 'exception-raised': {
			const { exception: id, exceptionType: type, breakpoint, dueAt } = event;
			const of = event.correction === undefined ? {} : { correction: true as const };
			return { exceptions: [...state.exceptions, { id, type, breakpoint, dueAt, ...of }] };
		}
		case 'exception-closed': {
			const closed = state.exceptions.find(({ id }) => id === event.exception);
			return {
				exceptions: state.exceptions.filter(({ id }) => id !== event.exception),
				questions: state.questions.filter(({ exception }) => exception !== event.exception),
				answered:
					closed && !event.quiet ? { type: closed.type, outcome: event.outcome } : state.answered
			};
		}
		case 'input-asked': {
			const { question: id, exception, fact } = event;
			return { questions: [...state.questions, { id, exception, fact }] };
		}
		case 'input-answered':
			return { questions: state.questions.filter(({ id }) => id !== event.question) };
		case 'grant-given': {
			const { grant: id, action, clauses, expiresAt } = event;
			// A newer one for the same action takes the place of one that was not used.
			const kept = state.grants.filter((one) => one.usedBy !== null || one.action !== action);
			return { grants: [...kept, { id, action, clauses, expiresAt, usedBy: null }] };
		}
		case 'grant-used':
			return {
				grants: state.grants.map((one) =>
					one.id === event.grant ? { ...one, usedBy: event.submission } : one
				)
			};
		case 'action-chosen':
			return { chosen: [...state.chosen, event.action] };
		case 'submission-received': {
			const { submission: id, action, reference } = event;
			return { submission: { id, action, reference, state: 'received' }, answered: null };
		}
		case 'submission-booked':
			return { submission: state.submission && { ...state.submission, state: 'booked' } };
		case 'submission-rejected':
			return { submission: state.submission && { ...state.submission, state: 'rejected' } };
		case 'fact-corrected': {
			const { correction: id, fact } = event;
			return id === undefined ? {} : { corrections: [...state.corrections, { id, fact }] };
		}
		case 'correction-applied':
		case 'correction-rejected':
			return { corrections: state.corrections.filter(({ id }) => id !== event.correction) };
		case 'case-resolved':
			return { ended: 'resolved' };
		case 'case-deferred':
			return { ended: 'deferred' };
		case 'case-cancelled':
			return { ended: 'cancelled' };
		case 'case-expired':
			return { ended: 'expired' };
		case 'person-erased':
			return { erased: true };
		default:
			return {};
	}
}

/** The state after these events. `fold(NEW_CASE, all events)` is always the stored state. */
export function fold(state: CaseState, events: readonly CaseEvent[]): CaseState {
	return events.reduce((before, event) => {
		const after = { ...before, ...change(before, event) };
		return { ...after, stage: stageOf(after) };
	}, state);
}
