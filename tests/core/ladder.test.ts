import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../src/lib/domain/case/decide.ts';
import { type CaseState, fold, NEW_CASE } from '../../src/lib/domain/case/state.ts';
import { dueAfter } from '../../src/lib/domain/exceptions/clock.ts';
import { climb, type Possible, seedException } from '../../src/lib/domain/exceptions/ladder.ts';
import { type Breakpoint, BREAKPOINTS } from '../../src/lib/domain/workflow/document.ts';
import { starter } from './workflow-starters.ts';

const { document } = starter('failed-payment');
const now = new Date('2026-11-20T10:00:00Z');
const anyRungs = fc.shuffledSubarray(['fresh-context', 'fewer-actions'] as const);
const anyPossible: fc.Arbitrary<Possible> = fc.record(
	{
		freshContext: fc.boolean(),
		fewerActions: fc.record({ others: fc.boolean(), withhold: fc.constant('pay-now') })
	},
	{ requiredKeys: [] }
);

const withRungs = (breakpoint: Breakpoint, rungs: ('fresh-context' | 'fewer-actions')[]) => ({
	...document,
	breakpoints: {
		...document.breakpoints,
		[breakpoint]: { ...document.breakpoints[breakpoint], rungs }
	}
});

function take(state: CaseState, breakpoint: Breakpoint, step: ReturnType<typeof climb>): CaseState {
	const decision = decide(state, { do: 'leave-path', breakpoint, reason: 'x', step });
	if (!decision.ok) throw new Error(decision.reason);
	return fold(state, decision.value);
}

test('each rung is taken once a breakpoint, in the order of the document, and a person ends it', () => {
	const breakpoints = fc.constantFrom(...BREAKPOINTS);
	const climbs = fc.array(anyPossible, { minLength: 4, maxLength: 8 });
	fc.assert(
		fc.property(breakpoints, anyRungs, climbs, (breakpoint, rungs, possibilities) => {
			const edited = withRungs(breakpoint, rungs);
			let state = fold(NEW_CASE, [{ type: 'case-opened', language: 'en', missing: [] }]);
			for (const [index, possible] of possibilities.entries())
				state = take(
					state,
					breakpoint,
					climb(edited, state, { breakpoint }, possible, `e${index}`, now)
				);
			const taken = state.rungs.map(({ rung }) => rung);
			expect(new Set(taken).size).toBe(taken.length);
			// A rung that was not possible at its turn may come later; none comes that is not declared.
			expect(rungs).toEqual(expect.arrayContaining(taken));
			// More departures than rungs: a person has it, once.
			expect(state.exceptions).toHaveLength(1);
			expect(state.stage).toBe('with-person');
			const last = climb(
				edited,
				{ ...state, rungs: rungs.map((rung) => ({ breakpoint, rung, worked: true })) },
				{ breakpoint },
				possibilities[0]!,
				'e',
				now
			);
			expect(last).toHaveProperty('raise');
		}),
		{ numRuns: 500 }
	);
});

test('the first possible rung of the document is the one that is taken', () => {
	const possible = { freshContext: true, fewerActions: { others: true, withhold: 'pay-now' } };
	const first = (rungs: ('fresh-context' | 'fewer-actions')[]) =>
		climb(
			withRungs('transaction', rungs),
			NEW_CASE,
			{ breakpoint: 'transaction' },
			possible,
			'e',
			now
		);
	expect(first(['fresh-context', 'fewer-actions'])).toEqual({
		rung: 'fresh-context',
		worked: true
	});
	expect(first(['fewer-actions', 'fresh-context'])).toEqual({
		rung: 'fewer-actions',
		worked: true,
		withheld: 'pay-now'
	});
});

test('a rung of one breakpoint does not use up that of another', () => {
	const rungs = [
		{ breakpoint: 'eligibility' as const, rung: 'fresh-context' as const, worked: false }
	];
	const step = climb(
		document,
		{ ...NEW_CASE, rungs },
		{ breakpoint: 'transaction' },
		{ freshContext: false },
		'e',
		now
	);
	expect(step).toEqual({ rung: 'fresh-context', worked: false });
});

test('fewer actions is no rung when no other action is left', () => {
	const possible = { fewerActions: { others: false, withhold: 'pay-now' } };
	expect(
		climb(document, NEW_CASE, { breakpoint: 'transaction' }, possible, 'e', now)
	).toHaveProperty('raise');
});

test.each(BREAKPOINTS)(
	'at %s the exception has the owner, class and timer of the document',
	(breakpoint) => {
		const type = document.breakpoints[breakpoint].exception;
		const declared = document.exceptions[type]!;
		const rungs = document.breakpoints[breakpoint].rungs.map((rung) => ({
			breakpoint,
			rung,
			worked: false
		}));
		expect(climb(document, { ...NEW_CASE, rungs }, { breakpoint }, {}, 'e1', now)).toEqual({
			raise: {
				id: 'e1',
				type,
				class: declared.class,
				owner: declared.owner,
				dueAt: dueAfter(
					now,
					declared.hours,
					document.calendars?.[declared.calendar ?? '']
				).toISOString()
			}
		});
	}
);

test('an exception type that the document does not declare is a bug and says so', () => {
	expect(() => seedException(document, 'made-up', 'e1', now)).toThrow('made-up');
});
