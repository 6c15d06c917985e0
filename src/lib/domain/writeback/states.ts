/**
 * `pending`: surely not applied, to be sent. `sending`: under a lease. `unknown`: may be applied.
 * `applied`, `rejected`: known. `dead`: given up by the machine; a person has it.
 */
export const WRITEBACK_STATES = [
	'pending',
	'sending',
	'unknown',
	'applied',
	'rejected',
	'dead'
] as const;
export type WritebackState = (typeof WRITEBACK_STATES)[number];

/** Every move there is. `unknown → pending` needs a lookup that proves absence; nothing leaves an end. */
export const TRANSITIONS: Record<WritebackState, readonly WritebackState[]> = {
	pending: ['sending'],
	sending: ['applied', 'rejected', 'unknown', 'pending', 'dead'],
	unknown: ['sending', 'pending', 'applied', 'rejected', 'unknown', 'dead'],
	applied: [],
	rejected: [],
	dead: []
};

export const mayMove = (from: WritebackState, to: WritebackState): boolean =>
	TRANSITIONS[from].includes(to);
