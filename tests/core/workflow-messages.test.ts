import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contrast } from '../../src/lib/domain/workflow/contrast.ts';
import { countSegments } from '../../src/lib/domain/workflow/segments.ts';
import { fillTemplate, messageText } from '../../src/lib/domain/workflow/template.ts';

describe('segments of an SMS', () => {
	test.each([
		['a'.repeat(160), 'gsm-7', 1],
		['a'.repeat(161), 'gsm-7', 2],
		['a'.repeat(306), 'gsm-7', 2],
		['a'.repeat(307), 'gsm-7', 3],
		['€'.repeat(80), 'gsm-7', 1],
		['€'.repeat(81), 'gsm-7', 2],
		['ł'.repeat(70), 'ucs-2', 1],
		['ł'.repeat(71), 'ucs-2', 2],
		['ł'.repeat(134), 'ucs-2', 2],
		['ł'.repeat(135), 'ucs-2', 3],
		['😀'.repeat(35), 'ucs-2', 1],
		['😀'.repeat(66), 'ucs-2', 2],
		['😀'.repeat(67), 'ucs-2', 3],
		['', 'gsm-7', 1]
	])('case %#: the bounds of both alphabets', (text, encoding, segments) => {
		expect(countSegments(text)).toMatchObject({ encoding, segments });
	});

	test('one foreign letter is named as what turned the message to UCS-2', () => {
		expect(countSegments('Grüße, Łukasz')).toMatchObject({ encoding: 'ucs-2', culprit: 'Ł' });
		expect(countSegments('Grüße 5 €')).toMatchObject({ encoding: 'gsm-7', length: 10 });
	});

	test('a longer text never takes fewer segments, and no segment carries more than it can', () => {
		fc.assert(
			fc.property(
				fc.string({ unit: 'grapheme', maxLength: 300 }),
				fc.string({ maxLength: 50 }),
				(text, more) => {
					const short = countSegments(text);
					const long = countSegments(text + more);
					expect(long.segments).toBeGreaterThanOrEqual(short.segments);
					const [alone, chained] = long.encoding === 'gsm-7' ? [160, 153] : [70, 67];
					expect(long.length).toBeLessThanOrEqual(
						long.segments === 1 ? alone : long.segments * chained
					);
				}
			)
		);
	});
});

describe('templates', () => {
	test('a value that looks like a placeholder stays what it is', () => {
		expect(fillTemplate('{a} {b} {c}', { a: '{b}', b: '$&' })).toBe('{b} $& {c}');
		expect(fillTemplate('{constructor}', {})).toBe('{constructor}');
	});

	test('a message carries no link, line break or invisible letter of a customer (H4)', () => {
		const hostile = 'Ida\r\nhttps://evil.example/pay \u202Ewww.evil.example/x now';
		expect(
			messageText('Hello {name}: {link}', { name: hostile, link: 'https://t.example/l/a' })
		).toBe('Hello Ida www. evil. example/x now: https://t.example/l/a');
		expect(messageText('{name}', { name: 'x'.repeat(900) })).toHaveLength(40);
	});

	test.each([
		['198.51.100.7/pay', '198. 51. 100. 7/pay'],
		['198。51。100。7/pay', '198. 51. 100. 7/pay'],
		['evil.\u200cexample', 'evil. example'],
		['evil.\ufe0fexample', 'evil. example'],
		['evil.\u{e0100}example', 'evil. example'],
		['evil.\u0301example', 'evil. example'],
		['evil.\u034fexample', 'evil. example'],
		['evil\u2024example', 'evil. example'],
		['evil\ufe52example', 'evil. example'],
		['evil\uff61example', 'evil. example'],
		['evil.\u24d4xample', 'evil. example'],
		['https\uff1a\u2060//evil', ''],
		['https:\u0301//evil', '']
	])('%j in a record makes no link in a message (H4)', (hostile, shown) => {
		expect(messageText('{name}', { name: hostile })).toBe(shown);
	});

	test.each([
		['Dr. Ana-María O’Connor', 'Dr. Ana-María O’Connor'],
		['Dr.Weber', 'Dr. Weber'],
		['Weber e.V.', 'Weber e. V.'],
		['Nguyễn Thị Ánh', 'Nguyễn Thị Ánh'],
		['مُحَمَّد بن عبد الله', 'مُحَمَّد بن عبد الله'],
		['١٬٢٣٤٫٥٠ €', '١٬٢٣٤٫٥٠ €'],
		['अनिल कुमार', 'अनिल कुमार'],
		['1.234.567,89 €', '1.234.567,89 €'],
		['16.11.2026', '16.11.2026'],
		['33.63', '33.63'],
		['Ring 5½, 20 m²', 'Ring 5½, 20 m²']
	])('%j stays readable in a message', (text, shown) => {
		expect(messageText('{name}', { name: text })).toBe(shown);
	});

	test('nothing that a record can hold makes a link in a message (H4)', () => {
		/** What handsets underline: a scheme, a name with a dot before a letter, four figures with dots. */
		const link = /[a-z][a-z0-9+.-]*:\/\/\S|[.。．｡]\p{L}|\p{N}+(?:[.。．｡]\p{N}+){3}/iu;
		const piece = fc.oneof(
			fc.constantFrom(
				...['.', '。', '\u2024', '\uff0e', '\ufe52', '\u2025', '\u2488', '://', ':', '/']
			),
			fc.constantFrom(
				...['http', 'www', 'evil', 'com', 'ⓒ', '198', '51', '7', '٧', '²', '½', ' ', '\n']
			),
			fc.constantFrom(
				...['\u200c', '\u200d', '\u00ad', '\ufe0f', '\u{e0100}', '\u0301', '\u034f', '\u3164']
			),
			fc.string({ unit: 'binary', maxLength: 2 })
		);
		const values = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
		fc.assert(
			fc.property(values, (name) => {
				const shown = messageText('{name}', { name });
				expect(shown).not.toMatch(link);
				// Nor after a handset has done its own reading of it.
				const read = shown.normalize('NFKC').replace(/[\p{Cf}\p{Variation_Selector}]/gu, '');
				expect(read).not.toMatch(link);
				expect([...shown].length).toBeLessThanOrEqual(40);
			}),
			{ numRuns: 2000 }
		);
	});

	test('amounts in a message do not turn it to UCS-2 by a no-break space', () => {
		const text = messageText('{amount} offen', { amount: '1.234,56\u00a0€' });
		expect(text).toBe('1.234,56 € offen');
		expect(countSegments(text).encoding).toBe('gsm-7');
	});
});

test('contrast is that of WCAG', () => {
	expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
	expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
	expect(contrast('#0b5d66', '#ffffff')).toBe(contrast('#ffffff', '#0b5d66'));
});
