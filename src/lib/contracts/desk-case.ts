import type { ChooseView, ReceiptView } from './pages.ts';

/** Everything that somebody at the desk sees of a case. Personal values are masked; times are ISO instants. */
export interface DeskCase {
	id: string;
	workflow: string;
	title: string;
	version: number;
	stage: string;
	/** In which the customer reads. */
	language: string;
	zone: string;
	openedAt: string;
	expiresAt: string;
	/** What brought it here: the breakpoint, the reason, and the action that was wanted. */
	wanted: { reason: string; breakpoint: string; action?: string }[];
	exceptions: DeskException[];
	actions: DeskAction[];
	rungs: { breakpoint: string; rung: string; worked: boolean }[];
	facts: DeskFact[];
	/** Ended by too many failures, for this customer or on this case alone. */
	ended: { factor: 'code' | 'known-facts'; everywhere: boolean }[];
	/** What can be asked for, in the desk's words and the customer's; and every fact, to correct one. */
	askable: DeskAskable[];
	correctable: DeskCorrectable[];
	contacts: { channel: string; source: 'trigger' | 'record'; mask: string }[];
	messages: DeskMessage[];
	replies: DeskReply[];
	outreach: DeskOutreach;
	submission: null | {
		label: string;
		state: string;
		reference: string;
		lines: { label: string; text: string; masked: boolean }[];
	};
	writebacks: DeskWriteback[];
	questions: DeskQuestion[];
	grants: { label: string; clauses: string[]; expiresAt: string; used: boolean; over: boolean }[];
	notes: { by: string; act: string; text: string; at: string }[];
	timeline: { at: string; by: string; text: string }[];
	/** The page behind the link at this moment, in the customer's language. */
	sees: { page: 'choose'; view: ChooseView } | { page: 'receipt'; view: ReceiptView };
}

export interface DeskOutcome {
	id: string;
	label: string;
	does: 'resume' | 'end' | 'identify' | 'grant' | 'correct' | 'settle';
	/**
	 * What the customer will read, in their language, and in the desk's where that is another; `null`
	 * where it holds no more, as the case has ended.
	 */
	told: string | null;
	meaning?: string;
}

export interface DeskException {
	id: string;
	name: string;
	class: 'policy' | 'system';
	breakpoint: string;
	reason: string;
	severity: number;
	owner: string;
	backup: string;
	escalated: boolean;
	openedAt: string;
	dueAt: string;
	late: boolean;
	open: boolean;
	closedAs: string | null;
	claimedBy: { name: string; mine: boolean; until: string } | null;
	/** It is about corrections that could not be written. */
	correction: boolean;
	waitsFor: 'customer' | 'approver' | null;
	outcomes: DeskOutcome[];
	/** Whom it can be given to. */
	people: { id: string; name: string }[];
	/** May the reader give it to somebody? */
	assignable: boolean;
}

export interface DeskClause {
	id: string;
	label: string;
	holds: boolean | 'error';
	lifted: boolean;
	/** May a grant lift it? */
	grantable: boolean;
	/** What it read, in words; personal values masked. */
	read: { name: string; text: string }[];
	error?: string;
}

export interface DeskAction {
	action: string;
	label: string;
	eligible: boolean;
	ruleError: boolean;
	withheld: boolean;
	/** Switched off for everybody. */
	off: boolean;
	clauses: DeskClause[];
	/** Could a grant open it, and what it would lift; else why not. */
	grant: { possible: true; lifts: string[] } | { possible: false; why: string };
	/** Inputs that a grant can bound. */
	bounds: { name: string; label: string; kind: 'integer' | 'money' | 'date' }[];
	assurance: string;
}

export interface DeskFact {
	name: string;
	label: string;
	kind: string;
	text: string;
	masked: boolean;
	source: 'trigger' | 'record' | 'correction' | 'told';
	at: string;
}

/** A fact that can be put right; `written`: in the system of record, too. */
export type DeskCorrectable = Pick<DeskFact, 'name' | 'label' | 'kind'> & { written: boolean };

export interface DeskAskable {
	fact: string;
	label: string;
	asked: string;
}

export interface DeskMessage {
	id: string;
	class: string;
	channel: string;
	template: string;
	mask: string;
	state: string;
	reason: string | null;
	at: string;
}

/** What the customer wrote to our number: hostile until it is shown as text. */
export interface DeskReply {
	id: string;
	channel: string;
	/** How it was understood: `stop`, `start`, `help`, `maybe-stop`, `text`. */
	word: string;
	text: string;
	at: string;
}

export interface DeskOutreach {
	/** `why`: why not at once; `failing`: the rules that do not hold at this moment. */
	next: null | { step: string; at: string; why: string | null; asked: boolean; failing: string[] };
	/** Why nothing comes next. */
	ended: string | null;
}

export interface DeskWriteback {
	id: string;
	operation: string;
	/** The fact that it puts right; `null`: it applies what the customer confirmed. */
	corrects: string | null;
	state: string;
	reason: string | null;
	reference: string;
	recordReference: string | null;
	attempts: {
		number: number;
		kind: string;
		at: string;
		outcome: string | null;
		reason: string | null;
	}[];
	/** Can people settle it now? */
	standing: boolean;
	proposal: null | {
		id: string;
		settles: 'applied' | 'rejected' | 'send-again';
		reference: string | null;
		by: string;
		own: boolean;
		at: string;
	};
}

export interface DeskQuestion {
	id: string;
	fact: string;
	label: string;
	words: string;
	by: string;
	at: string;
	answeredAt: string | null;
	/** Masked where it is personal; `null` while there is none. */
	answer: string | null;
	masked: boolean;
	/** It counts as the fact's value already. */
	taken: boolean;
}
