import type { Channel } from '../workflow/document.ts';

const DOTS = '•••';

/** Country codes of two digits (ITU-T E.164); `1` and `7` have one digit, all others three. */
const TWO_DIGITS = /^(2[07]|3[0-469]|4[0-13-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** `+49 ••• ••21`: the country and the last two digits of an E.164 number. */
export function maskPhone(phone: string): string {
	const digits = phone.replace(/\D/g, '');
	const country = /^[17]/.test(digits) ? 1 : TWO_DIGITS.test(digits) ? 2 : 3;
	return `+${digits.slice(0, country)} ${DOTS} ••${digits.slice(country).slice(-2)}`;
}

/** `a•••@e•••.org`: the first letters and the top-level domain of an e-mail address. */
export function maskEmail(email: string): string {
	const at = email.lastIndexOf('@');
	const domain = email.slice(at + 1);
	const dot = domain.lastIndexOf('.');
	const first = (text: string) => [...text][0] ?? '';
	return `${first(email.slice(0, at))}${DOTS}@${first(domain)}${DOTS}${dot < 0 ? '' : domain.slice(dot)}`;
}

/** A contact point as a page, a log or a list may show it. */
export const maskContact = (channel: Channel, contact: string): string =>
	channel === 'email' ? maskEmail(contact) : maskPhone(contact);
