import { describe, expect, test } from 'vitest';
import { checkInputs, fieldText, offerInputs } from '../../src/lib/domain/policy/inputs.ts';
import type { FieldValues } from '../../src/lib/domain/workflow/document.ts';
import { FACTS, MOMENT, starter, type Starter } from './workflow-starters.ts';

const check = (
	name: Starter,
	action: string,
	raw: Record<string, unknown>,
	more: FieldValues = {},
	language = 'en'
) =>
	checkInputs(starter(name), action, raw, {
		...MOMENT,
		facts: { ...FACTS[name], ...more },
		language
	});

const address = {
	new_street: 'Am Kai 3',
	new_postcode: '20457',
	new_city: 'Hamburg',
	valid_from: '2026-12-01'
};
const change = (raw: Record<string, unknown>) => check('address-update', 'change-address', raw);

describe('what is offered', () => {
	test('limits and first values follow the case', () => {
		const offered = offerInputs(starter('failed-payment'), 'pay-part', {
			...MOMENT,
			facts: FACTS['failed-payment']
		});
		expect(offered).toMatchObject({
			ok: true,
			value: [{ min: 3_087, max: 12_344, value: 6_173 }]
		});
		expect(fieldText(6_173, 'money', { currency: 'EUR', language: 'de' })).toBe('61,73');
	});

	test('an option is offered only while its condition holds', () => {
		const offered = offerInputs(starter('collections-plan'), 'plan', {
			...MOMENT,
			facts: { ...FACTS['collections-plan'], balance: 5_999 }
		});
		expect(offered.ok && offered.value[0]?.options?.map(({ value }) => value)).toEqual(['3']);
	});

	test('a limit that cannot be evaluated is a rule error that names its place', () => {
		const facts = { ...FACTS['failed-payment'] };
		delete facts['balance'];
		expect(
			checkInputs(
				starter('failed-payment'),
				'pay-part',
				{ part: '50' },
				{ ...MOMENT, facts, language: 'en' }
			)
		).toEqual({
			ok: false,
			reason: 'rule-error',
			detail: { where: 'actions.pay-part.inputs.part.value', error: 'missing: facts.balance' }
		});
	});
});

describe('money', () => {
	test.each([
		['50.00', 'en'],
		['50,00', 'de'],
		['50', 'ar']
	])('%s in %s becomes minor units', (part, language) => {
		expect(check('failed-payment', 'pay-part', { part }, {}, language)).toEqual({
			ok: true,
			value: { part: 5_000 }
		});
	});

	test.each([
		['30.86', { code: 'too-low', min: 3_087, max: 12_344 }],
		['123.45', { code: 'too-high', min: 3_087, max: 12_344 }],
		['0.1', { code: 'fraction' }],
		['1e3', { code: 'format' }],
		['-50', { code: 'format' }],
		['', { code: 'required' }]
	])('%j is refused with the field and why', (part, fault) => {
		expect(check('failed-payment', 'pay-part', { part })).toEqual({
			ok: false,
			reason: 'invalid-input',
			detail: { part: fault }
		});
	});
});

describe('dates and choices', () => {
	test.each([
		['2026-11-21', true],
		['2026-12-04', true],
		['2026-11-20', 'too-low'],
		['2026-12-05', 'too-high'],
		['2026-11-31', 'format'],
		['21.11.2026', 'format'],
		['2026-11-21T00:00', 'format']
	])('the day %s', (day, outcome) => {
		const checked = check('failed-payment', 'pay-later', { day });
		if (outcome === true) expect(checked).toEqual({ ok: true, value: { day } });
		else expect(checked).toMatchObject({ ok: false, detail: { day: { code: outcome } } });
	});

	test.each([
		['3', 5_999, true],
		['6', 6_000, true],
		['6', 5_999, false],
		['12', 100_000, false],
		['3 ', 100_000, false],
		['constructor', 100_000, false]
	])('%j instalments of %i', (instalments, balance, offered) => {
		const checked = check(
			'collections-plan',
			'plan',
			{ instalments, first: '2026-12-01' },
			{ balance }
		);
		if (offered) expect(checked).toMatchObject({ ok: true, value: { instalments } });
		else expect(checked).toMatchObject({ detail: { instalments: { code: 'not-offered' } } });
	});
});

describe('text', () => {
	test('is trimmed and composed', () => {
		expect(
			change({ ...address, new_street: '  Hafenstra\u00dfe 1, Mu\u0308nchen ' })
		).toMatchObject({
			ok: true,
			value: { new_street: 'Hafenstraße 1, München' }
		});
	});

	test.each([
		['U+0000', 'a\u0000b', 'characters'],
		['an escape', 'a\u001bb', 'characters'],
		['a lone surrogate', 'a\ud800b', 'characters'],
		['a noncharacter', 'a\uffffb', 'characters'],
		['121 characters', 'x'.repeat(121), 'too-long'],
		['a megabyte', 'x'.repeat(1_000_000), 'too-long'],
		['blanks', ' \n ', 'required'],
		['a list', ['a'], 'format'],
		['an object', { a: 1 }, 'format'],
		['a number', 5, 'format'],
		['nothing', undefined, 'required']
	])('%s is refused (Q3)', (_, new_street, code) => {
		expect(change({ ...address, new_street })).toMatchObject({
			ok: false,
			reason: 'invalid-input',
			detail: { new_street: { code } }
		});
	});

	test.each([
		['20457', '20457'],
		['٣٠١٦١', '30161'],
		['۳۰۱۶۱', '30161'],
		[' 30161 ', '30161']
	])('the postcode %s is kept as %s', (new_postcode, kept) => {
		expect(change({ ...address, new_postcode })).toMatchObject({
			ok: true,
			value: { new_postcode: kept }
		});
	});

	test.each(['abc', '2045', '204577', '20457 Hamburg', 'x\n20457', '20457\n1', '１２３４５'])(
		'%j is no postcode',
		(new_postcode) => {
			expect(change({ ...address, new_postcode })).toEqual({
				ok: false,
				reason: 'invalid-input',
				detail: { new_postcode: { code: 'pattern' } }
			});
		}
	);

	test('digits stay as they were typed where nothing asks for digits', () => {
		expect(change({ ...address, new_street: 'شارع ٣' })).toMatchObject({
			value: { new_street: 'شارع ٣' }
		});
	});

	test('length counts what people see, not UTF-16 units', () => {
		expect(change({ ...address, new_street: '😀'.repeat(120) }).ok).toBe(true);
		expect(change({ ...address, new_street: '😀'.repeat(121) }).ok).toBe(false);
	});

	test('every refused field is told at once, and foreign fields are ignored', () => {
		const checked = change({ new_postcode: '1', valid_from: 'soon', amount: '1000000' });
		expect(checked.ok ? [] : Object.keys(checked.detail ?? {})).toEqual([
			'new_street',
			'new_postcode',
			'new_city',
			'valid_from'
		]);
		expect(change({ ...address, amount: '5' })).toEqual({ ok: true, value: address });
	});
});
