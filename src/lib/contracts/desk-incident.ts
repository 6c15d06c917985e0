import type { DeskReason } from './desk-reasons.ts';

/** What can be done with all that one cause stops. */
export const INCIDENT_ACTS = ['claim', 'decide', 'propose', 'approve', 'refuse'] as const;
export type IncidentActKind = (typeof INCIDENT_ACTS)[number];

/** Cases that one act takes; what a cause stops beyond that comes with the next. */
export const MOST_IN_ACT = 10_000;

/**
 * How all writebacks of a cause may be settled at once. What was applied is told case by case: each
 * has a reference of its own in the system of record, and its customer reads it.
 */
export const SETTLES_ALL = ['send-again', 'rejected'] as const;
export type SettlesAll = (typeof SETTLES_ALL)[number];

/** Why a case of an act was left as it was; `failed`: it broke each time that it was tried. */
export type LeftReason = DeskReason | 'failed';

/** One cause and the cases that it stops, as far as the reader sees them. Times are ISO instants. */
export interface DeskIncident {
	id: string;
	title: string;
	name: string;
	connection: string;
	reason: string;
	openedAt: string;
	/** Of the workflow: in it times are shown. */
	zone: string;
	/** Open cases of it, up to `MOST_COUNTED`. */
	count: number;
	/** The outcomes that close them all. */
	outcomes: IncidentOutcome[];
	/** It stops writebacks: they can be settled. */
	writebacks: boolean;
	/** They are of corrections, of which customers are told nothing. */
	corrections: boolean;
	/** A message tells the customer of a decision that there is news. */
	notice: boolean;
	/** The newest first. */
	acts: IncidentAct[];
}

export interface IncidentOutcome {
	id: string;
	label: string;
	does: 'resume' | 'end';
	/** What customers read then, in each language; more than one where versions differ. */
	told: { language: string; text: string }[];
}

export interface IncidentAct {
	id: string;
	act: IncidentActKind;
	/** In words where it is an outcome, else as it is stored. */
	outcome: string | null;
	by: string;
	own: boolean;
	startedAt: string;
	endedAt: string | null;
	state: 'running' | 'done' | 'cancelled';
	total: number;
	done: number;
	/** How many were left as they were, by why. */
	refused: { reason: LeftReason; count: number }[];
	/** Of what it proposed, how much waits for a second person. */
	waiting: number;
}
