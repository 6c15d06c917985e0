/**
 * The workflow document: data that operations own. Everything a case does is read from here; no
 * source file names a particular workflow.
 *
 * Money is an integer number of minor units of `currency`. Durations carry their unit in the
 * field's name. `Expression` is CEL, checked when the document is published.
 */

/** Language tag → text. The document's first language is always present. */
export type Texts = Record<string, string>;

/** A CEL expression. Variables: see `domain/policy/environment.ts`. */
export type Expression = string;

/** How sure we are who holds the phone; ordered. */
export const ASSURANCES = ['link', 'known-facts', 'code', 'code-and-facts'] as const;
export type Assurance = (typeof ASSURANCES)[number];

export const BREAKPOINTS = [
	'trigger',
	'identity',
	'eligibility',
	'transaction',
	'writeback',
	'reply'
] as const;
export type Breakpoint = (typeof BREAKPOINTS)[number];

/** The steps before a person. `person` is what is left when none of the others works. */
export const RUNGS = [
	'fresh-context',
	'fewer-actions',
	'other-channel',
	'one-missing-input',
	'person'
] as const;
export type Rung = (typeof RUNGS)[number];

/** The ways a message can reach a phone. A code may go by `sms` and `whatsapp`, by `email` only if named. */
export const CHANNELS = ['sms', 'whatsapp', 'email'] as const;
export type Channel = (typeof CHANNELS)[number];

/** The types a fact, an input, a value or an answer field can have. */
export type FieldType =
	| { type: 'text'; maxLength: number }
	| { type: 'integer'; min?: number; max?: number }
	| { type: 'money' }
	| { type: 'date' }
	| { type: 'boolean' }
	| { type: 'choice'; options: string[] };

/** What a field holds at run time: text, date (`YYYY-MM-DD`) and choice are strings; money is minor units. */
export type FieldValue = string | number | boolean;
export type FieldValues = Record<string, FieldValue>;

export type Fact = FieldType & { label: Texts };

/** One named condition of an action. All of an action's clauses must hold. */
export interface Clause {
	id: string;
	/** For staff: what the clause demands. */
	label: string;
	expression: Expression;
	/** For the customer, when it does not hold: why the action is not offered. */
	reason: Texts;
	/** For the customer: what would make it possible. */
	cure?: Texts;
	/** `false`: no grant lifts it, whoever gives it. */
	grantable?: boolean;
}

/** One field that the customer fills. `min`, `max` and `value` are CEL over `facts`, so limits follow the case. */
export type Input = {
	name: string;
	label: Texts;
	hint?: Texts;
	/** CEL over `facts`: what stands in the field at first. */
	value?: Expression;
	/** The browser's autocomplete token, such as `street-address`. */
	autocomplete?: string;
} & (
	| {
			type: 'text';
			maxLength: number;
			optional?: boolean;
			/** What the whole text must look like; see `pattern.ts` for what may stand in it. */
			pattern?: string;
			/** What would be right, in a sentence: "Five digits, such as 20457." */
			patternHint?: Texts;
	  }
	| { type: 'integer' | 'money' | 'date'; min: Expression; max: Expression }
	| { type: 'choice'; options: { value: string; label: Texts; when?: Expression }[] }
);

/** How a value is written for people. */
export type Format = 'text' | 'integer' | 'money' | 'date' | 'choice';

/** A line of the review and the receipt: exactly what is confirmed. */
export interface Line {
	label: Texts;
	/** CEL over `facts`, `input`, `values`. */
	value: Expression;
	format: Format;
}

export interface Action {
	label: Texts;
	/** One sentence under the label on the choose page. `{name}` takes a fact's value. */
	summary: Texts;
	effect: 'money' | 'personal-data' | 'regulated-record' | 'information';
	assurance: Assurance;
	/** Needed when `known-facts` alone opens an action whose effect is not `information`. */
	justification?: string;
	clauses: Clause[];
	inputs: Input[];
	/** Computed from facts and input, in order; a later one may use an earlier one. */
	values: { name: string; type: 'integer' | 'money' | 'date' | 'text'; expression: Expression }[];
	review: {
		lines: Line[];
		/** What follows from pressing the button, before the button. */
		consequence: Texts;
		button: Texts;
	};
	/** Name of the operation under `records.operations`. */
	operation: string;
	/** The sentence on the receipt once it is booked. */
	booked: Texts;
}

