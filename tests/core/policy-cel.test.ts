import { describe, expect, test } from 'vitest';
import { buildEnvironment } from '../../src/lib/domain/policy/environment.ts';
import { celContext, compileExpression } from '../../src/lib/domain/policy/program.ts';
import type { FieldValues } from '../../src/lib/domain/workflow/document.ts';

const environment = buildEnvironment('moment', {
	facts: { amount: 'int', parts: 'int', name: 'string', day: 'string', open: 'bool' }
});
const FACTS = { amount: 1_000, parts: 3, name: 'Ida', day: '2026-11-20', open: true };

const refusalsOf = (source: string) => {
	const compiled = compileExpression(environment, source, ['bool', 'int', 'string']);
	return compiled.ok ? [] : (compiled.detail ?? []).map(({ message }) => message);
};
function run(source: string, facts: FieldValues = FACTS) {
	const compiled = compileExpression(environment, source, ['bool', 'int', 'string']);
	if (!compiled.ok) throw new Error(JSON.stringify(compiled.detail));
	return compiled.value.run(celContext({ facts, today: '2026-11-20', now: 1_763_632_800_000 }));
}

describe('what an expression may not do', () => {
	test.each([
		['facts.name.matches("(a+)+$")', /matches\(\) is not allowed/],
		['[1].all(x, [2].exists(y, y == x))', /exists\(\) inside another/],
		['[1].map(x, [2].filter(y, y > x)).size() > 0', /filter\(\) inside another/],
		['[[1].exists(x, x > 0)].all(y, [y].all(z, z))', /all\(\) inside another/],
		['dyn(facts).amount > 1', /dyn\(\) is not allowed/],
		['cel.bind(a, "x", a + a) == "xx"', /bind\(\) is not allowed/],
		['b"{}".json().x == 1', /json\(\) is not allowed/],
		['timestamp(facts.day) == timestamp(0)', /timestamp\(\) is not allowed/],
		['1.5 > 1.0', /fraction/],
		['facts == facts', /used whole/],
		['facts[facts.name] > 1', /used whole/],
		['size(facts) > 1', /used whole/],
		['unlisted > 1', /Unknown variable: unlisted/],
		['input.x > 1', /Unknown variable: input/],
		['facts.amuont > 1', /No such key: amuont/],
		['facts.constructor == ""', /No such key: constructor/],
		['facts.amount > "1"', /no such overload/],
		['facts.amount >', /Unexpected token/],
		['facts.?amount == 1', /Expected IDENTIFIER/],
		[`${'('.repeat(31)}1${')'.repeat(31)} > 0`, /maxDepth/],
		[`${Array(300).fill('1').join('+')} > 0`, /maxAstNodes/],
		[`facts.amount in [${Array(101).fill('1').join(',')}]`, /maxListElements/],
		['', /Unexpected token: EOF/]
	])('%s', (source, message) => {
		expect(refusalsOf(source)).toContainEqual(expect.stringMatching(message));
	});

	test('every reason is told, not the first', () => {
		expect(refusalsOf('dyn(facts).x.matches("a") && 1.5 > 1.0')).toHaveLength(4);
	});

	test('one comprehension after another is no nesting', () => {
		expect(run('[1, 2].map(x, x * 2).exists(y, y == 4)')).toEqual({ ok: true, value: true });
	});
});

describe('what an expression yields', () => {
	test.each([
		['facts.amount / facts.parts', 333],
		['divideUp(facts.amount, facts.parts)', 334],
		['divideUp(999, 3)', 333],
		['min(facts.amount, 5) + max(1, 2)', 7],
		['daysBetween("2026-11-20", "2026-12-01")', 11],
		['daysBetween("2026-12-01", "2026-11-20")', -11],
		['addDays(today, 14)', '2026-12-04'],
		['addMonths("2026-01-31", 1)', '2026-02-28'],
		['facts.day <= today && facts.open', true],
		['now > 0', true],
		['facts.name + "!"', 'Ida!'],
		['9007199254740991', Number.MAX_SAFE_INTEGER]
	])('%s is %j', (source, value) => {
		expect(run(source)).toEqual({ ok: true, value });
	});

	test.each([
		['division by zero', 'facts.amount / 0 > 1'],
		['a result beyond safe integers', '9007199254740992'],
		['an overflow', '9223372036854775807 + facts.amount'],
		['a date that does not exist', 'addDays("2026-02-30", 1) < today'],
		['no date at all', 'daysBetween(facts.name, today) > 1'],
		['a century of days', 'addDays(today, 99999) > today'],
		['no parts', 'divideUp(facts.amount, 0)'],
		['a text that is no number', 'int(facts.name) > 1']
	])('%s is a rule error', (_, source) => {
		expect(run(source)).toMatchObject({ ok: false, reason: 'rule-error' });
	});
});

describe('a fact that is missing or of a wrong type', () => {
	const { amount, ...without } = FACTS;

	test.each([
		'facts.amount > 1',
		'!(facts.amount > 1)',
		'facts.amount > 1 && false',
		'facts.amount > 1 || true',
		'false && facts.amount > 1',
		'facts.open ? true : facts.amount > 1',
		'[1].exists(x, x == facts.amount)'
	])('%s is a rule error, never a silent false or true', (source) => {
		expect(run(source, without)).toEqual({
			ok: false,
			reason: 'rule-error',
			detail: 'missing: facts.amount'
		});
		expect(run(source, { ...without, amount })).toMatchObject({ ok: true });
	});

	test('may be asked for with has()', () => {
		expect(run('has(facts.amount) && facts.amount > 1', without)).toEqual({
			ok: true,
			value: false
		});
		expect(run('!has(facts.amount)', without)).toEqual({ ok: true, value: true });
	});

	test.each([12.5, '12', true, Number.NaN, 2 ** 60])('%j where an integer is declared', (wrong) => {
		expect(run('facts.amount > 1', { ...without, amount: wrong })).toMatchObject({
			ok: false,
			reason: 'rule-error'
		});
	});

	test('errors hold no value of the case', () => {
		const result = run('int(facts.name) > 1', { ...FACTS, name: 'secret-4711' });
		expect(JSON.stringify(result)).not.toContain('secret');
	});
});
