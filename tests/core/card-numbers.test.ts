import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskCardNumbers } from '../../src/lib/domain/workflow/card-numbers.ts';

// The numbers that card schemes publish for tests.
const CARDS = [
	'4111111111111111',
	'4012888888881881',
	'4222222222222',
	'5555555555554444',
	'2223003122003222',
	'378282246310005',
	'30569309025904',
	'6011111111111117',
	'3530111333300000',
	'6200000000000005',
	'6304000000000000000'
];

const grouped = (card: string, sign: string) => card.replace(/(.{4})(?=.)/g, `$1${sign}`);

test.each(CARDS)(
	'S10: %s is masked but for its last four digits, however it is written',
	(card) => {
		for (const sign of ['', ' ', '-', '.', '\u00a0', ' - '.slice(0, 2)]) {
			const masked = maskCardNumbers(`my card ${grouped(card, sign)}, thanks`);
			expect(masked.replace(/[^\d]/g, '')).toBe(card.slice(-4));
			expect(masked).toMatch(/^my card •.*, thanks$/);
		}
		const arabic = card.replace(/\d/g, (digit) => String.fromCharCode(0x0660 + Number(digit)));
		expect(maskCardNumbers(arabic)).toMatch(/^•+[\u0660-\u0669]{4}$/);
	}
);

test('what is no card number stays as it was typed', () => {
	for (const text of [
		'4111111111111112',
		'DE89370400440532013000',
		'AT611904300234573201',
		'+4917604069001',
		'+49 176 0406 9001, +1 202 555 0100',
		'DE89 3704 0044 0532 0130 00',
		'order 1234567890123, 2026-11-21 10:00',
		'41111111111111111111111',
		'3 pieces at 12.50, 4 at 3.00',
		''
	])
		expect(maskCardNumbers(text)).toBe(text);
});

test.each([
	'4111 1111 1111 1111 12 28 123',
	'123 4111 1111 1111 1111',
	'Visa4111111111111111',
	'４１１１１１１１１１１１１１１１',
	'4111-1111-1111-1111 12/28',
	'+4917604069001 4111111111111111',
	'call +49 176 04069001 4111 1111 1111 1111',
	'5 +4917604069001 4111111111111111',
	'DE89370400440532013000 4111111111111111',
	'DE89 3704 0044 0532 0130 00 4111 1111 1111 1111',
	'no4111111111111111'
])('a card number is found among other figures: %s', (text) => {
	expect(maskCardNumbers(text)).toMatch(/•{4}.*•{4}.*•{4}/);
	expect(maskCardNumbers(text)).toHaveLength(text.length);
});

test('two cards beside each other are both masked', () => {
	const both = maskCardNumbers('4111 1111 1111 1111 or 5555 5555 5555 4444');
	expect(both).toBe('•••• •••• •••• 1111 or •••• •••• •••• 4444');
});

test('masking again changes nothing, the length stays, and no text of 50 KB takes long', () => {
	fc.assert(
		fc.property(
			fc.string({ unit: fc.constantFrom('4', '1', ' ', '-', 'x', '٤', '+', 'de') }),
			(text) => {
				const masked = maskCardNumbers(text);
				expect(maskCardNumbers(masked)).toBe(masked);
				expect(masked).toHaveLength(text.length);
			}
		)
	);
	for (const text of [
		`de${'1 '.repeat(24_000)}`,
		'1 '.repeat(25_000),
		'4'.repeat(50_000),
		'4-. '.repeat(12_500),
		'+4 '.repeat(16_000)
	]) {
		const started = performance.now();
		maskCardNumbers(text);
		expect(performance.now() - started).toBeLessThan(200);
	}
});
