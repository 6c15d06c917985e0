import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pieces } from '../../src/lib/ui/phone/pieces.ts';

test('a link and a code become tappable, the full stop behind them does not', () => {
	expect(pieces('Your code is 123456. See http://h.example/l/ab-_9. Bye')).toEqual([
		{ kind: 'text', text: 'Your code is ' },
		{ kind: 'code', text: '123456' },
		{ kind: 'text', text: '. See ' },
		{ kind: 'link', text: 'http://h.example/l/ab-_9', href: 'http://h.example/l/ab-_9' },
		{ kind: 'text', text: '. Bye' }
	]);
});

test.each([
	'javascript:alert(1)',
	'pay 1234567 now',
	'+491701234567',
	'12345.60',
	'data:text/html,x'
])('%s stays text', (body) => {
	expect(pieces(body).every(({ kind }) => kind === 'text')).toBe(true);
});

test('the pieces are the message, whatever stands in it', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), (body) => {
			expect(
				pieces(body)
					.map(({ text }) => text)
					.join('')
			).toBe(body);
		})
	);
});
