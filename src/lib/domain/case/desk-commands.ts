import type { OutcomeEffect } from '../workflow/document.ts';
import type { Settlement } from './events.ts';

/** What people at the desk do with an exception. Free words are sealed elsewhere; `note` names them. */
export type DeskCommand = { exception: string } & (
	| { do: 'claim' }
	| { do: 'hand-back' }
	| { do: 'assign'; to: string; note: string }
	| { do: 'escalate'; backup: string }
	| { do: 'ask-input'; question: string; fact: string }
	| { do: 'answer-input'; question: string }
	| {
			do: 'correct';
			fact: string;
			note: string;
			question?: string;
			/** Its writeback, where the document says how it is written. */
			correction?: string;
			reference?: string;
	  }
	| { do: 'note'; note: string }
	| {
			do: 'grant';
			grant: string;
			action: string;
			clauses: string[];
			limited: string[];
			/** ISO instant. */
			expiresAt: string;
			note: string;
	  }
	| {
			do: 'propose-settlement';
			proposal: string;
			about: { submission: string } | { correction: string };
			settles: Settlement;
			note: string;
	  }
	| { do: 'refuse-settlement'; proposal: string; note: string }
	| { do: 'approve-settlement'; proposal: string }
	/** `outcome` is one that the exception's type names; `does` is what it makes of the case. */
	| { do: 'close-exception'; outcome: string; does: OutcomeEffect }
);
