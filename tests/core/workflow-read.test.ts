import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readWorkflow } from '../../src/lib/server/workflows/read-yaml.ts';
import { STARTERS, starterSource } from './workflow-starters.ts';

const source = starterSource('failed-payment');

/** Replaces the first occurrence after a marker, and fails loudly if there is none. */
function edit(text: string, after: string, from: string, to: string): string {
	const start = text.indexOf(after);
	const at = text.indexOf(from, start);
	if (start < 0 || at < 0) throw new Error(`nothing to edit: ${after} … ${from}`);
	return text.slice(0, at) + to + text.slice(at + from.length);
}

/** Line, from 1, of the first occurrence after a marker. */
function lineOf(text: string, after: string, what: string): number {
	const at = text.indexOf(what, text.indexOf(after));
	if (at < 0) throw new Error(`not found: ${what}`);
	return text.slice(0, at).split('\n').length;
}

const problemsOf = (text: string) => {
	const read = readWorkflow(text);
	return read.ok ? [] : (read.detail ?? []);
};

describe('starters', () => {
	test.each(STARTERS)('%s is published as it stands', (name) => {
		expect(problemsOf(starterSource(name))).toEqual([]);
	});

	test('the hash is that of the content, not of its layout, and JSON is read too', () => {
		const first = readWorkflow(source);
		if (!first.ok) throw new Error('does not read');
		const again = readWorkflow(JSON.stringify(first.value.document, null, 1));
		expect(again).toMatchObject({ ok: true, value: { hash: first.value.hash } });
		const other = readWorkflow(source.replace('link: { hours: 72 }', 'link: { hours: 73 }'));
		expect(other.ok && other.value.hash).not.toBe(first.value.hash);
	});
});

describe('a document with ten different mistakes', () => {
	const edits: [after: string, from: string, to: string][] = [
		['zone:', 'Europe/Berlin', 'Europe/Berlinn'],
		['brand:', "'#ffffff'", "'#0b6d76'"],
		['required:', '[balance]', '[balanse]'],
		['  code:\n    # E-mail', 'minutes: 5', 'minutes: 15'],
		['  pay-now:', 'facts.balance > 0', 'facts.balanse > 0'],
		['  pay-now:', 'effect: money', 'effect: cash'],
		['  pay-later:', 'operation: promise', 'operation: promised'],
		['id: part-allowed', 'facts.part_allowed', 'facts.broken_promises'],
		['keyHeader:', 'keyHeader: Idempotency-Key', '# no key header'],
		['breakpoints:', 'exception: missing-data', 'exception: missing-detail']
	];
	const broken = edits.reduce((text, [after, from, to]) => edit(text, after, from, to), source);
	const problems = problemsOf(broken);
	const at = (after: string, what: string) => lineOf(broken, after, what);

	test.each([
		['zone', at('zone:', 'zone:'), /not a time zone/, /Europe\/Berlin/],
		['brand.ink', at('brand:', 'ink:'), /Contrast .* 1\.\d : 1/, /at least 4.5/],
		['trigger.required[0]', at('required:', 'balanse'), /no fact "balanse"/, /balance/],
		['identity.code.minutes', at('# E-mail', 'minutes: 15'), /too long where money/, /at most 5/],
		[
			'actions.pay-now.clauses[0].expression',
			at('pay-now:', 'expression: facts.balanse'),
			/No such key: balanse/,
			/Correct the name/
		],
		['actions.pay-now.effect', at('pay-now:', 'effect: cash'), /one of: .*personal-data/, /said/],
		[
			'actions.pay-later.operation',
			at('pay-later:', 'operation: promised'),
			/no operation "promised"/,
			/promise/
		],
		[
			'actions.pay-part.clauses[1].expression',
			at('id: part-allowed', 'expression:'),
			/Gives a whole number, not a yes or no/,
			/comparison/
		],
		[
			'records.operations.pay.mapping.http.keyHeader',
			at('operations:', 'http:'),
			/no header carries the key/,
			/keyHeader/
		],
		[
			'breakpoints.trigger.exception',
			at('breakpoints:', 'exception: missing-detail'),
			/no exception type "missing-detail"/,
			/missing-data/
		]
	])('names %s at line %i with message and cure', (field, line, message, cure) => {
		const found = problems.filter((problem) => problem.field === field);
		expect(found).toHaveLength(1);
		expect(found[0]).toMatchObject({
			line,
			message: expect.stringMatching(message) as string,
			cure: expect.stringMatching(cure) as string
		});
		expect(found[0]!.column).toBeGreaterThan(0);
	});

	test('says nothing else but what follows from them', () => {
		const extra = problems.filter(({ field }) => !['records.operations.promise'].includes(field));
		expect(extra).toHaveLength(10);
	});

	test('tells them in the order of the source', () => {
		const lines = problems.map(({ line }) => line);
		expect(lines).toEqual([...lines].sort((a, b) => a - b));
	});
});

