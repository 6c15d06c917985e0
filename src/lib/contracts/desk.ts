import { z } from 'zod';

export const QUEUES = ['policy', 'system'] as const;
export const TABS = ['next', 'mine', 'waiting', 'breaching'] as const;
export type Tab = (typeof TABS)[number];

const key = z
	.string()
	.max(60)
	.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);

/** Which part of which queue is looked at, as it stands in an address; what is wrong falls away. */
export const queueQuery = z.object({
	queue: z.enum(QUEUES).catch('policy'),
	tab: z.enum(TABS).catch('next'),
	team: z.string().max(60).optional().catch(undefined),
	workflow: key.optional().catch(undefined),
	type: key.optional().catch(undefined),
	incident: z.uuid().optional().catch(undefined),
	cursor: z.string().max(200).optional().catch(undefined)
});
export type QueueQuery = z.output<typeof queueQuery>;

/** One exception in a queue: nothing personal. Times are ISO instants. */
export interface QueueItem {
	id: string;
	caseId: string;
	workflow: string;
	/** Of the workflow, for people. */
	title: string;
	type: string;
	name: string;
	severity: number;
	reason: string;
	owner: string;
	backup: string;
	escalated: boolean;
	openedAt: string;
	dueAt: string;
	late: boolean;
	claimedBy: { id: string; name: string; mine: boolean } | null;
	waitsFor: 'customer' | 'approver' | null;
}

/** One cause that stopped many cases. */
export interface IncidentItem {
	id: string;
	title: string;
	name: string;
	connection: string;
	reason: string;
	severity: number;
	dueAt: string;
	late: boolean;
	openedAt: string;
	/** Of its open exceptions, up to `MOST_COUNTED`. */
	count: number;
	/** The one that is worked first. */
	first: string;
	owner: string;
}

/** Where counting ends: a queue page must not wait for a flood. */
export const MOST_COUNTED = 10_000;

export interface QueuePage {
	items: QueueItem[];
	/** The address of the next page; `null` at the end. */
	next: string | null;
}

export type QueueCounts = Record<(typeof QUEUES)[number], Record<Tab, number>>;
