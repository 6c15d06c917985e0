import { describe, expect, test } from 'vitest';
import { ENDED_STAGES } from '../../src/lib/domain/case/state.ts';
import { csvOf } from '../../src/lib/contracts/csv.ts';
import {
	breakpointsOf,
	type CaseGroup,
	funnelOf,
	splitOf
} from '../../src/lib/domain/telemetry/funnel.ts';
import { type Counted, measuresOf } from '../../src/lib/domain/telemetry/measures.ts';
import { LEFT_AT, MARKS, reach } from '../../src/lib/domain/telemetry/reached.ts';

const CHOSEN = MARKS.sent | MARKS.visited | MARKS.verified | MARKS.chosen;
const DONE = CHOSEN | MARKS.submitted | MARKS.booked;
const GROUPS: CaseGroup[] = [
	{ reached: DONE, end: 'resolved', cases: 80 },
	{ reached: DONE | LEFT_AT.eligibility | MARKS.recovered, end: 'resolved', cases: 15 },
	{
		reached: DONE | LEFT_AT.writeback | MARKS.person | MARKS.reconciled,
		end: 'resolved',
		cases: 5
	},
	{ reached: MARKS.sent | MARKS.visited, end: 'open', cases: 20 },
	{ reached: LEFT_AT.trigger | MARKS.person | MARKS.system, end: 'cancelled', cases: 10 }
];
const COUNTED: Counted = {
	groups: GROUPS,
	groupsBefore: GROUPS,
	days: 30,
	exceptions: { all: 20, data: 10, ineligible: 2, system: 1 },
	open: { all: 4, breached: 1, oldestHours: 3, unowned: 2, unownedHours: 25 },
	writebacks: { all: 1000, applied: 1000, within5: 996, unaccounted: 1 },
	repeats: [{ days: 7, resolved: 100, back: 4 }]
};
const standing = (change: Partial<Counted> = {}) =>
	Object.fromEntries(
		measuresOf({ ...COUNTED, ...change }).map(({ id, figure, health }) => [id, [figure, health]])
	);

test('the funnel counts cases at each step, by what each of them has reached', () => {
	const doubtful: CaseGroup = { reached: CHOSEN, end: 'expired', cases: 5 };
	const counted = funnelOf([...GROUPS, doubtful]);
	const steps = Object.fromEntries(counted.map(({ step, cases }) => [step, cases]));
	expect(steps).toEqual({
		opened: 135,
		sent: 125,
		// Only a provider tells that; none did here.
		delivered: 0,
		visited: 125,
		verified: 105,
		chosen: 105,
		submitted: 100,
		booked: 100,
		resolved: 100
	});
});

test('routine, guided and judgement are told apart by what a case left and who helped', () => {
	expect(splitOf(GROUPS)).toEqual({ routine: 80, guided: 15, judgement: 5 });
});

test('a breakpoint tells how many, what rate and what happened next', () => {
	// However a case has ended, it is open no more.
	for (const end of ENDED_STAGES) {
		const groups = [{ reached: LEFT_AT.writeback, end, cases: 1 }];
		const { next } = breakpointsOf(groups).find((one) => one.breakpoint === 'writeback')!;
		expect([end, next.resolved + next.ended, next.open]).toEqual([end, 1, 0]);
	}
	expect(breakpointsOf(GROUPS).find(({ breakpoint }) => breakpoint === 'trigger')).toEqual({
		breakpoint: 'trigger',
		cases: 10,
		rate: 10 / 130,
		next: { recovered: 0, person: 10, resolved: 0, ended: 10, open: 0 }
	});
});

describe('measures against their bounds', () => {
	test('inside, outside, and shown without a bound', () => {
		expect(standing()).toMatchObject({
			person: [15 / 130, 'healthy'],
			routine: [0.8, 'healthy'],
			guided: [0.15, 'shown'],
			judgement: [0.05, 'healthy'],
			data: [0.5, 'outside'],
			ineligible: [0.1, 'healthy'],
			system: [0.05, 'healthy'],
			reconciled: [0.05, 'healthy'],
			identity: [20 / 120, 'healthy'],
			unowned: [25, 'outside'],
			overdue: [3, 'outside'],
			prompt: [0.996, 'healthy'],
			accounted: [0.999, 'outside'],
			volume: [130, 'outside'],
			'net-7': [0.96, 'shown']
		});
	});

	test('a jump at the identity check is measured against the period before', () => {
		const before = [{ reached: MARKS.visited | MARKS.verified, end: 'open' as const, cases: 50 }];
		expect(standing({ groupsBefore: before })).toMatchObject({ identity: [20 / 120, 'outside'] });
		expect(standing({ groupsBefore: [] })).toMatchObject({ identity: [20 / 120, 'shown'] });
	});

	test('where nothing was counted there is no figure and no verdict', () => {
		const nothing = measuresOf({
			groups: [],
			groupsBefore: [],
			days: 30,
			exceptions: { all: 0, data: 0, ineligible: 0, system: 0 },
			open: { all: 0, breached: 0, oldestHours: null, unowned: 0, unownedHours: null },
			writebacks: { all: 0, applied: 0, within5: 0, unaccounted: 0 },
			repeats: [{ days: 30, resolved: 0, back: 0 }]
		});
		expect(nothing.map(({ figure, health }) => [figure, health])).toEqual(
			nothing.map(() => [null, 'no-data'])
		);
	});

	test('every measure says what it is and every bound what to do', () => {
		for (const { definition, bound, cure } of measuresOf(COUNTED)) {
			expect(definition).not.toBe('');
			if (bound) expect(cure).not.toBe('');
		}
	});
});

test('marks only ever add up, and repeats add nothing', () => {
	const visit = { type: 'visit-started' } as const;
	const once = reach(0, [visit]);
	expect(reach(once, [visit, { type: 'case-expired' }])).toBe(once);
	expect(
		reach(once, [
			{
				type: 'exception-raised',
				exception: 'x',
				exceptionType: 'y',
				class: 'system',
				breakpoint: 'writeback',
				owner: 'z',
				dueAt: ''
			}
		])
	).toBe(once | MARKS.person | MARKS.system | MARKS.reconciled);
});

test('a spreadsheet takes no cell of ours for a formula', () => {
	const cells = [
		'=1+1',
		'+1',
		'-1',
		'@A1',
		'\tx',
		'\rx',
		'a "b"',
		'a,b',
		'two\nlines',
		'',
		'plain'
	];
	expect(csvOf([cells, [-1, 2.5, null]])).toBe(
		`'=1+1,'+1,'-1,'@A1,'\tx,"'\rx","a ""b""","a,b","two\nlines",,plain\r\n-1,2.5,\r\n`
	);
});
