import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	evaluateAction,
	evaluateActions,
	refusedBy
} from '../../src/lib/domain/policy/eligibility.ts';
import { compileWorkflow } from '../../src/lib/domain/policy/compile.ts';
import type { FieldValues } from '../../src/lib/domain/workflow/document.ts';
import { FACTS, MOMENT, STARTERS, starter } from './workflow-starters.ts';

const plan = starter('collections-plan');
const facts = FACTS['collections-plan'];
const judge = (more: FieldValues, action = 'plan-long') =>
	evaluateAction(plan, action, { ...MOMENT, facts: { ...facts, ...more } });

describe('eligibility', () => {
	test.each(STARTERS)('every action of %s is open to the customer it is meant for', (name) => {
		const verdicts = evaluateActions(starter(name), { ...MOMENT, facts: FACTS[name] });
		expect(verdicts.map(({ action, eligible }) => [action, eligible])).toEqual(
			Object.keys(starter(name).document.actions).map((action) => [action, true])
		);
	});

	test('each clause tells what it demanded, what it read and how it came out', () => {
		const verdict = judge({ balance: 29_999, broken_promises: 2 });
		expect(verdict.eligible).toBe(false);
		expect(verdict.ruleError).toBe(false);
		expect(verdict.clauses).toContainEqual({
			id: 'enough-for-a-year',
			label: 'At least 300 euros are owed',
			holds: false,
			read: { 'facts.balance': 29_999 }
		});
		expect(verdict.clauses).toContainEqual({
			id: 'plan-allowed',
			label: 'Plans are allowed on this account',
			holds: true,
			read: { 'facts.plan_allowed': true }
		});
		expect(verdict.clauses.filter(({ holds }) => holds === false).map(({ id }) => id)).toEqual([
			'promises-kept',
			'enough-for-a-year'
		]);
	});

	test('the first clause that fails gives the customer a reason and a cure', () => {
		const clause = refusedBy(plan, judge({ plan_allowed: false, broken_promises: 9 }));
		expect(clause?.id).toBe('plan-allowed');
		expect(clause?.cure?.['en']).toMatch(/ask a person/);
	});

	test('a missing fact makes the action not eligible with a rule error, and says which', () => {
		const without = { ...facts };
		delete without['broken_promises'];
		const verdict = evaluateAction(plan, 'plan-long', { ...MOMENT, facts: without });
		expect(verdict).toMatchObject({ eligible: false, ruleError: true });
		expect(verdict.clauses.find(({ id }) => id === 'promises-kept')).toMatchObject({
			holds: 'error',
			read: {},
			error: 'missing: facts.broken_promises'
		});
	});

	test('a clause that cannot be evaluated is never the reason that a customer reads', () => {
		const without = { ...facts };
		delete without['broken_promises'];
		const broken = evaluateAction(plan, 'plan-long', { ...MOMENT, facts: without });
		expect(refusedBy(plan, broken)).toBeUndefined();
		const both = { ...MOMENT, facts: { ...without, plan_allowed: false } };
		expect(refusedBy(plan, evaluateAction(plan, 'plan-long', both))?.id).toBe('plan-allowed');
	});

	test('a limit that cannot be evaluated makes the action not eligible, and is named', () => {
		const payment = starter('failed-payment');
		const document = structuredClone(payment.document);
		const [part] = document.actions['pay-part']!.inputs;
		if (part?.type !== 'money') throw new Error('The part is no money.');
		part.max = 'facts.balance / facts.broken_promises';
		const compiled = compileWorkflow(document);
		if (!compiled.ok) throw new Error('It does not compile.');
		const moment = { ...MOMENT, facts: { ...FACTS['failed-payment'], broken_promises: 0 } };
		expect(evaluateAction(compiled.value, 'pay-part', moment)).toMatchObject({
			eligible: false,
			ruleError: true,
			limit: { where: 'actions.pay-part.inputs.part.max' }
		});
	});

	test('an optional fact that is there refuses', () => {
		const verdict = judge({ plan_instalments: 6 });
		expect(verdict).toMatchObject({ eligible: false, ruleError: false });
		expect(refusedBy(plan, verdict)?.id).toBe('no-plan-yet');
	});

	test.each(['nothing', '__proto__', 'constructor', ''])(
		'there is no action %j to be eligible for',
		(key) => {
			expect(evaluateAction(plan, key, { ...MOMENT, facts })).toEqual({
				action: key,
				eligible: false,
				clauses: [],
				ruleError: false
			});
		}
	);

	test('for any facts: eligible exactly if all clauses hold, each explained by what it read', () => {
		const present = fc.record(
			{
				balance: fc.integer({ min: -100, max: 200_000 }),
				plan_allowed: fc.boolean(),
				plan_instalments: fc.integer({ min: 1, max: 12 }),
				broken_promises: fc.integer({ min: 0, max: 5 }),
				vulnerable: fc.boolean()
			},
			{ requiredKeys: [] }
		);
		fc.assert(
			fc.property(present, (given) => {
				for (const verdict of evaluateActions(plan, { ...MOMENT, facts: given })) {
					const action = plan.document.actions[verdict.action]!;
					expect(verdict.clauses.map(({ id }) => id)).toEqual(action.clauses.map(({ id }) => id));
					expect(verdict.eligible).toBe(verdict.clauses.every(({ holds }) => holds === true));
					expect(verdict.ruleError).toBe(verdict.clauses.some(({ holds }) => holds === 'error'));
					for (const clause of verdict.clauses) {
						const { expression } = action.clauses.find(({ id }) => id === clause.id)!;
						for (const [path, value] of Object.entries(clause.read)) {
							expect(expression).toContain(path);
							expect(value).toBe((given as FieldValues)[path.replace('facts.', '')]);
						}
						const name = /facts\.(\w+)/.exec(expression)![1]!;
						const needed = !expression.includes('has(') && !(name in given);
						expect(clause.holds === 'error').toBe(needed);
					}
				}
			})
		);
	});

	test('the same moment gives the same verdict', () => {
		expect(judge({})).toEqual(judge({}));
	});
});
