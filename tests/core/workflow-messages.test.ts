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
