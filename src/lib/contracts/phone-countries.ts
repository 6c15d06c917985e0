import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * The countries that an E.164 number can belong to, ISO 3166-1 alpha-2: nearly always one; none for
 * numbers of no country, such as those of satellites.
 */
export function phoneCountries(phone: string): string[] {
	const number = parsePhoneNumberFromString(phone, { extract: false });
	if (!number) return [];
	return number.country ? [number.country] : number.getPossibleCountries();
}
