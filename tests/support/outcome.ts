import { readFileSync } from 'node:fs';

/** What one line of the summary says. */
export interface Outcome {
	name: string;
	passed: number;
	failed: number;
	skipped: number;
	seconds: number;
	note?: string;
}

interface Report {
	numPassedTests: number;
	numFailedTests: number;
	numPendingTests: number;
	numTodoTests: number;
	testResults: { status: string; assertionResults: unknown[] }[];
}

/**
 * The outcome of a layer from vitest's JSON report. Counts as a failure, too: a file that could not
 * be loaded, a run that ended badly without a failed test, a layer that ran no test, no report.
 */
export function outcomeOf(name: string, file: string, clean: boolean, seconds: number): Outcome {
	const report = read(file);
	if (!report) return { name, passed: 0, failed: 1, skipped: 0, seconds, note: 'no report' };
	const unloaded = report.testResults.filter(
		({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0
	).length;
	const passed = report.numPassedTests;
	const failed = report.numFailedTests + unloaded;
	const skipped = report.numPendingTests + report.numTodoTests;
	const outcome = { name, passed, failed, skipped, seconds };
	if (failed > 0) return outcome;
	if (passed === 0) return { ...outcome, failed: 1, note: 'ran no test' };
	return clean ? outcome : { ...outcome, failed: 1, note: 'errors outside of tests' };
}

function read(file: string): Report | undefined {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as Report;
	} catch {
		return undefined;
	}
}

/** One line per layer: passed, failed, skipped, seconds. */
export function table(outcomes: Outcome[]): string {
	const rows = outcomes.map(({ name, passed, failed, skipped, seconds, note }) => [
		name,
		String(passed),
		String(failed),
		String(skipped),
		seconds.toFixed(1),
		note ?? ''
	]);
	const lines = [['layer', 'passed', 'failed', 'skipped', 'seconds', ''], ...rows];
	return lines
		.map(([name = '', ...cells]) =>
			(name.padEnd(18) + cells.map((cell) => cell.padStart(9)).join(' ')).trimEnd()
		)
		.join('\n');
}

export function closingLine(outcomes: Outcome[]): string {
	const sum = (of: 'passed' | 'failed') => outcomes.reduce((all, outcome) => all + outcome[of], 0);
	return `${sum('passed')} passed, ${sum('failed')} failed`;
}
