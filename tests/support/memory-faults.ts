/** What took effect, as it was sent. */
export interface Effect {
	reference: string;
	customer: string;
	fields: Record<string, unknown>;
}

/** A customer's record, by the paths that the starters read. */
export interface MemoryRecord {
	id: string;
	name: string;
	phone: string;
	whatsapp: string | null;
	email: string | null;
	birthDate: string;
	address: { street: string; postcode: string; city: string };
	account: Record<string, unknown> & { balance: number; plan: object | null };
}

/** How a write can go wrong. The names tell whether it took effect and what the caller hears. */
export const WRITE_FAULTS = [
	'applied-then-timeout',
	'applied-then-reset',
	'applied-late',
	'applied-frozen-answer',
	'frozen-before-sending',
	'not-applied-timeout',
	'not-applied-500',
	'refused',
	'rate',
	'rejected',
	'wrong-record',
	'not-applied-wrong-record'
] as const;
export const READ_FAULTS = ['unavailable', 'wrong-person', 'drifted', 'frozen'] as const;
export const LOOKUP_FAULTS = ['unavailable', 'stale', 'wrong-record', 'frozen'] as const;

/** Decides, for one call, whether and how it goes wrong; seeded by whoever asks. */
export type FaultPicker = <Name extends string>(
	call: string,
	faults: readonly Name[]
) => Name | null;
