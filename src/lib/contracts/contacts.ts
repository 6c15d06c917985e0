import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import type { Channel } from '../domain/workflow/document.ts';

/** ISO 3166-1 alpha-2 country in which a number without `+` is meant. */
export type Country = CountryCode;

/** Numbers that cost the sender or nobody reads: the targets of toll fraud (case Q6). */
const REFUSED = new Set(['PREMIUM_RATE', 'SHARED_COST', 'PAGER', 'VOICEMAIL', 'UAN']);

/** Longest phone number that is looked at, with spaces and an extension. */
const MOST_PHONE = 40;
/** RFC 5321 §4.5.3.1. */
const MOST_EMAIL = 254;
const MOST_LOCAL = 64;

/** Characters of a local part without quotes (RFC 5322 dot-atom); no dot at an end, no two in a row. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

/** The E.164 form, or the reason why no message may go there. An extension is no part of the number. */
export function readPhone(
	text: string,
	country?: Country
): { phone: string } | { problem: string } {
	if (text.length > MOST_PHONE) return { problem: `is longer than ${MOST_PHONE} characters` };
	const number = parsePhoneNumberFromString(text, {
		...(country && { defaultCountry: country }),
		// Otherwise a number is picked out of any text that contains one.
		extract: false
	});
	if (!number?.isValid())
		return {
			problem: country
				? `is not a phone number of ${country}, nor one with + and a country code`
				: 'is not a phone number with + and a country code'
		};
	if (REFUSED.has(number.getType() ?? '')) return { problem: 'is a premium or service number' };
	return { phone: number.number };
}

/** The address with its domain in lower-case ASCII, or the reason why it is none. Tags stay. */
export function readEmail(text: string): { email: string } | { problem: string } {
	const at = text.lastIndexOf('@');
	if (at < 1 || text.length > MOST_EMAIL) return { problem: 'is not an e-mail address' };
	// `"a.b"@c` is another spelling of `a.b@c`; what needs its quotes no provider delivers to.
	const local = text.slice(0, at).replace(/^"(.*)"$/s, '$1');
	if (local.length > MOST_LOCAL || !LOCAL.test(local))
		return { problem: 'has characters before the @ that cannot be delivered to' };
	const domain = asciiDomain(text.slice(at + 1));
	return domain ? { email: `${local}@${domain}` } : { problem: 'has no valid domain after the @' };
}

/** An international domain becomes its `xn--` form, so that one mailbox has one spelling. */
function asciiDomain(text: string): string | null {
	// What a URL would take for a port, a path, a user or an escape is no domain.
	if (/[\s:/?#@%\\[\]]/.test(text) || !URL.canParse(`https://${text}`)) return null;
	const { hostname } = new URL(`https://${text}`);
	return DOMAIN.test(hostname) ? hostname : null;
}

/** A phone number in any usual spelling, given back as E.164. */
export const phoneSchema = (country?: Country) =>
	z.string().transform((text, context) => {
		const read = readPhone(text, country);
		if ('phone' in read) return read.phone;
		context.addIssue({ code: 'custom', message: read.problem });
		return z.NEVER;
	});

/** An e-mail address, given back with its domain normalised. */
export const emailSchema = z.string().transform((text, context) => {
	const read = readEmail(text);
	if ('email' in read) return read.email;
	context.addIssue({ code: 'custom', message: read.problem });
	return z.NEVER;
});

/** Contact points by channel. `country` is where numbers without `+` are meant. */
export const contactsSchema = (country?: Country) =>
	z.strictObject({
		sms: phoneSchema(country).optional(),
		whatsapp: phoneSchema(country).optional(),
		email: emailSchema.optional()
	});

/** One contact point of a channel. */
export const contactSchema = (channel: Channel, country?: Country) =>
	channel === 'email' ? emailSchema : phoneSchema(country);

/**
 * What two spellings of one contact point have in common, for hashing: SMS and WhatsApp share a
 * number, and no provider tells mailboxes apart by case.
 */
export const contactKey = (channel: Channel, contact: string): string =>
	channel === 'email' ? contact.toLowerCase() : contact;
