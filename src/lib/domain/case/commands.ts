import type { DeskCommand } from './desk-commands.ts';
import type { Assurance, Breakpoint, Channel, Rung } from '../workflow/document.ts';

/** The exception to raise, already classified and timed by `domain/exceptions`. */
export interface ExceptionSeed {
	id: string;
	type: string;
	class: 'policy' | 'system';
	owner: string;
	/** ISO instant. */
	dueAt: string;
}

/** What the ladder chose for a case that left its path. */
export type LadderStep =
	{ rung: Exclude<Rung, 'person'>; worked: boolean; withheld?: string } | { raise: ExceptionSeed };

/** What somebody or something wants of a case. */
export type Command =
	| { do: 'open'; language: string; missing: string[] }
	/** `reachable`: nothing was sent for want of a contact, and now there is one. */
	| { do: 'join'; supplied: string[]; missing: string[]; reachable: boolean }
	| { do: 'refresh-facts'; changed: string[]; missing: string[] }
	| { do: 'issue-link'; superseded: boolean }
	| {
			do: 'queue-message';
			message: string;
			class: string;
			channel: Channel;
			template: string;
			mask: string;
			step?: string | undefined;
	  }
	| { do: 'hold-outreach'; step: string | null; why: string; until: string }
	| { do: 'skip-outreach'; step: string; why: string }
	| { do: 'stop-outreach'; step: string; why: string }
	/** `duplicate`: an earlier try of it may have been taken, so the person may have got it twice. */
	| { do: 'accept-message'; message: string; provider: string; duplicate?: boolean }
	| { do: 'fail-message'; message: string; reason: string }
	| { do: 'report-message'; message: string; status: string; code?: string | undefined }
	| { do: 'receive-reply'; reply: string; channel: Channel; word: string }
	| { do: 'start-visit' }
	| { do: 'end-visit'; why: 'finished' | 'not-me' }
	| { do: 'pass-challenge'; factor: 'code' | 'known-facts'; assurance: Assurance }
	| { do: 'fail-challenge'; factor: 'code' | 'known-facts'; reason: string }
	| { do: 'rebind-factor'; factor: 'code' | 'known-facts'; why: string }
	| {
			do: 'leave-path';
			breakpoint: Breakpoint;
			reason: string;
			action?: string | undefined;
			/** The customer asked for a person: that is heard after the end, too. */
			asked?: boolean | undefined;
			/** So is that a correction could not be written. */
			correction?: string | undefined;
			step: LadderStep;
	  }
	| { do: 'choose-action'; action: string }
	| {
			do: 'submit';
			submission: string;
			action: string;
			assurance: Assurance;
			reference: string;
			/** The grant without which it were not eligible: it is used up with this. */
			grant?: string | undefined;
	  }
	| { do: 'send'; submission: string; attempt: number }
	| { do: 'lose-sight'; submission: string; attempt: number; reason: string }
	| {
			do: 'book';
			submission: string;
			recordReference: string;
			found: 'answered' | 'looked-up' | 'by-person';
	  }
	| { do: 'reject'; submission: string; reason: string }
	/** The same of a correction: the case goes on beside it, and may end before it. */
	| { do: 'send-correction'; correction: string; attempt: number }
	| { do: 'lose-correction'; correction: string; attempt: number; reason: string }
	| {
			do: 'apply-correction';
			correction: string;
			recordReference: string;
			found: 'answered' | 'looked-up' | 'by-person';
	  }
	| { do: 'reject-correction'; correction: string; reason: string }
	| { do: 'postpone'; days: number }
	| { do: 'stop-messages'; channels: Channel[] }
	| { do: 'resume-messages'; channels: Channel[] }
	| { do: 'choose-language'; language: string }
	| { do: 'cancel'; reason: string }
	| { do: 'expire' }
	/** The customer is erased: an open case is cancelled with it. */
	| { do: 'erase' }
	| DeskCommand;