/** How an operation is safe to repeat after an outcome that is not known. */
export type Repeat = 'native-key' | 'lookup' | 'none';

/** A field read out of the connector's answer: where it stands and what it must be. */
export type AnswerField = FieldType & { at: string };

export interface Operation {
	repeat: Repeat;
	/** What is sent: field → CEL over `facts`, `input`, `values`, `customer`, `reference`. */
	fields: Record<string, Expression>;
	/** What must come back. `reference` is what the customer is shown and must be declared. */
	answer: Record<string, AnswerField>;
	/** CEL over `answer`, `sent`, `reference`; each must be true or the answer is not believed. */
	checks: Expression[];
	/** How the connector carries it; only the connector of that kind reads it. */
	mapping: OperationMapping;
}

/** `{name}` in paths is a sent field, `customer` or `reference`, percent-encoded. */
export interface HttpCall {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	path: string;
	/** Header → literal text; `{reference}` is replaced. */
	headers?: Record<string, string>;
}

export interface OperationMapping {
	http?: HttpCall & {
		/** JSON body: dotted target path → name of a sent field, `customer` or `reference`. */
		body?: Record<string, string>;
		/** Header that carries our reference as the native idempotency key (`native-key`). */
		keyHeader?: string;
		/** How to ask by our reference (`lookup`). 404 or a null at `found` means absent. */
		lookup?: HttpCall & { found?: string };
	};
}

export interface Records {
	/** Name of a configured connection (`TAPDONE_RECORDS`). */
	connection: string;
	/** How long after a call an absent lookup does not yet mean "not applied". */
	consistencySeconds: number;
	/** How the customer's record is read. */
	read: {
		mapping: { http?: HttpCall };
		/** Where the record names its customer: a record that names another is not believed. */
		customer?: string;
	};
	/** Fact → where it stands in the record. A fact that is not named comes from the trigger only. */
	facts: Record<string, string>;
	/** Channel → where the contact point stands in the record. Codes go nowhere else. */
	contacts: Partial<Record<Channel, string>>;
	/**
	 * What people may put right there: by fact the operation that writes it, whose fields read `facts`
	 * as corrected, and the type of the exception when that fails. It is a type of its own, because its
	 * customer has sent nothing. A fact that is not named is corrected for its case alone.
	 */
	corrections?: { exception: string; facts: Record<string, string> } | undefined;
	operations: Record<string, Operation>;
}

export interface KnownFact {
	fact: string;
	label: Texts;
	hint?: Texts;
}

/** How far a customer can have got for a step of outreach to be needless. */
export const PROGRESS = ['visited', 'verified', 'submitted'] as const;
export type Progress = (typeof PROGRESS)[number];

/** One message of the sequence. */
export interface OutreachStep {
	/** Kebab-case; the timeline names it. */
	id: string;
	/** In the order of preference. */
	channels: Channel[];
	template: string;
	/** How long after the step before. The first step goes with the case and has none. */
	afterHours?: number;
	/** It stays out once the customer has got so far. An end, an opt-out or a person stop it anyway. */
	stop?: Progress[];
}

/**
 * Why we may write: because of a contract, until they say stop; or because the person agreed, which
 * the trigger tells by channel or `fact` (yes or no) for all of them.
 */
export type Consent = { basis: 'contract' } | { basis: 'consent'; fact?: string };

