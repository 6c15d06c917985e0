/** The queues: a judgement that is asked for, and what does not work. They never mix. */
export const QUEUES = ['policy', 'system'] as const;
export const TABS = ['next', 'mine', 'waiting', 'breaching'] as const;
export type Tab = (typeof TABS)[number];

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
	/** Of the workflow: in it times are shown. */
	zone: string;
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
	zone: string;
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

/** What a queue can be filtered by: only what the reader's teams may ever have in it. */
export interface QueueChoices {
	workflows: { key: string; name: string }[];
	/** Of the queue that is looked at, and of the workflow that is chosen. */
	types: { key: string; name: string }[];
	teams: string[];
}

export type QueueCounts = Record<(typeof QUEUES)[number], Record<Tab, number>>;

/** A case that was found by its customer's reference. */
export interface FoundCase {
	id: string;
	title: string;
	zone: string;
	stage: string;
	openedAt: string;
	/** Open exceptions of it that the reader sees. */
	open: number;
}
