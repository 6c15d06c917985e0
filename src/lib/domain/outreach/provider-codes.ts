/**
 * Why a message did not arrive, in the terms that we act by (`retries.ts`). `unreached` and `unsure`
 * are our own: nobody answered, and it was surely not taken, or may have been.
 */
export type Failure =
	| 'opted-out'
	| 'bad-destination'
	| 'filtered'
	| 'transient'
	| 'rate'
	| 'account'
	| 'window-closed'
	| 'meta-choice'
	| 'template-broken'
	| 'rejected'
	| 'unknown-code'
	| 'unreached'
	| 'unsure';

export interface CodeMeaning {
	failure: Failure;
	/** For staff who speak with the customer, in the customer's terms. */
	customer: string;
	/** For operations: what it is, and what to do. */
	operations: string;
}

type Row = [code: string, failure: Failure, customer: string, operations: string];

const STOPPED = 'They asked not to get our messages this way.';
const NOT_THERE = 'This number or address cannot get messages.';
const LATER = 'The phone could not be reached; we try again.';
const HELD_BACK = 'The network held the message back.';
const OURS = 'Our sending is interrupted; the message goes out when it works again.';
const OTHER_WAY = 'The message could not be sent this way; we use another.';

/** Twilio's codes of SMS and WhatsApp (reference: twilio.com/docs/api/errors), one row a code. */
const TWILIO: Row[] = [
	['21610', 'opted-out', STOPPED, 'The person wrote STOP to this sender.'],
	['21211', 'bad-destination', NOT_THERE, 'No valid number: correct it in the system of record.'],
	['21614', 'bad-destination', NOT_THERE, 'No mobile number: correct it in the system of record.'],
	['21635', 'bad-destination', NOT_THERE, 'A landline: correct it in the system of record.'],
	['30005', 'bad-destination', NOT_THERE, 'Unknown number: it was given up or mistyped.'],
	['30006', 'bad-destination', NOT_THERE, 'A landline or a carrier that takes no messages.'],
	[
		'30004',
		'filtered',
		HELD_BACK,
		'Blocked by the handset or carrier. Many of them: see the text.'
	],
	['30007', 'filtered', HELD_BACK, 'Filtered as unwanted. Check the text and the registration.'],
	['30001', 'transient', LATER, "The provider's queue was full."],
	['30003', 'transient', LATER, 'The handset was off or without a network.'],
	['30008', 'transient', LATER, 'The carrier gave no reason.'],
	['30500', 'transient', LATER, "The provider's own error."],
	['21611', 'transient', LATER, "The sender's queue at the provider is full: send more slowly."],
	['20429', 'rate', LATER, 'Too many calls: we slow down by ourselves.'],
	['20003', 'account', OURS, 'The credentials were refused: set the right token.'],
	['30002', 'account', OURS, 'The account is suspended: speak with the provider.'],
	['21606', 'account', OURS, 'The sender is not one of this account: check the configured number.'],
	['21612', 'account', OURS, 'The sender cannot reach this country: set up another.'],
	['21408', 'account', OURS, 'This region is not enabled for the account.'],
	['30034', 'account', OURS, 'The sender is not registered for this traffic (A2P 10DLC).'],
	['63016', 'window-closed', OTHER_WAY, 'No template, and they have not written for 24 hours.'],
	['63003', 'bad-destination', 'They do not use WhatsApp on this number.', 'No WhatsApp account.'],
	['63024', 'bad-destination', 'They do not use WhatsApp on this number.', 'No valid recipient.'],
	['63018', 'rate', LATER, 'The WhatsApp sender sends too fast: we slow down by ourselves.'],
	['63049', 'meta-choice', OTHER_WAY, 'Meta chose not to deliver it to this person at present.'],
	['63032', 'window-closed', OTHER_WAY, 'WhatsApp may not send this to them; SMS may.'],
	[
		'63013',
		'template-broken',
		OTHER_WAY,
		'The template breaks a policy: change and approve it anew.'
	],
	['63027', 'template-broken', OTHER_WAY, 'The template is missing in this language.'],
	['63028', 'template-broken', OTHER_WAY, 'The template has another number of variables.'],
	['63029', 'template-broken', OTHER_WAY, 'The template could not be filled in.'],
	['63030', 'template-broken', OTHER_WAY, 'A variable of the template is not as it must be.']
];

