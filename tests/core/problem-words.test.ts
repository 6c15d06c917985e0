import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { cancelCaseSchema, listCasesSchema, renewLinkSchema } from '../../src/lib/contracts/api.ts';
import { openCaseSchema } from '../../src/lib/contracts/cases.ts';
import { inWords, problemsOf } from '../../src/lib/contracts/problem.ts';
import { workflowSchema } from '../../src/lib/contracts/workflow.ts';
import { factWords } from '../../src/lib/server/flows/fact-words.ts';
import { readWorkflow } from '../../src/lib/server/workflows/read-yaml.ts';
import { ROOT } from '../support/sources.ts';

const said = (schema: z.ZodType, value: unknown): Record<string, string> => {
	const parsed = schema.safeParse(value, { error: inWords });
	if (parsed.success) return {};
	return Object.fromEntries(problemsOf(parsed.error).map(({ field, problem }) => [field, problem]));
};
const starter = readWorkflow(readFileSync(join(ROOT, 'workflows/failed-payment.yaml'), 'utf8'));
if (!starter.ok) throw new Error('The starter does not read.');
const { document: whole } = starter.value;
const trigger = { workflow: 'plans', customer: 'C-1' };

describe('every fault that a schema of ours can find has words of ours', () => {
	test.each<[string, z.ZodType, unknown, string, string]>([
		['no object', openCaseSchema, null, '(body)', 'must be an object of fields'],
		['a list', openCaseSchema, [], '(body)', 'must be an object of fields'],
		['nothing', openCaseSchema, { workflow: 'plans' }, 'customer', 'is missing'],
		['another kind', openCaseSchema, { ...trigger, language: 5 }, 'language', 'must be a text'],
		['empty', openCaseSchema, { ...trigger, customer: ' ' }, 'customer', 'must not be empty'],
		[
			'too long',
			openCaseSchema,
			{ ...trigger, customer: 'x'.repeat(81) },
			'customer',
			'must have at most 80 characters'
		],
		[
			'a form of its own',
			openCaseSchema,
			{ ...trigger, workflow: 'My Plans' },
			'workflow',
			'must be a workflow key such as my-workflow'
		],
		[
			'none of several kinds',
			openCaseSchema,
			{ ...trigger, facts: { balance: null } },
			'facts.balance',
			'must be a text or a number or true or false'
		],
		[
			'a name that is too long',
			openCaseSchema,
			{ ...trigger, facts: { ['n'.repeat(61)]: 1 } },
			`facts.${'n'.repeat(61)}`,
			'has a name that must have at most 60 characters'
		],
		['an unknown field', openCaseSchema, { ...trigger, colour: 1 }, 'colour', 'is no field here'],
		[
			'an unknown field within',
			openCaseSchema,
			{ ...trigger, contacts: { fax: '1' } },
			'contacts.fax',
			'is no field here'
		],
		[
			'a contact point',
			openCaseSchema,
			{ ...trigger, contacts: { sms: '12' } },
			'contacts.sms',
			'is not a phone number with + and a country code'
		],
		['too small', listCasesSchema, { limit: '0' }, 'limit', 'must be at least 1'],
		['too large', listCasesSchema, { limit: '201' }, 'limit', 'must be at most 200'],
		['no number', listCasesSchema, { limit: 'many' }, 'limit', 'must be a number'],
		['a fraction', listCasesSchema, { limit: '1.5' }, 'limit', 'must be a whole number'],
		[
			'none of a few',
			listCasesSchema,
			{ stage: 'open' },
			'stage',
			'must be one of: held, waiting, visited, verified, submitted, with-person, resolved, deferred, cancelled, expired'
		],
		['a wrong switch', renewLinkSchema, { send: 'yes' }, 'send', 'must be true or false'],
		['no code', cancelCaseSchema, {}, 'reason', 'is missing'],
		[
			'too long a text of a workflow',
			workflowSchema,
			{ currency: 'EURO' },
			'currency',
			'must have at most 3 characters'
		],
		['an empty list', workflowSchema, { languages: [] }, 'languages', 'must not be empty'],
		[
			'too many',
			workflowSchema,
			{ overview: Array(7).fill('a') },
			'overview',
			'must have at most 6 entries'
		],
		['not above zero', workflowSchema, { link: { hours: 0 } }, 'link.hours', 'must be more than 0'],
		[
			'no variant',
			workflowSchema,
			{ facts: { a: { type: 'colour', label: {} } } },
			'facts.a.type',
			'must be one of: text, integer, money, date, boolean, choice'
		],
		['a list that is none', workflowSchema, { languages: 'en' }, 'languages', 'must be a list']
	])('%s', (_, schema, value, field, problem) => {
		expect(said(schema, value)[field]).toBe(problem);
	});

	test('nothing that zod says in its own voice is left, whatever is wrong with a workflow', () => {
		const wrongs = [null, 5, true, '', [], {}, 'x'.repeat(5_000), Array(100).fill(0), undefined];
		const words = wrongs.flatMap((wrong) =>
			places(whole).flatMap((change) => Object.values(said(workflowSchema, change(wrong))))
		);
		expect(words.length).toBeGreaterThan(500);
		const odd = words.filter(
			(text) => !/^(is|are|has|must|names) /.test(text) || text.endsWith('.')
		);
		expect([...new Set(odd)]).toEqual([]);
		expect(words).not.toContain('is not as it must be');
	});
});

/** The document with one of its places changed, for each of them. */
function places(document: object): ((wrong: unknown) => unknown)[] {
	return Object.entries(document).flatMap(([key, value]) => [
		(wrong: unknown) => ({ ...document, [key]: wrong }),
		...(typeof value === 'object' && value !== null
			? places(value as object).map((change) => (wrong: unknown) => ({
					...document,
					[key]: Array.isArray(value) ? Object.values(change(wrong) as object) : change(wrong)
				}))
			: [])
	]);
}

describe('every fault of a fact has words of the same voice', () => {
	const document = {
		...whole,
		currency: 'EUR',
		facts: {
			note: { type: 'text' as const, maxLength: 9, label: {} },
			count: { type: 'integer' as const, min: 1, max: 5, label: {} },
			owed: { type: 'money' as const, label: {} },
			day: { type: 'date' as const, label: {} },
			sure: { type: 'boolean' as const, label: {} },
			size: { type: 'choice' as const, options: ['s', 'm'], label: {} }
		}
	};
	test.each([
		['note', 'type', 'must be a text'],
		['note', 'too-long', 'must have at most 9 characters'],
		['note', 'characters', 'must not hold control characters or broken ones'],
		['count', 'type', 'must be a whole number'],
		['count', 'too-low', 'must be at least 1'],
		['count', 'too-high', 'must be at most 5'],
		['owed', 'type', 'must be a whole number of minor units of EUR'],
		['day', 'type', 'must be a date such as 2030-01-31'],
		['day', 'format', 'must be a date such as 2030-01-31'],
		['sure', 'type', 'must be true or false'],
		['size', 'not-an-option', 'must be one of: s, m'],
		['colour', 'unknown', 'is no fact of the workflow "failed-payment"'],
		['constructor', 'unknown', 'is no fact of the workflow "failed-payment"']
	] as const)('%s, %s', (name, fault, words) => {
		expect(factWords({ document }, name, fault)).toBe(words);
	});
});