describe('each check finds its own mistake', () => {
	test.each([
		[
			'a text is missing in a declared language',
			['landing:', "    ar: 'ر", "    # ar: 'ر"],
			/missing in "ar"/
		],
		[
			'a language is not declared',
			['languages:', '[en, de, ar]', '[en, de]'],
			/not one of the document's/
		],
		[
			'a placeholder cannot be filled',
			['landing:', 'about your account', 'about {balance}'],
			/Nothing fills \{balance\}/
		],
		[
			'a brace stands alone',
			['landing:', 'about your account', 'about { balance }'],
			/brace stands alone/
		],
		['the invitation lacks its link', ['invitation:', ': {link}', ''], /Lacks \{link\}/],
		[
			'a code travels with a link',
			['  code:\n    segments', 'We never', '{link} We never'],
			/must not stand/
		],
		['a template breaks its budget', ['invitation:', 'segments: 3', 'segments: 1'], /SMS segments/],
		['a channel has no contact', ['contacts:', '    sms: phone\n', ''], /no contact for "sms"/],
		[
			'code cannot be reached',
			['# E-mail', '[sms, whatsapp]', '[]'],
			/cannot be reached: no code channel/
		],
		[
			'the stricter path is weaker',
			['identity:', 'stricter: code-and-facts', 'stricter: known-facts'],
			/weaker/
		],
		['a link lives too long', ['link:', 'hours: 72', 'hours: 721'], /outside the bounds/],
		[
			'known facts move money unexplained',
			['pay-now:', 'assurance: code', 'assurance: known-facts'],
			/Known facts alone/
		],
		[
			'a link alone moves money',
			['pay-now:', 'assurance: code', 'assurance: link'],
			/A link proves nothing/
		],
		[
			'a value is read before it is computed',
			['name: amount', 'expression: facts.balance', 'expression: values.amount'],
			/before it is computed/
		],
		[
			'a fact may be missing where a clause reads it',
			['  facts:\n    name', '    part_allowed: account.partAllowed\n', ''],
			/Reads facts.part_allowed, which may be missing/
		],
		[
			'an operation has no lookup',
			['promise:', "      lookup: { method: GET, path: '/promises/{reference}' }", '      # none'],
			/nothing says how to look up/
		],
		[
			'the path names what is not sent',
			['http:', '/customers/{customer}/payments', '/customers/{who}/payments'],
			/Nothing fills \{who\} in the path/
		],
		[
			'the answer declares no reference',
			['pay:\n', 'reference: { type: text', 'number: { type: text'],
			/declares no reference/
		],
		[
			'a field of the body is not sent',
			['pay:\n', 'amount: amount', 'amount: amuont'],
			/Nothing called "amuont"/
		],
		[
			'the backup is the owner',
			['exceptions:', 'backup: operations', 'backup: data-care'],
			/backup is the owner/
		],
		[
			'a broken rule would go to a policy queue',
			['# A rule or a limit', 'ruleError: rule-broken', 'ruleError: nothing-fits'],
			/"nothing-fits" is of class "policy"/
		],
		[
			'nobody hears of a broken rule',
			['# A rule or a limit', 'ruleError: rule-broken', 'ruleError: rule-brokn'],
			/no exception type "rule-brokn"/
		],
		['an unknown field', ['link:', 'hours: 72', 'hours: 72, days: 3'], /^Is no field here$/],
		[
			'a control character',
			['title:', 'Failed payment', '"Failed\\0payment"'],
			/control characters/
		],
		['a name every object has', ['facts:', '  failed_payment:', '  constructor:'], /reserved word/]
	] as [string, [string, string, string], RegExp][])('%s', (_, [after, from, to], message) => {
		const messages = problemsOf(edit(source, after, from, to)).map((problem) => problem.message);
		expect(messages).toContainEqual(expect.stringMatching(message));
	});

	const postcodes = starterSource('address-update');
	test.each([
		['[0-9]+', /\+ stands where nothing is repeated|without a bound/, /\{1,20\}/],
		['[0-9]{5,}', /\{5,\} repeats without a bound/, /\{5,20\}/],
		['(?:[0-9]?){30}', /too many ways/, /fewer repeats/],
		['(?=[0-9]{5}).{5}', /looks around/, /\(\?:/],
		['^[0-9]{5}$', /\^ is not needed/, /whole text/],
		['[0-9]{17}', /as short as 16 characters/, /maxLength/]
	])('the pattern %s, with its place and a cure', (pattern, message, cure) => {
		const text = edit(postcodes, 'name: new_postcode', "'[0-9]{5}'", `'${pattern}'`);
		expect(problemsOf(text)).toEqual([
			expect.objectContaining({
				field: 'actions.change-address.inputs[1].pattern',
				line: lineOf(text, 'name: new_postcode', 'pattern:'),
				message: expect.stringMatching(message) as string,
				cure: expect.stringMatching(cure) as string
			})
		]);
	});

	test('a pattern without words for it, words without a pattern, and words that lack a language', () => {
		const hint = / {8}patternHint:\n(?: {10}.*\n){3}/;
		const [words = ''] = hint.exec(postcodes) ?? [];
		const fields = (text: string) => problemsOf(text).map(({ field }) => field);
		const at = 'actions.change-address.inputs[1]';
		expect(fields(postcodes.replace(words, ''))).toEqual([`${at}.pattern`]);
		expect(fields(postcodes.replace("        pattern: '[0-9]{5}'\n", ''))).toEqual([
			`${at}.patternHint`
		]);
		const silent = words.replace(/ {10}ar: .*\n/, '');
		expect(fields(postcodes.replace(words, silent))).toEqual([`${at}.patternHint.ar`]);
	});

	test("an e-mail's subject is one line, and tells nothing of the customer", () => {
		const subject = (text: string) =>
			problemsOf(edit(source, 'invitation:', "'A message about your account'", text));
		expect(subject("'News from {brand}'")).toEqual([]);
		expect(subject("'You owe {balance}'")).toMatchObject([
			{ field: 'templates.invitation.subject.en', message: 'Nothing fills {balance} here' }
		]);
		expect(subject('"Hello\\nBcc: x@y.example"')).toMatchObject([
			{
				field: 'templates.invitation.subject.en',
				message: expect.stringMatching(/one line/i) as string
			}
		]);
	});

	test('more than five inputs are too many for one page', () => {
		const six = Array.from({ length: 6 }, (_, index) => ({
			name: `field${index}`,
			type: 'text',
			maxLength: 10,
			label: { en: 'a', de: 'b', ar: 'c' }
		}));
		const text = edit(source, 'pay-now:', 'inputs: []', `inputs: ${JSON.stringify(six)}`);
		expect(problemsOf(text)).toMatchObject([
			{ field: 'actions.pay-now.inputs', message: 'Asks for 6 things' }
		]);
	});
});

describe('hostile sources are refused with a place, never with an exception', () => {
	test('a key that stands twice', () => {
		const text = source.replace('currency: EUR', 'currency: EUR\ncurrency: USD');
		expect(problemsOf(text)).toMatchObject([
			{
				line: lineOf(text, 'currency: USD', 'currency: USD'),
				cure: expect.stringContaining('Keep one') as string
			}
		]);
	});

	test('aliases, also as a bomb', () => {
		const bomb = ['a: &a [x, x]', 'b: &b [*a, *a]', 'c: [*b, *b]'].join('\n');
		expect(problemsOf(bomb).map(({ message }) => message)).toContain('The alias *b is not allowed');
	});

	test.each([
		['nothing', ''],
		['a list', '- a'],
		['a number', '5'],
		['broken YAML', 'a: [1, 2'],
		['two documents', 'a: 1\n---\nb: 2'],
		['a foreign tag', 'a: !!js/function "x"'],
		['deep nesting', '['.repeat(20_000)],
		['a very long source', `a: ${'x'.repeat(300_000)}`],
		['a prototype key', '__proto__: { languages: [en] }']
	])('%s', (_, text) => {
		const problems = problemsOf(text);
		expect(problems.length).toBeGreaterThan(0);
		for (const { line, message, cure } of problems) {
			expect(line).toBeGreaterThan(0);
			expect(message).not.toBe('');
			expect(cure).not.toBe('');
		}
	});

	test('one name written in two ways, and depth beyond sense, in our own words', () => {
		expect(problemsOf('1: a\n"1": b')).toMatchObject([
			{ line: 2, cure: expect.stringContaining('Keep one') as string }
		]);
		expect(problemsOf('['.repeat(20_000))[0]?.message).toBe('Is nested too deeply');
	});

	test('H10: a source of mistakes takes time by its length, not by its square', () => {
		// A quarter takes a quarter, and not a sixteenth; the better of two, because machines are busy.
		const took = (text: string) => {
			const times = [1, 2].map(() => {
				const started = performance.now();
				expect(problemsOf(text).length).toBeLessThanOrEqual(200);
				return performance.now() - started;
			});
			return Math.min(...times);
		};
		const long = '&a '.repeat(40_000);
		const quarter = long.slice(0, long.length / 4);
		took(quarter);
		expect(took(long) / took(quarter)).toBeLessThan(9);
	});

	test('anything wrong anywhere is told, never thrown', () => {
		const whole = readWorkflow(source);
		if (!whole.ok) throw new Error('does not read');
		const { document } = whole.value;
		const wrong = fc.constantFrom(null, 5, true, [], {}, 'zzz', ['zzz'], { zzz: 1 });
		fc.assert(
			fc.property(fc.constantFrom(...pathsOf(document)), wrong, (path, value) => {
				const changed = JSON.stringify(replaced(document, path, value));
				const read = readWorkflow(changed);
				if (!read.ok) expect(read.detail).not.toHaveLength(0);
			}),
			{ numRuns: 60 }
		);
	});
});

/** Every path below the top of a JSON value. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
	if (typeof value !== 'object' || value === null) return [path];
	const below = Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]));
	return path.length === 0 ? below : [path, ...below];
}

function replaced(value: unknown, [key, ...rest]: string[], part: unknown): unknown {
	if (key === undefined) return part;
	const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
	const record = copy as Record<string, unknown>;
	record[key] = replaced(record[key], rest, part);
	return copy;
}