export interface Outreach {
	consent: Consent;
	steps: OutreachStep[];
	/** From when to when the person may be written to, `HH:MM` on their own clock; `limits.ts` has the default. */
	hours?: { from: string; to: string };
	/** Of what we begin, over all cases of the person; `limits.ts` has the default and the cap for a day. */
	caps?: { perWeek: number };
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** When somebody is there to work on an exception. */
export interface Calendar {
	/** IANA zone in which its hours are meant. */
	zone: string;
	/** Weekday → spans such as `09:00-17:30`; `24:00` ends a day. A day that is not named is off. */
	week: Partial<Record<Weekday, string[]>>;
	/** Days off whatever the weekday, `YYYY-MM-DD`. */
	holidays: string[];
}

/**
 * What an outcome makes of the case. `resume`: back on its path; `end`: over, the link goes on
 * saying so; `identify`: a person made sure who it is, so that what too many failures had ended works
 * again, and the case is back on its path; `identify`, `grant`, `correct` and `settle` are reached by
 * that act alone.
 */
export const OUTCOME_EFFECTS = ['resume', 'end', 'identify', 'grant', 'correct', 'settle'] as const;
export type OutcomeEffect = (typeof OUTCOME_EFFECTS)[number];

/** One way to close an exception. */
export interface Outcome {
	id: string;
	/** For staff. */
	label: string;
	does: OutcomeEffect;
	/** What the customer reads from then on, on the same link. */
	message: Texts;
}

export interface ExceptionType {
	name: string;
	class: 'policy' | 'system';
	severity: 1 | 2 | 3 | 4;
	owner: string;
	backup: string;
	/** Until it must be answered, in hours of its calendar; without one every hour counts. */
	hours: number;
	calendar?: string | undefined;
	/** The template of the notice that an answer has come; without one the link alone says so. */
	notice?: string | undefined;
	outcomes: Outcome[];
	/** What the customer reads while a person has it. `{until}` is the time promised. */
	message: Texts;
}

/** What happens when a case leaves its path here: the rungs to try in order, then the exception to raise. */
export interface BreakpointResponse {
	rungs: ('fresh-context' | 'fewer-actions')[];
	exception: string;
}

/**
 * What WhatsApp sends in the place of the text: a template that Meta has approved, one for each
 * language. It stands here and not in the environment because text, template and the order of its
 * places are one thing, which two people publish together and no case sees change.
 */
export interface WhatsappTemplate {
	/** Language → ContentSid. */
	content: Texts;
	/** What stands in `{{1}}`, `{{2}}`, …: names as in the text. `link` is its opaque end alone. */
	variables: string[];
}

export interface WorkflowDocument {
	/** Kebab-case key, the same in every version. */
	workflow: string;
	title: string;
	/** First one is the default and must be complete. */
	languages: string[];
	/** IANA zone in which "today" and due dates are meant. */
	zone: string;
	/** ISO 4217. */
	currency: string;
	brand: {
		name: string;
		/** SVG path data in a 24 × 24 box. */
		mark: string;
		/** `#rrggbb`: the button's ground and the text on it; contrast ≥ 4.5 : 1 is checked. */
		colour: string;
		ink: string;
		/** Answers whoever writes HELP to us: who we are and how to reach us. */
		help?: Texts | undefined;
	};
	facts: Record<string, Fact>;
	/** Facts that the customer sees above the choices, in this order. */
	overview: string[];
	trigger: {
		/** Facts without which the case is held at the `trigger` breakpoint. */
		required: string[];
		/** Two triggers with the same customer and the same values of these facts are one open case. */
		duplicate: string[];
	};
	link: { hours: number };
	outreach: Outreach;
	identity: {
		/** What is asked first. */
		base: Exclude<Assurance, 'link'>;
		/** What is asked after two failures. */
		stricter: Exclude<Assurance, 'link'>;
		knownFacts: KnownFact[];
		code: { channels: Channel[]; minutes: number; template: string };
	};
	/**
	 * Template → text; `{link}`, `{code}`, `{minutes}`, `{brand}` and `{fact}` are replaced. `segments`
	 * bounds an SMS. An e-mail has `subject` above it (the brand without one), which anybody may read
	 * on a locked screen: it takes `{brand}` alone.
	 */
	templates: Record<
		string,
		{
			texts: Texts;
			segments: number;
			subject?: Texts | undefined;
			whatsapp?: WhatsappTemplate | undefined;
		}
	>;
	/** What the landing page says before anyone is known: nothing personal. */
	landing: { heading: Texts; body: Texts };
	actions: Record<string, Action>;
	records: Records;
	breakpoints: Record<Breakpoint, BreakpointResponse>;
	/**
	 * Where it holds on facts just read there is nothing left to do: the case ends, and the customer
	 * reads why. Most often somebody has paid while the message was on its way.
	 */
	settled?: { expression: string; message: Texts } | undefined;
	/** The exception, of class `system`, where a rule or a limit cannot be evaluated. */
	ruleError: string;
	calendars?: Record<string, Calendar> | undefined;
	exceptions: Record<string, ExceptionType>;
}

/** A published version: never changes; a case keeps the one it started with. */
export interface PublishedWorkflow {
	key: string;
	version: number;
	document: WorkflowDocument;
}

export const atLeast = (have: Assurance, need: Assurance): boolean =>
	ASSURANCES.indexOf(have) >= ASSURANCES.indexOf(need);
