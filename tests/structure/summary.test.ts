import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { closingLine, outcomeOf, troubleLines } from '../support/outcome.ts';

const folder = mkdtempSync(join(tmpdir(), 'tapdone-summary-'));
afterAll(() => rmSync(folder, { recursive: true }));

const report = (passed: number, failed: number, testResults: object[] = []) => {
	const file = join(folder, 'report.json');
	const numbers = { numPassedTests: passed, numFailedTests: failed };
	writeFileSync(
		file,
		JSON.stringify({ ...numbers, numPendingTests: 1, numTodoTests: 0, testResults })
	);
	return file;
};
const outcome = { name: 'core', skipped: 1, seconds: 2, troubles: [] };

test('a layer counts what vitest counted', () => {
	expect(outcomeOf('core', report(5, 0), true, 2)).toEqual({ ...outcome, passed: 5, failed: 0 });
	expect(outcomeOf('core', report(5, 2), false, 2)).toEqual({ ...outcome, passed: 5, failed: 2 });
});

test('a layer that ran no test, crashed or left no report has failed', () => {
	expect(outcomeOf('core', report(0, 0), true, 2)).toMatchObject({ failed: 1 });
	expect(outcomeOf('core', report(5, 0), false, 2)).toMatchObject({ passed: 5, failed: 1 });
	expect(outcomeOf('core', join(folder, 'none.json'), true, 2)).toMatchObject({ failed: 1 });
	const name = '/here/tests/core/a.test.ts';
	const unloaded = [{ name, status: 'failed', message: 'No such import', assertionResults: [] }];
	expect(outcomeOf('core', report(5, 0, unloaded), false, 2)).toMatchObject({ failed: 1 });
});

test('the end names what failed and what passed only at the second try', () => {
	const name = '/here/tests/core/a.test.ts';
	const one = (fullName: string, status: string, ...failureMessages: string[]) => ({
		fullName,
		status,
		failureMessages
	});
	const assertionResults = [
		one('adds', 'passed'),
		one('takes', 'failed', 'Error: 1 is not 2\n    at a.test.ts:3'),
		one('waits', 'passed', 'Error: too late\n    at a.test.ts:9')
	];
	const file = report(2, 1, [{ name, status: 'failed', message: '', assertionResults }]);
	expect(troubleLines([outcomeOf('core', file, false, 2)]).split('\n')).toEqual([
		'Failed:',
		'  core  tests/core/a.test.ts: takes',
		'    Error: 1 is not 2',
		'',
		'Passed only at the second try:',
		'  core  tests/core/a.test.ts: waits',
		'    Error: too late',
		''
	]);
	expect(troubleLines([outcomeOf('core', report(5, 0), true, 2)])).toBe('');
});

test('the closing line adds up every layer', () => {
	const one = { ...outcome, passed: 5, failed: 0 };
	expect(closingLine([one, { ...one, passed: 3, failed: 2 }])).toBe('8 passed, 2 failed');
});
