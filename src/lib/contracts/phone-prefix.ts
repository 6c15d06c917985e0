import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * The range that an E.164 number is in: its country calling code and the first `digits` of its
 * national number, without `+`. Never more than half of the national number (some countries have
 * four digits), so that a prefix is nobody's number.
 */
export function phonePrefix(phone: string, digits: number): string {
	const number = parsePhoneNumberFromString(phone, { extract: false });
	const national = number?.nationalNumber ?? phone.replace(/\D/g, '');
	const most = Math.min(digits, Math.floor(national.length / 2));
	return `${number?.countryCallingCode ?? ''}${national.slice(0, most)}`;
}
