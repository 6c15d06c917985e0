import { expect, test } from 'vitest';
import { checkCorrected, correctionFields } from '../../src/lib/domain/policy/compute.ts';
import { readWorkflow } from '../../src/lib/server/workflows/read-yaml.ts';
import { FACTS, starter, starterSource } from './workflow-starters.ts';

const source = starterSource('address-update');

function problemsOf(from: string, to: string): { field: string; message: string }[] {
	if (!source.includes(from)) throw new Error(`nothing to edit: ${from}`);
	const read = readWorkflow(source.replace(from, to));
	return read.ok ? [] : (read.detail ?? []).map(({ field, message }) => ({ field, message }));
}

test('a correction sends the fact as it was put right, and is believed on its own answer alone', () => {
	const compiled = starter('address-update');
	const facts = { ...FACTS['address-update'], postcode: '20457' };
	const whose = { customer: 'C-1', reference: 'R-1' };
	const sent = correctionFields(compiled, 'postcode', { facts, ...whose });
	expect(sent).toEqual({ ok: true, value: { postcode: '20457' } });
	const answer = { reference: 'COR-1', ours: 'R-1', customer: 'C-1', postcode: '20457' };
	const check = (change: object) =>
		checkCorrected(compiled, 'postcode', {
			answer: { ...answer, ...change },
			sent: { postcode: '20457' },
			...whose
		}).ok;
	expect(check({})).toBe(true);
	for (const change of [{ ours: 'R-2' }, { customer: 'C-2' }, { postcode: '20095' }])
		expect(check(change)).toBe(false);
	expect(() => correctionFields(compiled, 'name', { facts, ...whose })).toThrow('unknown');
});

test.each([
	[
		'a fact that the record does not hold',
		'      street: correct-street',
		'      strete: correct-street',
		'records.corrections.facts.strete',
		/holds no fact "strete"/
	],
	[
		'an operation that is not there',
		'street: correct-street',
		'street: correct-strete',
		'records.corrections.facts.street',
		/no operation "correct-strete"/
	],
	[
		'an exception that is not there',
		'exception: correction-failed',
		'exception: correction-fails',
		'records.corrections.exception',
		/no exception type/
	],
	[
		'a judgement for what does not work',
		'exception: correction-failed',
		'exception: nothing-fits',
		'records.corrections.exception',
		/of class "policy"/
	],
	[
		'the type of the customer’s own bookings',
		'exception: correction-failed',
		'exception: booking-failed',
		'records.corrections.exception',
		/raised for other reasons/
	],
	[
		'what a customer typed',
		'street: facts.street',
		'street: input.new_street',
		'records.operations.correct-street.fields.street',
		/input|new_street/
	],
	[
		'no way back for the case',
		"        does: resume\n        message:\n          en: 'Your details are in order.",
		"        does: end\n        message:\n          en: 'Your details are in order.",
		'exceptions.correction-failed.outcomes',
		/without ending the case/
	]
])('a document is refused for %s', (_, from, to, field, message) => {
	const found = problemsOf(from, to).filter((one) => one.field === field);
	expect(found.map((one) => one.message)).toContainEqual(expect.stringMatching(message));
});
