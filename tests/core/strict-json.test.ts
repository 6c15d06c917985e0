import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseStrictJson } from '../../src/lib/contracts/strict-json.ts';

const problem = (text: string) => {
	const parsed = parseStrictJson(text);
	return parsed.ok ? null : parsed.problem;
};

test('it reads what JSON.parse reads, for every value without -0', () => {
	fc.assert(
		fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(3), (value, indent) => {
			const text = JSON.stringify(value, null, indent);
			fc.pre(!text.includes('"__proto__"'));
			expect(parseStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
		})
	);
});

test('it never throws, and takes nothing that JSON.parse refuses', () => {
	const pieces = fc.constantFrom(...'{}[]",:\\', '"a"', '1', '-', 'e9', 'true', ' ', '\u0000');
	fc.assert(
		fc.property(fc.string({ unit: pieces }), (text) => {
			let valid = true;
			try {
				JSON.parse(text);
			} catch {
				valid = false;
			}
			const parsed = parseStrictJson(text);
			if (!valid) expect(parsed).toEqual({ ok: false, problem: 'is not JSON' });
		})
	);
});

test('a key that stands twice is refused wherever it stands, however it is spelt', () => {
	const key = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__');
	const escaped = (text: string) =>
		`"${[...Array(text.length).keys()]
			.map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`)
			.join('')}"`;
	fc.assert(
		fc.property(key, fc.nat(5), fc.jsonValue(), (name, depth, value) => {
			fc.pre(!JSON.stringify(value).includes('"__proto__"'));
			const inner = `{${JSON.stringify(name)}: ${JSON.stringify(value)}, ${escaped(name)}: 2}`;
			expect(problem('[{"x":'.repeat(depth) + inner + '}]'.repeat(depth))).toMatch(/twice$/);
		})
	);
});

test('the same key in two objects, or as a value, is no repeat', () => {
	expect(problem('{"a":{"a":1},"b":[{"a":"a"},{"a":"a"}],"c":"a"}')).toBeNull();
	expect(problem('["a","a",{"a":["a","a"]}]')).toBeNull();
});

test('Q2: depth, numbers without an end, -0, NaN', () => {
	expect(problem('['.repeat(20) + ']'.repeat(20))).toBeNull();
	expect(problem('['.repeat(21) + ']'.repeat(21))).toMatch(/nested deeper than 20/);
	expect(problem('['.repeat(10_000) + ']'.repeat(10_000))).toMatch(/nested deeper than 20/);
	expect(problem('{"a":1e400}')).toMatch(/too large/);
	expect(problem('{"a":-1e400}')).toMatch(/too large/);
	expect(problem('{"a":NaN}')).toBe('is not JSON');
	expect(problem('{"a":Infinity}')).toBe('is not JSON');
	expect(parseStrictJson('{"a":[-0,-0.0,0]}')).toStrictEqual({ ok: true, value: { a: [0, 0, 0] } });
});

test('a number with more digits than a double keeps is refused, not rounded', () => {
	expect(problem('900719925474099312')).toMatch(/digits/);
	expect(problem('1.000000000000000001')).toMatch(/digits/);
	expect(problem('0.00000000000000000001')).toBeNull();
	expect(problem('1e20')).toBeNull();
});

test('braces, quotes and digits inside strings are only text', () => {
	const text = '{"a":"{\\"a\\":1,\\"a\\":2}[[\\\\","b":"1e999 -0"}';
	expect(parseStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
});

test('a key __proto__ is refused', () => {
	expect(problem('{"__proto__":{"x":1}}')).toMatch(/__proto__/);
	expect(problem('{"\\u005f_proto__":1}')).toMatch(/__proto__/);
});

test('no problem repeats a value', () => {
	expect(problem('{"iban":"DE89 secret","iban":"DE89 secret"}')).toBe('has the key "iban" twice');
});

test('64 KB of the worst text takes no time to speak of', () => {
	const many = Array.from({ length: 9_000 }, (_, at) => `"${at}":0`).join(',');
	const worst = [
		`{${many}}`,
		`"${'\\"'.repeat(32_000)}"`,
		`"${'a'.repeat(64_000)}`,
		'-'.repeat(64_000)
	];
	const started = performance.now();
	for (const text of worst) parseStrictJson(text);
	expect(performance.now() - started).toBeLessThan(1_000);
});
