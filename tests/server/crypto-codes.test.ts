import { describe, expect, it } from 'vitest';
import { CODE, VISIT } from '../../src/lib/domain/identity/limits.ts';
import { checkCode, codeOf, createCode, normaliseCode } from '../../src/lib/server/crypto/codes.ts';
import { newSecret } from '../../src/lib/server/crypto/secrets.ts';

// RFC 4226 appendix D, secret "12345678901234567890", count 0.
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('codes', () => {
	it('are HOTP with six digits at counter 0', () => {
		expect(codeOf(RFC_SECRET)).toBe('755224');
		expect(checkCode(RFC_SECRET, '755224')).toBe(true);
		// Count 1 and 9 of the same appendix: no window.
		expect(checkCode(RFC_SECRET, '287082')).toBe(false);
		expect(checkCode(RFC_SECRET, '520489')).toBe(false);
	});

	it('D3: fit their own challenge and no other', () => {
		const made = Array.from({ length: 20 }, createCode);
		expect(new Set(made.map(({ secret }) => secret)).size).toBe(20);
		for (const { secret, code } of made) {
			expect(code).toMatch(/^[0-9]{6}$/);
			expect(checkCode(secret, code)).toBe(true);
			const other = made.find((one) => one.code !== code)!;
			expect(checkCode(secret, other.code)).toBe(false);
		}
	});

	it.each([
		'123456',
		'123 456',
		'12-34-56',
		' 1 2 3 4 5 6 ',
		'١٢٣٤٥٦',
		'۱۲۳۴۵۶',
		'\u200f١٢٣\u00a0٤٥٦',
		'123\u202f456',
		'123–456',
		'123\u2011456'
	])('C7: reads %j', (typed) => {
		expect(normaliseCode(typed)).toBe('123456');
	});

	it.each([
		['an array', ['123456']],
		['a number', 123456],
		['an object', { toString: () => '123456' }],
		['nothing', undefined],
		['null', null],
		['devanagari digits', '१२३४५६'],
		['full-width digits', '１２３４５６'],
		['a line feed', '123456\n'],
		['five digits', '12345'],
		['seven digits', '1234567'],
		['a sign', '+12345'],
		['an exponent', '1234e2'],
		['21 characters', `123456${' '.repeat(15)}`],
		['a megabyte', '1'.repeat(1_000_000)]
	])('C7: refuses %s', (_, typed) => {
		expect(normaliseCode(typed)).toBeNull();
	});
});

it('codes and secrets are as long as the limits say', () => {
	expect(createCode().code).toHaveLength(CODE.digits);
	expect(normaliseCode('1'.repeat(CODE.digits))).not.toBeNull();
	expect(Buffer.from(newSecret(), 'base64url')).toHaveLength(VISIT.secretBits / 8);
});
