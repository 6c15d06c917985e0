/**
 * Every queue with its settings. A job only says "look at this row": the row is the truth, and a
 * sweeper finds rows that are due without a job; `ONLY_RECORD` names the exceptions.
 */
export const queues = {
	'send-code': { expireInSeconds: 120, heartbeatSeconds: 30 },
	'send-message': { expireInSeconds: 120, heartbeatSeconds: 30 },
	'apply-writeback': { expireInSeconds: 180, heartbeatSeconds: 30 },
	'complete-case': { expireInSeconds: 120, heartbeatSeconds: 30 },
	'make-offer': { expireInSeconds: 120, heartbeatSeconds: 30 },
	outreach: { expireInSeconds: 120, heartbeatSeconds: 30 },
	'work-callbacks': { expireInSeconds: 120, heartbeatSeconds: 30 },
	'poll-delivery': { expireInSeconds: 120, heartbeatSeconds: 30 },
	'work-incident': { expireInSeconds: 120, heartbeatSeconds: 30 }
} as const;

export type QueueName = keyof typeof queues;

/**
 * Queues whose job is the only record of what is to be done: no row says that an offer must be judged,
 * so no sweeper would find it. Such a job is done when its handler is, and after a death pg-boss gives
 * it to another node. A queue that is new belongs here unless the sweeper looks for its rows: a slow
 * handler of any other counts as done before it is.
 */
export const ONLY_RECORD: ReadonlySet<QueueName> = new Set(['make-offer']);

/** What each queue's job carries: ids only, never anything personal. `v` is the payload's version. */
export interface JobData {
	'send-code': { v: 1; message: string };
	'send-message': { v: 1; message: string };
	'apply-writeback': { v: 1; writeback: string };
	'complete-case': { v: 1; case: string };
	'make-offer': { v: 1; case: string };
	outreach: { v: 1; case: string };
	'work-callbacks': { v: 1; callbacks: string[] };
	'poll-delivery': { v: 1; message: string; attempt: number };
	'work-incident': { v: 1; act: string };
}

/** Of the messages that share a queue. */
export const PRIORITY = { notice: 5, outreach: 0 } as const;

type MessageClass = 'code' | keyof typeof PRIORITY;

/**
 * Codes have a queue of their own: somebody looks at their phone, and in the queue of a campaign even
 * the first place is behind what is under way.
 */
export const queueOf = (kind: MessageClass) =>
	kind === 'code' ? ('send-code' as const) : ('send-message' as const);

export const priorityOf = (kind: MessageClass): number => (kind === 'code' ? 0 : PRIORITY[kind]);

/** Of writebacks, in seconds: after an outage all are due at once, and the oldest goes first (case N13). */
export const priorityByAge = (since: Date, now: Date): number =>
	Math.max(0, Math.floor((now.getTime() - since.getTime()) / 1000));

export interface JobOptions {
	startAfter?: Date;
	priority?: number;
}
