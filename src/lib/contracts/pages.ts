/**
 * What the customer pages show: plain values, already in the customer's language and format, so
 * that a page is nothing but markup and can be frozen with a submission as it was seen.
 */

export interface Frame {
	/** BCP-47 tag and its direction, for `<html>`. */
	language: string;
	direction: 'ltr' | 'rtl';
	brand: { name: string; mark: string; colour: string; ink: string };
}

/** What stands around every customer page. */
export interface Chrome {
	frame: Frame;
	/** `/a/<visit>`, `/l/<token>`, or empty on a page that knows no case. The page's addresses begin with it. */
	base: string;
	/** This page's path, to come back to after the language was changed. */
	here: string;
	/** The workflow's languages; a switch is shown when there is more than one. */
	languages: string[];
	/** Looked at in a frame of the console, where no script runs. */
	framed?: boolean;
}

export interface ShownLine {
	label: string;
	text: string;
}

export interface LandingView {
	heading: string;
	body: string;
}

export type VerifyView =
	| {
			ask: 'code';
			/** Where a code can go, masked: `+49 ••• ••21`. Only what the system of record holds. */
			destinations: { channel: 'sms' | 'whatsapp' | 'email'; mask: string }[];
			/**
			 * Set once a code is on its way in this visit. `until` is a local time such as `14:35`;
			 * `resendSeconds` is 0 when a new one may be asked for.
			 */
			sent?: {
				channel: 'sms' | 'whatsapp' | 'email';
				mask: string;
				until: string;
				resendSeconds: number;
			};
			/**
			 * Set while no code can go to any of them: from when one can, a local time or date and time, and
			 * who has the case meanwhile, empty while nobody was asked.
			 */
			full?: { from: string; message: string };
			/** Set while every sender that could take a code is out of order; who has the case, or empty. */
			stopped?: { message: string };
	  }
	| {
			ask: 'known-facts';
			fields: { name: string; label: string; hint?: string; kind: 'text' | 'date' | 'integer' }[];
	  }
	/** Locked for a while; `until` is a local time such as `14:35`. */
	| { ask: 'wait'; until: string }
	/** No way left to prove it here. `message` says who has it; empty while nobody was asked. */
	| {
			ask: 'person';
			message: string;
			/** Nothing was asked, for want of a contact; a local date and time, or empty like `message`. */
			unreachable?: { lacks: 'phone' | 'contact'; until: string };
	  };

/** What stands beside every page of a visit. */
export type WayOut = 'person' | 'not-me' | 'later' | 'stop' | 'finish';

/** What the help page knows of the case: what was asked for is told from there, never from an address. */
export interface HelpView {
	/** Ways that lead nowhere any more. */
	closed: WayOut[];
	/**
	 * `asked`: the customer asked for a person and has no answer yet. `looking`: a person has the case
	 * for another reason, so asking is still open.
	 */
	person: 'asked' | 'looking' | null;
	/** The local date of the reminder that was asked for; `null` while nobody can say when it goes. */
	reminder?: string | null;
	/** Nothing more is sent to this customer. */
	stopped: boolean;
	/** Local date and time to which this link works. */
	linkUntil: string;
	/** There is nothing left to be reminded of. */
	over: boolean;
}

export interface ChooseView {
	/** The facts that concern the decision, such as the amount due. */
	lines: ShownLine[];
	offered: { action: string; label: string; summary: string }[];
	refused: {
		action: string;
		label: string;
		/** The workflow's words; without them `unsaid` says which of ours stand there. */
		reason?: string;
		unsaid?: 'withheld' | 'rule-error' | 'switched-off';
		cure?: string;
	}[];
	/** An unfinished draft that can be continued. */
	draft?: { id: string; label: string };
	/** Nothing is left to do; why, in the workflow's words. */
	settled?: string;
	/** The case is over: nothing is offered any more. */
	ended?: true;
	/** A person has it. */
	withPerson?: { message: string };
	/** What a person decided about it last, in the workflow's words. */
	answer?: string;
	/** What a person asked the customer for. */
	question?: string;
}

export interface FieldView {
	name: string;
	label: string;
	hint?: string;
	kind: 'text' | 'integer' | 'money' | 'date' | 'choice';
	/** As typed last, else the first value. Money is in major units with the currency's decimals. */
	value: string;
	min?: string;
	max?: string;
	/** The limits as the customer reads them: an amount with its currency, a date in words. */
	limits?: { min?: string; max?: string };
	/** What the workflow says would fit, where a text must look like something. */
	patternHint?: string;
	/** For money: the currency code or sign that stands beside the field. */
	unit?: string;
	options?: { value: string; label: string }[];
	maxLength?: number;
	autocomplete?: string;
	optional?: boolean;
	error?: string;
}

/** What a person asks the customer for. */
export interface QuestionView {
	/** The person's own words; empty without any. */
	words: string;
	field: FieldView;
}

export interface FillView {
	action: string;
	label: string;
	fields: FieldView[];
}

export interface ReviewView {
	action: string;
	label: string;
	draft: string;
	lines: ShownLine[];
	consequence: string;
	button: string;
	/** Fingerprint of the lines, sent back with the button: only what was shown can be confirmed. */
	shown: string;
}

export interface ReceiptView {
	/** `received`: kept, being booked. `rejected`: not done, other ways are offered. */
	state: 'received' | 'booked' | 'rejected' | 'with-person';
	label: string;
	lines: ShownLine[];
	/** The system of record's reference, once booked. */
	reference?: string;
	/** Our own reference, always. */
	ours: string;
	/** The workflow's sentence once it is booked, or who has it and until when; else the page's own words. */
	sentence: string;
	/** Local date and time of the latest state. */
	at: string;
	/** True when other actions can be chosen now. */
	others: boolean;
	/** Ways that lead nowhere any more. */
	closed: WayOut[];
}
