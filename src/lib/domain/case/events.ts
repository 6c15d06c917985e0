import type { Assurance, Breakpoint, Channel, Rung } from '../workflow/document.ts';

/** What people find became of a writeback whose outcome nobody knows. */
export type Settlement = 'applied' | 'rejected' | 'send-again';

/**
 * Everything that can happen to a case, in its order the timeline. Data is never personal: names of
 * fields, ids, reasons and masks, no values.
 */
export type CaseEvent =
	| { type: 'case-opened'; language: string; missing: string[] }
	| { type: 'trigger-joined'; supplied: string[]; missing: string[] }
	| { type: 'facts-refreshed'; changed: string[]; missing: string[] }
	| { type: 'link-issued'; superseded: boolean }
	| {
			type: 'message-queued';
			message: string;
			class: string;
			channel: Channel;
			template: string;
			mask: string;
			/** The step of outreach that it is, where it is one. */
			step?: string;
	  }
	/** What was to be sent waits until then. */
	| { type: 'outreach-held'; step: string | null; why: string; until: string }
	/** A step stays out, because the customer has got so far. */
	| { type: 'outreach-skipped'; step: string; why: string }
	/** Nothing more is sent until somebody begins again. */
	| { type: 'outreach-stopped'; step: string; why: string }
	| { type: 'message-accepted'; message: string; provider: string; duplicate?: boolean }
	| { type: 'message-failed'; message: string; reason: string }
	/** What the provider told of it afterwards, once for each status. */
	| { type: 'message-reported'; message: string; status: string; code?: string }
	/** The customer wrote back; what they wrote is sealed elsewhere, under this id. */
	| { type: 'reply-received'; reply: string; channel: Channel; word: string }
	| { type: 'visit-started' }
	| { type: 'visit-ended'; why: 'finished' | 'not-me' }
	| { type: 'challenge-passed'; factor: 'code' | 'known-facts'; assurance: Assurance }
	| { type: 'challenge-failed'; factor: 'code' | 'known-facts'; reason: string }
	/** A person found out who it is: the factor that too many failures had ended works again. */
	| { type: 'factor-rebound'; factor: 'code' | 'known-facts'; why: string }
	/** `correction`: it was no doing of the customer's, but a correction that could not be written. */
	| {
			type: 'path-left';
			breakpoint: Breakpoint;
			reason: string;
			action?: string;
			correction?: string;
	  }
	| {
			type: 'rung-taken';
			breakpoint: Breakpoint;
			rung: Exclude<Rung, 'person'>;
			worked: boolean;
			withheld?: string;
	  }
	| {
			type: 'exception-raised';
			exception: string;
			exceptionType: string;
			class: 'policy' | 'system';
			breakpoint: Breakpoint;
			owner: string;
			dueAt: string;
			correction?: string;
	  }
	/** `quiet`: it was about a correction and is settled; whoever asked nothing gets no answer. */
	| { type: 'exception-closed'; exception: string; outcome: string; quiet?: true }
	| { type: 'exception-claimed'; exception: string }
	| { type: 'exception-handed-back'; exception: string }
	/** `to`: the account's id. `note`: where the reason stands, sealed. */
	| { type: 'exception-assigned'; exception: string; to: string; note: string }
	/** Its time is over: the backup team sees it, too. */
	| { type: 'exception-escalated'; exception: string; backup: string }
	| { type: 'input-asked'; exception: string; question: string; fact: string }
	| { type: 'input-answered'; exception: string; question: string; fact: string }
	/**
	 * `question`: the customer told it, in answer to this. `correction`: it is written to the system of
	 * record, too, under `reference`.
	 */
	| {
			type: 'fact-corrected';
			exception: string;
			fact: string;
			note: string;
			question?: string;
			correction?: string;
			reference?: string;
	  }
	| { type: 'correction-sent'; correction: string; attempt: number }
	| { type: 'correction-unknown'; correction: string; attempt: number; reason: string }
	| {
			type: 'correction-applied';
			correction: string;
			recordReference: string;
			found: 'answered' | 'looked-up' | 'by-person';
	  }
	| { type: 'correction-rejected'; correction: string; reason: string }
	| { type: 'note-written'; exception: string; note: string }
	| {
			type: 'grant-given';
			exception: string;
			grant: string;
			action: string;
			clauses: string[];
			/** Inputs that it bounds; the bounds themselves are sealed. */
			limited: string[];
			expiresAt: string;
			note: string;
	  }
	| { type: 'grant-used'; grant: string; submission: string }
	| {
			type: 'settlement-proposed';
			exception: string;
			/** What is to be settled: one of the two. */
			submission?: string;
			correction?: string;
			proposal: string;
			settles: Settlement;
			note: string;
	  }
	| { type: 'settlement-refused'; exception: string; proposal: string; note: string }
	| { type: 'settlement-approved'; exception: string; proposal: string }
	/** The customer began it: its form or its review is before them. Once for each action of a case. */
	| { type: 'action-chosen'; action: string }
	| {
			type: 'submission-received';
			submission: string;
			action: string;
			assurance: Assurance;
			reference: string;
	  }
	| { type: 'writeback-sent'; submission: string; attempt: number }
	| { type: 'writeback-unknown'; submission: string; attempt: number; reason: string }
	| {
			type: 'submission-booked';
			submission: string;
			recordReference: string;
			found: 'answered' | 'looked-up' | 'by-person';
	  }
	| { type: 'submission-rejected'; submission: string; reason: string }
	| { type: 'postponed'; days: number }
	| { type: 'messages-stopped'; channels: Channel[] }
	| { type: 'messages-resumed'; channels: Channel[] }
	| { type: 'language-chosen'; language: string }
	| { type: 'case-resolved' }
	| { type: 'case-deferred' }
	| { type: 'case-cancelled'; reason: string }
	| { type: 'case-expired' }
	/** Nothing that was sealed of this case can be read any more. */
	| { type: 'person-erased' };

/**
 * Who caused an event: the customer on the link, an API key by name, somebody of the staff as they
 * gave their name, or the program itself.
 */
export type Actor = 'customer' | 'system' | `key:${string}` | `staff:${string}`;
