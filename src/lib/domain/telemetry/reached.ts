import type { CaseEvent } from '../case/events.ts';
import type { Breakpoint } from '../workflow/document.ts';

/**
 * What a case has reached at least once, as one number that stands beside its state: counting a
 * million cases then needs no look at ten million events. Every mark follows from the events alone.
 */
export const MARKS = {
	/** A channel has taken a message of it. */
	sent: 1,
	/** Somebody pressed the button behind the link: no machine that opens links does. */
	visited: 2,
	verified: 4,
	submitted: 8,
	booked: 16,
	/** It needed a person. */
	person: 32,
	/** It needed one for a fault of a system. */
	system: 64,
	/** A person was needed for its writeback. */
	reconciled: 128,
	/** A rung of the ladder put it back on its path. */
	recovered: 256,
	stopped: 512,
	/** A provider told that a message of it has arrived. */
	delivered: 1024,
	/** The customer began an action. */
	chosen: 2048
} as const;
export type Mark = keyof typeof MARKS;

export const LEFT_AT: Record<Breakpoint, number> = {
	trigger: 1 << 16,
	identity: 1 << 17,
	eligibility: 1 << 18,
	transaction: 1 << 19,
	writeback: 1 << 20,
	reply: 1 << 21
};

export const has = (reached: number, mark: Mark): boolean => (reached & MARKS[mark]) !== 0;

/** With what these events add. */
export const reach = (before: number, events: readonly CaseEvent[]): number =>
	events.reduce((reached, event) => reached | marksOf(event), before);

function marksOf(event: CaseEvent): number {
	switch (event.type) {
		case 'message-accepted':
			return MARKS.sent;
		case 'message-reported':
			return event.status === 'delivered' || event.status === 'read' ? MARKS.delivered : 0;
		case 'visit-started':
			return MARKS.visited;
		case 'challenge-passed':
			return MARKS.verified;
		case 'action-chosen':
			return MARKS.chosen;
		case 'submission-received':
			return MARKS.submitted;
		case 'submission-booked':
			return MARKS.booked;
		case 'exception-raised':
			return (
				MARKS.person |
				(event.class === 'system' ? MARKS.system : 0) |
				// A correction is no outcome of the case, and its trouble no reconciliation of one.
				(event.breakpoint === 'writeback' && !event.correction ? MARKS.reconciled : 0)
			);
		case 'rung-taken':
			return event.worked ? MARKS.recovered : 0;
		case 'messages-stopped':
			return MARKS.stopped;
		case 'path-left':
			return LEFT_AT[event.breakpoint];
		default:
			return 0;
	}
}
