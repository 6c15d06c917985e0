import type { SendResult } from './port.ts';

/** Errors of a connection that was never made: nothing can have been taken. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'EDNS']);

/** What a call without any answer says: surely not taken, or nobody knows. */
export const withoutAnswer = (code: unknown): SendResult =>
	NEVER_SENT.has(String(code))
		? { outcome: 'unavailable', reason: 'not-connected' }
		: { outcome: 'unknown', reason: 'no-answer' };
