/**
 * Every queue with its settings. A job only says "look at this row": the row is the truth, and a
 * sweeper finds rows that are due without a job.
 */
export const queues = {
	'send-message': { expireInSeconds: 120, heartbeatSeconds: 30 },
	'apply-writeback': { expireInSeconds: 180, heartbeatSeconds: 30 },
	'complete-case': { expireInSeconds: 120, heartbeatSeconds: 30 },
	'make-offer': { expireInSeconds: 120, heartbeatSeconds: 30 },
	remind: { expireInSeconds: 120, heartbeatSeconds: 30 }
} as const;

export type QueueName = keyof typeof queues;

/** What each queue's job carries: ids only, never anything personal. `v` is the payload's version. */
export interface JobData {
	'send-message': { v: 1; message: string };
	'apply-writeback': { v: 1; writeback: string };
	'complete-case': { v: 1; case: string };
	'make-offer': { v: 1; case: string };
	remind: { v: 1; case: string };
}

/** Of messages. */
export const PRIORITY = { code: 20, notice: 5, outreach: 0 } as const;

/** Of writebacks, in seconds: after an outage all are due at once, and the oldest goes first (case N13). */
export const priorityByAge = (since: Date, now: Date): number =>
	Math.max(0, Math.floor((now.getTime() - since.getTime()) / 1000));

export interface JobOptions {
	startAfter?: Date;
	priority?: number;
}
