import type { Assurance, FieldType, Texts } from '../domain/workflow/document.ts';
import type { WordedDifference } from '../domain/workflow/diff-words.ts';
import type { ShownLine } from './pages.ts';

/** What the console's pages show. Instants are ISO texts, staff are shown by name. */

export interface WorkflowEntry {
	key: string;
	title: string;
	/** Of the version that new cases start with; none before the first. */
	version: number | null;
	publishedAt: string | null;
	/** Somebody has saved a draft that differs from the version. */
	draft: boolean;
	/** The proposal that waits for a decision. */
	proposal: string | null;
	openCases: number;
	/** Parts of it that are switched off or paused. */
	off: number;
}

export interface ProposalEntry {
	id: string;
	key: string;
	state: 'open' | 'published' | 'rejected' | 'withdrawn' | 'void';
	reason: string;
	proposedBy: string;
	proposedAt: string;
	against: number | null;
	restores: number | null;
	version: number | null;
	decidedBy: string | null;
	decidedAt: string | null;
	decision: string | null;
}

export interface VersionEntry {
	version: number;
	title: string;
	publishedAt: string;
	publishedBy: string;
	openCases: number;
	cases: number;
}

export interface DraftView {
	key: string;
	/** 0 while nobody has saved one: the text is then that of the latest version. */
	revision: number;
	/** The latest published version; 0 before the first. */
	latest: number;
	basedOn: number | null;
	source: string;
	editedBy: string | null;
	editedAt: string | null;
}

/** What is wrong with a draft, as an editor marks it. */
export interface DraftProblem {
	line: number;
	column: number;
	field: string;
	message: string;
	cure: string;
}

/** A line of two texts beside each other. */
export interface ComparedLine {
	kind: 'same' | 'theirs' | 'mine';
	text: string;
}

export interface TypedComparison {
	fact: string;
	operator: string;
	/** As it stands in a form: money in major units. */
	value: string;
}

export interface ClauseRow {
	id: string;
	label: string;
	expression: string;
	/** The condition as comparisons of facts; `null` where it is more than that. */
	comparisons: TypedComparison[] | null;
	reason: Texts;
	cure: Texts;
}

export interface ActionRows {
	key: string;
	label: string;
	effect: string;
	assurance: Assurance;
	clauses: ClauseRow[];
}

/** A fact as the typed editor offers it. */
export interface FactChoice {
	name: string;
	label: string;
	type: FieldType['type'];
	operators: readonly string[];
	options: string[];
}

export interface ClauseTable {
	languages: string[];
	currency: string;
	facts: FactChoice[];
	actions: ActionRows[];
}

export interface DifferenceView {
	key: string;
	from: string;
	to: string;
	differences: WordedDifference[];
	/** The newer side has mistakes: no words for it, only problems. */
	problems: DraftProblem[];
}

/** One clause on somebody's facts. */
export interface ClauseAnswer {
	id: string;
	label: string;
	holds: 'yes' | 'no' | 'error';
	/** What it read, with values as text; masked where the viewer may not see them. */
	read: ShownLine[];
	error?: string;
}

export interface ActionAnswer {
	key: string;
	label: string;
	eligible: boolean;
	/** The same on the published version, where something else is looked at; `null` if it is not there. */
	before: boolean | null;
	clauses: ClauseAnswer[];
	/** The limits of its inputs on these facts. */
	limits: ShownLine[];
	/** A limit cannot be evaluated: where. */
	broken?: string;
}

export interface WhoGetsWhat {
	key: string;
	/** What was looked at: `version 3` or `draft`. */
	looked: string;
	published: number;
	/** Where the facts are from. */
	source: 'case' | 'record';
	masked: boolean;
	facts: ShownLine[];
	actions: ActionAnswer[];
}

/** Why the console refused something; each has a status and a sentence. */
export type ConsoleRefusal =
	| 'forbidden'
	| 'not-found'
	| 'bad-input'
	| 'no-draft'
	| 'changed-meanwhile'
	| 'bad-workflow'
	| 'other-workflow'
	| 'overtaken'
	| 'nothing-changed'
	| 'already-proposed'
	| 'decided'
	| 'own-change'
	| 'switched-off'
	| 'unreadable'
	| 'bad-comparison'
	| 'not-published'
	| 'unknown-customer'
	| 'unavailable'
	| 'not-eligible'
	| 'rule-error'
	| 'unknown-workflow'
	| 'bad-period';

/** Somebody saved the draft meanwhile: their text beside the one that was typed. */
export interface DraftConflict {
	revision: number;
	editedBy: string;
	editedAt: string;
	lines: ComparedLine[];
}

export interface AlertEntry {
	kind: string;
	subject: string;
	count: number;
	firstAt: string;
	lastAt: string;
}

export interface AuditView {
	id: string;
	at: string;
	actor: string;
	act: string;
	object: string;
	result: string;
	reason: string | null;
	data: string;
}
