import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateAction } from '../../src/lib/domain/policy/eligibility.ts';
import { type Grant, grantFor, isGrantable } from '../../src/lib/domain/policy/grants.ts';
import { checkInputs, offerInputs } from '../../src/lib/domain/policy/inputs.ts';
import type { FieldValues } from '../../src/lib/domain/workflow/document.ts';
import { FACTS, MOMENT, starter } from './workflow-starters.ts';

const plan = starter('collections-plan');
const facts = FACTS['collections-plan'];
const judge = (more: FieldValues, grants: Grant[] = []) =>
	evaluateAction(plan, 'plan', { ...MOMENT, facts: { ...facts, ...more }, grants });
const grant = (clauses: string[], limits: Grant['limits'] = {}): Grant => ({
	id: 'g',
	action: 'plan',
	clauses,
	limits
});

test('a grant lifts exactly the clauses that it names, of its action, and says so', () => {
	const refused = { broken_promises: 2 };
	expect(judge(refused).eligible).toBe(false);
	const verdict = judge(refused, [grant(['promises-kept'])]);
	expect(verdict.eligible).toBe(true);
	expect(verdict.clauses.find(({ id }) => id === 'promises-kept')).toMatchObject({
		holds: false,
		lifted: true
	});
	expect(judge({ ...refused, plan_allowed: false }, [grant(['promises-kept'])]).eligible).toBe(
		false
	);
	expect(judge(refused, [{ ...grant(['promises-kept']), action: 'plan-long' }]).eligible).toBe(
		false
	);
});

test('what the document says is never lifted stays, whatever a grant names', () => {
	expect(judge({ balance: 0 }, [grant(['something-owed', 'enough-to-spread'])]).eligible).toBe(
		false
	);
	expect(grantFor(plan.document, judge({ balance: 0 }), {})).toMatchObject({
		reason: 'never-grantable',
		detail: { clause: 'something-owed' }
	});
});

test('for any facts: what is granted is enough, or no grant was possible', () => {
	const any = fc.record({
		balance: fc.integer({ min: 0, max: 200_000 }),
		plan_allowed: fc.boolean(),
		vulnerable: fc.boolean(),
		broken_promises: fc.integer({ min: 0, max: 4 })
	});
	fc.assert(
		fc.property(any, (more) => {
			const before = judge(more);
			const found = grantFor(plan.document, before, {});
			if (found.ok) expect(judge(more, [{ id: 'g', ...found.value }]).eligible).toBe(true);
			else if (found.reason === 'needs-none') expect(before.eligible).toBe(true);
			else {
				const never = plan.document.actions['plan']!.clauses.filter((one) => !isGrantable(one));
				expect(never.map(({ id }) => id)).toContain(found.detail?.clause);
			}
		})
	);
});

test('bounds narrow a field and never widen it', () => {
	const days = fc.integer({ min: -20, max: 60 }).map((day) => inDays(day));
	fc.assert(
		fc.property(days, days, (min, max) => {
			const moment = { ...MOMENT, facts, grants: [grant([], { first: { min, max } })] };
			const plain = offerInputs(plan, 'plan', { ...MOMENT, facts });
			const bound = offerInputs(plan, 'plan', moment);
			if (!plain.ok || !bound.ok) throw new Error('rule-error');
			const [was, is] = [plain.value[1]!, bound.value[1]!];
			expect(String(is.min) >= String(was.min) && String(is.max) <= String(was.max)).toBe(true);
			expect(String(is.min) >= min && String(is.max) <= max).toBe(true);
		})
	);
	const moment = { ...MOMENT, facts, grants: [grant([], { first: { max: inDays(12) } })] };
	const typed = { instalments: '3', first: inDays(13) };
	expect(checkInputs(plan, 'plan', typed, { ...moment, language: 'en' })).toMatchObject({
		detail: { first: { code: 'too-high', max: inDays(12) } }
	});
});

function inDays(days: number): string {
	return new Date(MOMENT.now + days * 86_400_000).toISOString().slice(0, 10);
}
