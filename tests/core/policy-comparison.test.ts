import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	type Comparison,
	comparedText,
	operatorsOf,
	parseComparison,
	readComparisons,
	writeComparisons
} from '../../src/lib/domain/policy/comparison.ts';
import type { FieldType } from '../../src/lib/domain/workflow/document.ts';

const FACTS: Record<string, FieldType> = {
	balance: { type: 'money' },
	broken: { type: 'integer' },
	vulnerable: { type: 'boolean' },
	due: { type: 'date' },
	tier: { type: 'choice', options: ['gold', 'plain'] },
	city: { type: 'text', maxLength: 40 }
};

describe('conditions that people can edit without CEL', () => {
	test.each<[string, Comparison[]]>([
		['facts.broken < 2', [{ fact: 'broken', operator: '<', value: 2 }]],
		['facts.balance >= -5', [{ fact: 'balance', operator: '>=', value: -5 }]],
		['!facts.vulnerable', [{ fact: 'vulnerable', operator: '==', value: false }]],
		['facts.vulnerable == true', [{ fact: 'vulnerable', operator: '==', value: true }]],
		[
			'facts.tier == "gold" && (facts.due <= \'2026-12-31\' && facts.vulnerable)',
			[
				{ fact: 'tier', operator: '==', value: 'gold' },
				{ fact: 'due', operator: '<=', value: '2026-12-31' },
				{ fact: 'vulnerable', operator: '==', value: true }
			]
		]
	])('%s', (source, comparisons) => {
		expect(readComparisons(source, FACTS)).toEqual(comparisons);
	});

	test.each([
		'facts.broken < 2 || facts.vulnerable',
		'facts.broken < facts.balance',
		'2 > facts.broken',
		'facts.due < today',
		'facts.unheard == 1',
		'facts.city < "x"',
		'facts.tier == "silver"',
		'facts.balance',
		'facts.broken <',
		''
	])('%s stays an expression', (source) => {
		expect(readComparisons(source, FACTS)).toBeNull();
	});

	const comparison = fc.constantFrom(...Object.keys(FACTS)).chain((fact) => {
		const type = FACTS[fact]!;
		const value: fc.Arbitrary<string | number | boolean> =
			type.type === 'boolean'
				? fc.boolean()
				: type.type === 'date'
					? fc.constantFrom('2026-02-28', '2030-12-31')
					: type.type === 'choice'
						? fc.constantFrom(...type.options)
						: type.type === 'text'
							? fc.string({ maxLength: 8 }).map((text) => text.trim())
							: fc.integer();
		return fc.record({
			fact: fc.constant(fact),
			operator: fc.constantFrom(...operatorsOf(type.type)),
			value
		});
	});

	test('what is written is read again, and what stands in the form is what it was', () => {
		fc.assert(
			fc.property(fc.array(comparison, { minLength: 1, maxLength: 4 }), (list) => {
				expect(readComparisons(writeComparisons(list), FACTS)).toEqual(list);
				for (const { fact, operator, value } of list) {
					const typed = { fact, operator, value: comparedText(value, FACTS[fact]!, 'EUR') };
					expect(parseComparison(typed, FACTS, 'EUR')).toEqual({
						ok: true,
						value: { fact, operator, value }
					});
				}
			})
		);
	});

	test('money is typed in major units, and what is of another type is refused', () => {
		const parse = (fact: string, operator: string, value: string) =>
			parseComparison({ fact, operator, value }, FACTS, 'EUR');
		expect(parse('balance', '>=', '300.50')).toMatchObject({ value: { value: 30_050 } });
		expect(parse('balance', '>=', 'much')).toMatchObject({ reason: 'value' });
		expect(parse('broken', '<', '2.5')).toMatchObject({ reason: 'value' });
		expect(parse('due', '<', '2026-02-30')).toMatchObject({ reason: 'value' });
		expect(parse('tier', '==', 'silver')).toMatchObject({ reason: 'value' });
		expect(parse('city', '<', 'a')).toMatchObject({ reason: 'operator' });
		expect(parse('constructor', '==', '1')).toMatchObject({ reason: 'unknown-fact' });
	});
});
