import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	checkAnswer,
	computeValues,
	operationFields,
	reviewLines
} from '../../src/lib/domain/policy/compute.ts';
import { shownValues } from '../../src/lib/domain/policy/shown.ts';
import { fillTemplate, placeholders } from '../../src/lib/domain/workflow/template.ts';
import { placedTexts } from '../../src/lib/domain/workflow/texts.ts';
import { FACTS, MOMENT, STARTERS, starter } from './workflow-starters.ts';

const plan = starter('collections-plan');
const facts = FACTS['collections-plan'];

function valuesOf(balance: number, instalments: '3' | '6' | '12') {
	const [action, input] =
		instalments === '12'
			? ['plan-long', { first: '2026-12-01' }]
			: ['plan', { instalments, first: '2026-12-01' }];
	const moment = { ...MOMENT, facts: { ...facts, balance } };
	const values = computeValues(plan, action, moment, input);
	if (!values.ok) throw new Error(JSON.stringify(values.detail));
	return { action, input: input as Record<string, string>, moment, values: values.value };
}

describe('the instalments of a plan', () => {
	test('always add up to the balance, and differ by less than their number', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 3_000, max: 1_000_000_000 }),
				fc.constantFrom('3' as const, '6' as const, '12' as const),
				(balance, instalments) => {
					const { values } = valuesOf(balance, instalments);
					const parts = Number(instalments);
					const [rate, last] = [Number(values['rate']), Number(values['last'])];
					expect(rate * (parts - 1) + last).toBe(balance);
					expect(values['total']).toBe(balance);
					expect(rate).toBeGreaterThan(0);
					expect(last - rate).toBeGreaterThanOrEqual(0);
					expect(last - rate).toBeLessThan(parts);
				}
			)
		);
	});

	test('are shown as they will be sent', () => {
		const { action, input, moment, values } = valuesOf(100_000, '12');
		const lines = reviewLines(plan, action, { ...moment, input, values }, 'de');
		expect(lines.ok && lines.value.map(({ text }) => text)).toEqual([
			'83,33\u00a0€',
			'12',
			'83,37\u00a0€',
			'1. Dezember 2026',
			'1. November 2027',
			'1.000,00\u00a0€'
		]);
		const sending = { ...moment, input, values, customer: 'C-1', reference: 'r1' };
		expect(operationFields(plan, action, sending)).toEqual({
			ok: true,
			value: { instalments: 12, first: '2026-12-01', rate: 8_333, last: 8_337, total: 100_000 }
		});
	});

	test('a choice is shown by its label in lines and texts', () => {
		const { input, values } = valuesOf(100_000, '6');
		const shown = shownValues(plan, { facts, action: 'plan', input, values }, 'de');
		expect(shown).toMatchObject({
			instalments: '6 Monate',
			balance: '1.000,00\u00a0€',
			first: '1. Dezember 2026',
			brand: 'Lindenhof Versand'
		});
	});
});

describe('what is sent', () => {
	test('does not depend on when it is asked (6)', () => {
		const { action, input, moment, values } = valuesOf(50_000, '3');
		const sending = { ...moment, input, values, customer: 'C-1', reference: 'r1' };
		const later = { ...sending, today: '2030-01-01', now: 1 };
		expect(operationFields(plan, action, later)).toEqual(operationFields(plan, action, sending));
	});

	test('a value that is not there is a rule error that names its place', () => {
		const sending = { facts, input: {}, values: {}, customer: 'C-1', reference: 'r1' };
		expect(operationFields(plan, 'plan', sending)).toEqual({
			ok: false,
			reason: 'rule-error',
			detail: {
				where: 'records.operations.plan.fields.instalments',
				error: 'missing: values.parts'
			}
		});
	});

	test('an action that does not exist is a bug, not an outcome', () => {
		expect(() => computeValues(plan, 'nothing', { ...MOMENT, facts }, {})).toThrow(
			'unknown action'
		);
	});
});

describe('what comes back (N6)', () => {
	const payment = starter('failed-payment');
	const sent = { amount: 12_345, kind: 'full' };
	const right = { reference: 'PAY-1', ours: 'r1', customer: 'C-1', amount: 12_345 };
	const answerIs = (answer: Record<string, string | number>) =>
		checkAnswer(payment, 'pay-now', { answer, sent, customer: 'C-1', reference: 'r1' });

	test('is believed if it is about what was sent', () => {
		expect(answerIs(right)).toEqual({ ok: true, value: true });
	});

	test.each([
		['another reference', { ours: 'r2' }],
		['another customer', { customer: 'C-2' }],
		['another amount', { amount: 12_344 }]
	])('is refused with %s', (_, wrong) => {
		expect(answerIs({ ...right, ...wrong })).toMatchObject({ ok: false, reason: 'answer-refused' });
	});

	test.each(['ours', 'customer', 'amount'])('without %s it is a rule error', (name) => {
		const answer: Record<string, string | number> = { ...right };
		delete answer[name];
		expect(answerIs(answer)).toMatchObject({ ok: false, reason: 'rule-error' });
	});
});

describe('texts', () => {
	test.each(STARTERS)(
		'every placeholder of %s has a value, also when the record is empty',
		(name) => {
			const compiled = starter(name);
			const own = { link: 'l', code: 'c', minutes: '5', until: 'u' };
			for (const { path, texts } of placedTexts(compiled.document)) {
				const action = path[0] === 'actions' ? { action: String(path[1]) } : {};
				const shown = { ...shownValues(compiled, { facts: {}, ...action }, 'en'), ...own };
				for (const text of Object.values(texts))
					expect(placeholders(fillTemplate(text, shown))).toEqual([]);
			}
		}
	);
});
