import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatValue } from '../../src/lib/domain/workflow/format.ts';
import {
	decimals,
	majorUnits,
	parseMoney,
	writeMoney
} from '../../src/lib/domain/workflow/money.ts';

const CURRENCIES = ['EUR', 'USD', 'JPY', 'KWD', 'CHF', 'INR', 'ISK', 'BHD'];
const LANGUAGES = ['en', 'de', 'fr', 'ar', 'ar-EG', 'fa', 'hi', 'pt-BR', 'de-CH', 'sv'];

const read = (typed: string, currency = 'EUR', language = 'en') => {
	const result = parseMoney(typed, currency, language);
	return result.ok ? result.value : result.reason;
};

describe('money as a customer types it (Q5)', () => {
	test('every amount of every currency and language reads back as it was written', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 0, max: 999_999_999_999 }),
				fc.constantFrom(...CURRENCIES),
				fc.constantFrom(...LANGUAGES),
				(minor, currency, language) => {
					const typed = writeMoney(minor, currency, language);
					expect(parseMoney(typed, currency, language)).toEqual({ ok: true, value: minor });
				}
			)
		);
	});

	test('an accepted text is the amount its digits say, never one nearby', () => {
		fc.assert(
			fc.property(
				fc.stringMatching(/^[0-9.,eE+\- ]{1,12}$/),
				fc.constantFrom(...CURRENCIES),
				(typed, currency) => {
					const result = parseMoney(typed, currency, 'en');
					if (!result.ok) return;
					expect(Number.isSafeInteger(result.value)).toBe(true);
					const digits = typed.replace(/\D/g, '');
					const places = /[.,]\d*$/.test(typed.trim()) ? 0 : decimals(currency);
					expect(BigInt(result.value)).toBe(BigInt(digits + '0'.repeat(places)));
				}
			)
		);
	});

	test.each(['0.1', '1,5', '1.005', '12.', '1.5e2', '0.123'])(
		'%s is a fraction or unclear',
		(typed) => {
			expect(['fraction', 'format', 'grouping']).toContain(read(typed));
		}
	);

	test.each([
		'0.1+0.2',
		'1e3',
		'-5',
		'+5',
		'−5',
		'',
		' ',
		'0x10',
		'NaN',
		'Infinity',
		'1_000',
		'-€5',
		'€-5',
		'$5',
		'1,000',
		'1 000',
		'9'.repeat(16),
		'١٢x',
		'.50',
		'12 50'
	])('%j is refused', (typed) => {
		expect(['fraction', 'format', 'grouping']).toContain(read(typed));
	});

	test.each([
		['12.50', 'EUR', 'en', 1250],
		['12,50', 'EUR', 'de', 1250],
		['12.50', 'EUR', 'de', 1250],
		['12', 'EUR', 'de', 1200],
		[' 12 ', 'EUR', 'de', 1200],
		['007', 'EUR', 'en', 700],
		['1.250,00', 'EUR', 'de', 125_000],
		['1 250,00', 'EUR', 'fr', 125_000],
		['١٢٫٥٠', 'EUR', 'ar', 1250],
		['۱۲٫۵۰', 'EUR', 'fa', 1250],
		['1250', 'JPY', 'ja', 1250],
		['1.250', 'KWD', 'en', 1250],
		['20 €', 'EUR', 'de', 2000],
		['20€', 'EUR', 'en', 2000],
		['€5', 'EUR', 'en', 500],
		['€ 1,250.00', 'EUR', 'en', 125_000],
		['EUR 20', 'EUR', 'de', 2000],
		['$20', 'USD', 'en', 2000],
		['¥1250', 'JPY', 'ja', 1250],
		['20,50 EUR', 'EUR', 'de', 2050],
		['20 eur', 'EUR', 'en', 2000],
		['1.250,00 €', 'EUR', 'de', 125_000],
		['\u200f١٢٫٥٠\u00a0€', 'EUR', 'ar', 1250],
		['20 $', 'USD', 'en', 2000],
		['1250 ¥', 'JPY', 'ja', 1250]
	])('%s in %s on a page in %s is %i minor units', (typed, currency, language, minor) => {
		expect(read(typed, currency, language)).toBe(minor);
	});

	test.each([
		['1.250', 'EUR', 'de'],
		['1.250', 'KWD', 'de'],
		['1,250', 'KWD', 'en'],
		['12.0', 'JPY', 'en'],
		['12,50,00', 'EUR', 'de'],
		['1.25.0,00', 'EUR', 'de']
	])(
		'%s in %s on a page in %s could mean two amounts and is refused',
		(typed, currency, language) => {
			expect(['fraction', 'format', 'grouping']).toContain(read(typed, currency, language));
		}
	);
});

describe('money that is refused', () => {
	test.each([
		['1.000', 'EUR', 'de'],
		['1,000', 'EUR', 'de'],
		['1.000', 'EUR', 'en'],
		['1,000', 'EUR', 'en'],
		['1.000 €', 'EUR', 'de'],
		['1 000', 'EUR', 'de'],
		['1.000.000', 'EUR', 'de'],
		["1'000", 'EUR', 'de'],
		['١٬٠٠٠', 'EUR', 'ar'],
		['1,250', 'KWD', 'en'],
		['1,000', 'JPY', 'en']
	])('says that %s in %s on a page in %s has a sign for thousands', (typed, currency, language) => {
		expect(read(typed, currency, language)).toBe('grouping');
	});

	test.each([
		['0.123', 'EUR', 'en', 'fraction'],
		['12.5', 'EUR', 'en', 'fraction'],
		['20 $', 'EUR', 'en', 'format'],
		['20 EURO?', 'EUR', 'en', 'format'],
		['€', 'EUR', 'en', 'format'],
		['20 € €', 'EUR', 'en', 'format'],
		['€ 20 €', 'EUR', 'en', 'format'],
		['€1,000', 'EUR', 'en', 'grouping']
	])('%s in %s on a page in %s is another fault: %s', (typed, currency, language, fault) => {
		expect(read(typed, currency, language)).toBe(fault);
	});

	test('a sign on either side of an amount changes nothing about it', () => {
		fc.assert(
			fc.property(
				fc.stringMatching(/^[0-9.,' ]{1,10}$/),
				fc.constantFrom(...CURRENCIES),
				fc.constantFrom(...LANGUAGES),
				(typed, currency, language) => {
					const bare = read(typed, currency, language);
					expect(read(`${typed} ${currency}`, currency, language)).toBe(bare);
					expect(read(`${currency} ${typed}`, currency, language)).toBe(bare);
				}
			)
		);
	});
});

describe('money as it is shown', () => {
	test('large amounts keep every digit', () => {
		expect(formatValue(900_719_925_474_0991, 'money', { language: 'en', currency: 'EUR' })).toBe(
			'€90,071,992,547,409.91'
		);
	});

	test('minor units move by the currency, also below one and below zero', () => {
		expect(majorUnits(5, 'EUR')).toBe('0.05');
		expect(majorUnits(-5, 'EUR')).toBe('-0.05');
		expect(majorUnits(5, 'JPY')).toBe('5');
		expect(majorUnits(5, 'KWD')).toBe('0.005');
	});
});
