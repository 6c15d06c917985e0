import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedCustomers } from '../../src/demo/core/seed.ts';
import type { WorkflowDocument } from '../../src/lib/domain/workflow/document.ts';
import { readPath } from '../../src/lib/domain/workflow/field.ts';
import { pickFacts } from '../../src/lib/server/flows/pick-facts.ts';
import { putAt } from '../../src/lib/server/records/paths.ts';
import { PEER_TODAY } from './records.ts';

const label = { en: 'x' };
const document: Pick<WorkflowDocument, 'facts' | 'records'> = {
	facts: {
		name: { type: 'text', maxLength: 120, label },
		balance: { type: 'money', label },
		due: { type: 'date', label },
		late: { type: 'integer', min: 0, max: 4_000, label },
		failed: { type: 'boolean', label },
		language: { type: 'choice', options: ['de', 'en', 'ar'], label }
	},
	records: {
		connection: 'core',
		consistencySeconds: 60,
		read: { mapping: {}, customer: 'id' },
		facts: {
			name: 'name',
			balance: 'account.balance',
			due: 'account.dueDate',
			late: 'account.overdueDays',
			failed: 'account.failedPayment',
			language: 'language'
		},
		contacts: { sms: 'phone', email: 'email' },
		operations: {}
	}
};
const [anna] = seedCustomers(PEER_TODAY);
const record = (change: object) => ({ ...anna, ...change });

/** What was picked out of a record of the customer that was asked for. */
function picked(record: unknown) {
	const result = pickFacts(document, record, 'C-1001');
	if (!result.ok) throw new Error(result.reason);
	return result.value;
}

test('facts are typed as declared, and contacts come from the record', () => {
	expect(picked(anna)).toEqual({
		facts: {
			name: 'Anna Brandt',
			balance: 3_363,
			due: '2026-11-16',
			late: 4,
			failed: true,
			language: 'de'
		},
		contacts: { sms: '+4917604069001', email: 'anna.brandt@example.org' },
		faults: {}
	});
});

test('what the record does not have is left out without a fault', () => {
	expect(picked(record({ phone: null, email: '', account: { dueDate: null } }))).toEqual({
		facts: { name: 'Anna Brandt', language: 'de' },
		contacts: {},
		faults: {}
	});
});

test('N10: numbers as strings, new words and impossible dates are faults without their values', () => {
	const account = { balance: '3363', dueDate: '2026-02-30', overdueDays: 1.5, failedPayment: 'no' };
	const found = picked(record({ account, language: 'klingon', phone: 49 }));
	expect(found.facts).toEqual({ name: 'Anna Brandt' });
	expect(found.faults).toEqual({
		balance: 'type',
		due: 'format',
		late: 'type',
		failed: 'type',
		language: 'not-an-option',
		sms: 'format'
	});
});

test('Q3: text with U+0000 or half a surrogate pair is a fault', () => {
	for (const name of ['a\0b', 'a\uD800'])
		expect(picked(record({ name })).faults).toEqual({ name: 'characters' });
});

test('N6: a record of somebody else gives neither facts nor contacts', () => {
	expect(pickFacts(document, anna, 'C-1002')).toEqual({ ok: false, reason: 'contract' });
});

test('no path reaches a prototype, whatever the record is', () => {
	const property = fc.property(fc.jsonValue(), (value) => {
		for (const path of ['__proto__', 'constructor.name', 'a.__proto__.b', 'toString', 'length.x'])
			expect(readPath({ a: value }, path)).toBeUndefined();
		expect(picked({ id: 'C-1001', account: value }).facts).toBeTypeOf('object');
	});
	fc.assert(property);
	expect(putAt({}, '__proto__.polluted', 1)).toBe(false);
	expect(putAt({}, 'a..b', 1)).toBe(false);
	expect({}).not.toHaveProperty('polluted');
});