/** SendGrid's answers by HTTP status, and the reasons of its events. */
const SENDGRID: Row[] = [
	[
		'400',
		'rejected',
		OTHER_WAY,
		'The mail was not accepted as it is: see the log of the provider.'
	],
	['401', 'account', OURS, 'The API key was refused: set the right one.'],
	['403', 'account', OURS, 'The key lacks the right to send, or the sender is not verified.'],
	['413', 'rejected', OTHER_WAY, 'The mail is too large.'],
	['429', 'rate', LATER, 'Too many calls: we slow down by ourselves.'],
	['bounce', 'bad-destination', NOT_THERE, 'The mailbox does not exist or is closed.'],
	['blocked', 'transient', LATER, 'The receiving server refused it for now.'],
	['deferred', 'transient', LATER, 'The receiving server asked to come back later.'],
	['Bounced Address', 'bad-destination', NOT_THERE, 'It bounced before: remove it there to retry.'],
	['Invalid', 'bad-destination', NOT_THERE, 'The address is not a valid one.'],
	['Unsubscribed Address', 'opted-out', STOPPED, 'Unsubscribed at the provider.'],
	['Spam Reporting Address', 'opted-out', STOPPED, 'They marked a mail of ours as spam.'],
	['spamreport', 'opted-out', STOPPED, 'They marked this mail as spam.'],
	['unsubscribe', 'opted-out', STOPPED, 'Unsubscribed at the provider.'],
	['group_unsubscribe', 'opted-out', STOPPED, 'Unsubscribed at the provider.']
];

/** SMTP replies (RFC 5321 §4.2.3, RFC 4954); of others the first digit decides. */
const SMTP: Row[] = [
	['421', 'transient', LATER, 'The mail server is closing down or busy.'],
	['450', 'transient', LATER, 'The mailbox is busy.'],
	['451', 'transient', LATER, 'The mail server had an error of its own, or greylists.'],
	['452', 'transient', LATER, 'The mail server is out of room.'],
	['454', 'transient', LATER, 'Signing in does not work at present.'],
	['530', 'account', OURS, 'The mail server wants us to sign in.'],
	['534', 'account', OURS, 'The mail server wants another way to sign in.'],
	['535', 'account', OURS, 'User or password were refused: set the right ones.'],
	['550', 'bad-destination', NOT_THERE, 'The mailbox does not exist.'],
	['551', 'bad-destination', NOT_THERE, 'The mailbox is not there.'],
	['552', 'rejected', OTHER_WAY, 'The mailbox is full, or the mail too large.'],
	['553', 'bad-destination', NOT_THERE, 'The address is not allowed.'],
	['554', 'filtered', HELD_BACK, 'Refused as unwanted. Check the text and the sender.']
];

/** What we say ourselves, whoever would have sent it. */
const OWN: Row[] = [
	['none', 'transient', LATER, 'The provider gave no reason.'],
	['no-adapter', 'rejected', OTHER_WAY, 'No provider is configured for this channel.'],
	['no-template', 'window-closed', OTHER_WAY, 'The workflow names no WhatsApp template for it.'],
	['template-disabled', 'rejected', OTHER_WAY, 'Publish the workflow with a template that works.'],
	['bad-header', 'rejected', OTHER_WAY, 'A header of the mail held more than one line.']
];

const table = (rows: Row[]): Map<string, CodeMeaning> =>
	new Map(
		[...rows, ...OWN].map(([code, failure, customer, operations]) => [
			code,
			{ failure, customer, operations }
		])
	);

const TABLES = { twilio: table(TWILIO), sendgrid: table(SENDGRID), smtp: table(SMTP) };
const WITHOUT_PROVIDER = table([]);

const UNKNOWN: CodeMeaning = {
	failure: 'unknown-code',
	customer: LATER,
	operations: 'A code that no row explains: look it up at the provider and add a row.'
};

/** What a provider's code means. One that has no row is tried once more, and told to operations. */
export function meaningOf(provider: string, code: string): CodeMeaning {
	const known = Object.hasOwn(TABLES, provider)
		? TABLES[provider as keyof typeof TABLES]
		: WITHOUT_PROVIDER;
	return known.get(code) ?? UNKNOWN;
}
