import fc from 'fast-check';
import examples from 'libphonenumber-js/mobile/examples';
import { getCountryCallingCode, getExampleNumber, type CountryCode } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { phonePrefix } from '../../src/lib/contracts/phone-prefix.ts';
import { SENDS } from '../../src/lib/domain/identity/limits.ts';

const { digits } = SENDS.perPrefix;
const countries = Object.keys(examples) as CountryCode[];
const country = fc.constantFrom(...countries);

describe('the prefix of a number', () => {
	it.each([
		['+4917604069001', '49176'],
		['+491604069001', '49160'],
		['+12125550123', '1212'],
		['+37121234567', '371212'],
		['+33612345678', '33612'],
		['+5491123456789', '54911']
	])('%s is in %s', (phone, prefix) => {
		expect(phonePrefix(phone, 3)).toBe(prefix);
	});

	it('begins with the country and never holds more than half of what is behind it', () => {
		fc.assert(
			fc.property(country, fc.integer({ min: 1, max: 9 }), (of, length) => {
				const phone = getExampleNumber(of, examples)!;
				const prefix = phonePrefix(phone.number, length);
				const code = getCountryCallingCode(of);
				expect(phone.number.slice(1).startsWith(prefix)).toBe(true);
				expect(prefix.length).toBeGreaterThan(code.length);
				expect(prefix.length).toBeLessThanOrEqual(code.length + length);
				expect((prefix.length - code.length) * 2).toBeLessThanOrEqual(phone.nationalNumber.length);
			}),
			{ numRuns: 1_000 }
		);
	});

	it('is the same for a thousand numbers in a row, in every country with long numbers', () => {
		for (const of of countries) {
			const { number, nationalNumber } = getExampleNumber(of, examples)!;
			if (nationalNumber.length < digits + 3) continue;
			const block = [0, 499, 999].map((last) =>
				phonePrefix(number.slice(0, -3) + String(last).padStart(3, '0'), digits)
			);
			expect(new Set(block).size, of).toBe(1);
		}
	});

	it('of what is no number is not the whole of it', () => {
		expect(phonePrefix('+12', 3)).toBe('1');
		expect(phonePrefix('', 3)).toBe('');
	});
});
