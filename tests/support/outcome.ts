import { readFileSync } from 'node:fs';

/** What one line of the summary says. */
export interface Outcome {
	name: string;
	passed: number;
	failed: number;
	skipped: number;
	seconds: number;
	note?: string;
	/** What failed, and what passed only when it was tried again, with the first line of why. */
	troubles?: Trouble[];
}

export interface Trouble {
	failed: boolean;
	test: string;
	why: string;
}

interface Report {
	numPassedTests: number;
	numFailedTests: number;
	numPendingTests: number;
	numTodoTests: number;
	testResults: {
		name: string;
		status: string;
		message: string;
		assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
	}[];
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
	const outcome = { name, passed, failed, skipped, seconds, troubles: troublesOf(report) };
	if (failed > 0) return outcome;
	if (passed === 0) return { ...outcome, failed: 1, note: 'ran no test' };
	return clean ? outcome : { ...outcome, failed: 1, note: 'errors outside of tests' };
}

/** vitest keeps the errors of a test that passed when it was tried again. */
const troublesOf = (report: Report): Trouble[] =>
	report.testResults.flatMap(({ name, status, message, assertionResults }) => {
		const file = name.slice(name.indexOf('/tests/') + 1);
		if (status === 'failed' && assertionResults.length === 0)
			return [{ failed: true, test: file, why: firstLine(message) }];
		return assertionResults
			.filter(({ failureMessages }) => failureMessages.length > 0)
			.map(({ fullName, status, failureMessages: [why = ''] }) => ({
				failed: status === 'failed',
				test: `${file}: ${fullName}`,
				why: firstLine(why)
			}));
	});

const firstLine = (message: string): string => message.split('\n', 1)[0] ?? '';

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

/** Named at the very end, where a shortened log of a build still shows it. */
export function troubleLines(outcomes: Outcome[]): string {
	const lines = (title: string, failed: boolean) => {
		const some = outcomes.flatMap(({ name, troubles = [] }) =>
			troubles
				.filter((trouble) => trouble.failed === failed)
				.map(({ test, why }) => `  ${name}  ${test}\n    ${why}`)
		);
		return some.length > 0 ? [`${title}:`, ...some, ''] : [];
	};
	return [...lines('Failed', true), ...lines('Passed only at the second try', false)].join('\n');
}

export function closingLine(outcomes: Outcome[]): string {
	const sum = (of: 'passed' | 'failed') => outcomes.reduce((all, outcome) => all + outcome[of], 0);
	return `${sum('passed')} passed, ${sum('failed')} failed`;
}
