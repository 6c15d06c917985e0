import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../src/lib/domain/workflow/pattern.ts';

const compiled = (source: string) => {
	const read = compilePattern(source);
	if (!read.ok) throw new Error(`${source}: ${read.detail?.message}`);
	return read.value;
};

describe('what fits', () => {
	test.each([
		['[0-9]{5}', ['20457'], ['2045', '204577', ' 20457', '20457\n', 'a20457']],
		['\\d{4} ?[A-Z]{2}', ['1234AB', '1234 AB'], ['1234  AB', '1234ab']],
		['(?:DE|AT)-\\d{1,5}', ['DE-1', 'AT-12345'], ['CH-1', 'DE-', 'DE']],
		['[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}', ['EC1A 1BB', 'W1A 0AX'], ['EC1A1BB']],
		['\\p{L}{1,20}', ['Straße', 'شارع'], ['Weg 1', '']],
		['a\\.b\\+c', ['a.b+c'], ['axb+c']],
		['[\\-\\]\\d_]{3}', ['-]_', '1-2'], ['abc']],
		['(?:a|b(?:c|d)){2}', ['aa', 'bcbd', 'abd'], ['b', 'bcbdb']],
		['x|', ['x', ''], ['xx']],
		['😀{2}', ['😀😀'], ['😀']]
	])('%s', (source, fitting, other) => {
		const { fits } = compiled(source);
		expect(fitting.filter((text) => !fits(text))).toEqual([]);
		expect(other.filter(fits)).toEqual([]);
	});

	test('it is known whether digits are asked for, and how long what fits is', () => {
		expect(compiled('[0-9]{5}')).toMatchObject({ digits: true, shortest: 5, longest: 5 });
		expect(compiled('[A-Z0-9]{2,8}')).toMatchObject({ digits: true, shortest: 2, longest: 8 });
		expect(compiled('(?:a|\\d)?')).toMatchObject({ digits: true, shortest: 0, longest: 1 });
		expect(compiled('[a-f]{3}')).toMatchObject({ digits: false });
	});
});

describe('what is refused', () => {
	test.each([
		['a*', /without a bound/],
		['a+', /without a bound/],
		['(?:a+)+', /without a bound/],
		['a{2,}', /without a bound/],
		['(a)', /kept or looks around/],
		['(?=a)', /kept or looks around/],
		['(?<!a)b', /kept or looks around/],
		['(a)\\1', /kept or looks around/],
		['a\\1', /not allowed/],
		['\\w{3}', /not allowed/],
		['\\', /not allowed/],
		['.{3}', /any character/],
		['^a$', /not needed/],
		['[^a]', /everything else/],
		['[]', /empty/],
		['[a', /not closed/],
		['[z-a]', /backwards/],
		['[a-\\d]', /backwards/],
		['(?:a', /not closed/],
		['a)', /not opened/],
		['a{3,2}', /no repeat/],
		['a{0}', /no repeat/],
		['a{x}', /begins no repeat/],
		['a??', /nothing is repeated/],
		['a{2}{3}', /nothing is repeated/],
		['', /empty text/],
		['(?:a?){30}a{30}', /too many ways/],
		['(?:a|a){12}', /too many ways/],
		['(?:a|b|ab){7}c', /too many ways/],
		['a{1,40}a{1,40}', /too many ways/],
		['[a-z]{1000}[a-z]', /too long/]
	])('%s', (source, message) => {
		const read = compilePattern(source);
		expect(read).toMatchObject({
			ok: false,
			reason: 'bad-pattern',
			detail: {
				message: expect.stringMatching(message) as string,
				cure: expect.stringMatching(/./) as string
			}
		});
	});

	test('whatever is written is read or refused, and never thrown', () => {
		const sign = fc.constantFrom(...'ab09[]()?:{},|\\^-.*+$pdL😀\ud800'.split(''), '(?:', '{2,3}');
		fc.assert(
			fc.property(fc.array(sign, { maxLength: 14 }), fc.string(), (signs, text) => {
				const read = compilePattern(signs.join(''));
				if (read.ok) {
					read.value.fits(text);
					expect(read.value.longest).toBeGreaterThanOrEqual(read.value.shortest);
				} else expect(read.detail?.message).toBeTruthy();
			}),
			{ numRuns: 2_000 }
		);
	});

	test('what is read means what it means to RE2 and JavaScript', () => {
		const piece = fc.constantFrom('a', 'b', '[ab]', '[0-9]', '\\d', '(?:a|bb)', '(?:ab?|1)', '-');
		const repeat = fc.constantFrom('', '', '?', '{2}', '{1,3}');
		const source = fc
			.array(fc.tuple(piece, repeat), { minLength: 1, maxLength: 4 })
			.map((parts) => parts.flat().join(''));
		const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '-'), maxLength: 8 });
		fc.assert(
			fc.property(source, text, (pattern, given) => {
				const read = compilePattern(pattern);
				if (read.ok)
					expect(read.value.fits(given)).toBe(new RegExp(`^(?:${pattern})$`, 'u').test(given));
			}),
			{ numRuns: 2_000 }
		);
	});
});
