import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOUNDS, CODE, codeMinutes, within } from '../../src/lib/domain/identity/limits.ts';
import { checkBasics } from '../../src/lib/domain/policy/checks/basics.ts';
import { checkIdentity } from '../../src/lib/domain/policy/checks/identity.ts';
import { checkTemplates } from '../../src/lib/domain/policy/checks/templates.ts';
import type { WorkflowDocument } from '../../src/lib/domain/workflow/document.ts';
import { LINK_CHARACTERS } from '../../src/lib/domain/workflow/limits.ts';
import { collectProblems, type Report } from '../../src/lib/domain/workflow/problem.ts';
import { readWorkflow } from '../../src/lib/server/workflows/read-yaml.ts';
import { starter, starterSource } from './workflow-starters.ts';

const { document } = starter('failed-payment');

type Check = (document: WorkflowDocument, report: Report) => void;
const fieldsOf = (check: Check, changed: WorkflowDocument) => {
	const { problems, report } = collectProblems();
	check(changed, report);
	return problems.map(({ field }) => field);
};

// What runs holds a number within its bound; what is published must already be within it. Where
// the two differ, a document is refused for nothing or changed without a word.

describe('a document is refused for a number exactly when running it would change that number', () => {
	const { least, most } = BOUNDS.linkHours;
	const hours = fc.oneof(
		fc.constantFrom(least, most),
		// Within 5 % of a bound, where a check and a limit that differ are told apart.
		fc
			.tuple(fc.constantFrom(least, most), fc.integer({ min: -500, max: 500 }))
			.map(([bound, part]) => bound * (1 + part / 10_000)),
		fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })
	);

	it('the life of a link', () => {
		fc.assert(
			fc.property(hours, (asked) => {
				const found = fieldsOf(checkBasics, { ...document, link: { hours: asked } });
				expect(found.includes('link.hours')).toBe(within('linkHours', asked) !== asked);
			}),
			{ numRuns: 1_000 }
		);
	});

	it.each([
		['money moves', 'money'],
		['no money moves', 'information']
	] as const)('the life of a code where %s', (_, effect) => {
		const actions = Object.fromEntries(
			Object.entries(document.actions).map(([key, action]) => [key, { ...action, effect }])
		);
		for (let asked = 1; asked <= 3 * CODE.minutes; asked++) {
			const code = { ...document.identity.code, minutes: asked };
			const changed = { ...document, actions, identity: { ...document.identity, code } };
			const found = fieldsOf(checkIdentity, changed);
			const held = codeMinutes(asked, effect === 'money');
			expect(found.includes('identity.code.minutes'), `${asked} minutes`).toBe(held !== asked);
		}
	});

	it('the shortest life of a code, which its shape holds to', () => {
		const source = starterSource('failed-payment');
		const refused = (minutes: number) =>
			!readWorkflow(source.replace('minutes: 5', `minutes: ${minutes}`)).ok;
		const { least: fewest } = BOUNDS.codeMinutes;
		expect([fewest - 1, fewest].map(refused)).toEqual([true, false]);
	});
});

describe('an SMS is measured with the longest of', () => {
	it.each([
		['a link', 'link', LINK_CHARACTERS],
		['a code', 'code', CODE.digits],
		["a code's minutes", 'minutes', String(CODE.minutes).length]
	])('%s', (_, name, longest) => {
		const full = `${'x'.repeat(160 - longest)}{${name}}`;
		const budgetOf = (text: string) => {
			const template = { texts: { en: text }, segments: 1 };
			const templates = { ...document.templates, measured: template };
			return fieldsOf(checkTemplates, { ...document, templates });
		};
		expect(budgetOf(full)).not.toContain('templates.measured.texts.en');
		expect(budgetOf(`x${full}`)).toContain('templates.measured.texts.en');
	});
});
