import type { ConfigProblem } from './read.ts';
import { isSecret, type Name, NAMES, VARIABLES } from './variables.ts';

/** Every variable with its help: the docs' table and `help:config` are made of it. */
export const describeConfig = (): {
	variable: Name;
	help: string;
	takes: string;
	unset: string;
	secret: boolean;
}[] =>
	NAMES.map((variable) => {
		const { help, takes, unset } = VARIABLES[variable];
		return { variable, help, takes, unset, secret: isSecret(variable) };
	});

/** The help as text for a terminal. */
export const configHelp = (): string =>
	describeConfig()
		.map(({ variable, help, takes, unset }) =>
			[variable, `  ${help}`, `  Takes: ${takes}`, `  Without it: ${unset}`].join('\n')
		)
		.join('\n\n');

/** The page docs/configuration.md. */
export function configTable(): string {
	const rows = describeConfig().map(
		({ variable, help, takes, unset, secret }) =>
			`| \`${variable}\`${secret ? ' (secret)' : ''} | ${help} | ${takes} | ${unset} |`
	);
	return [
		'# Configuration',
		'',
		'Every environment variable. All are checked at the start: a wrong or missing one, or a misspelt name, stops it with a list of every problem and its cure. This page is made by `npm run config -- --markdown`.',
		'',
		'| variable | what it is for | what it takes | without it |',
		'|---|---|---|---|',
		...rows
	].join('\n');
}

/** The list that a start with a wrong configuration ends with. */
export function printProblems(problems: readonly ConfigProblem[]): string {
	const lines = problems.map(
		({ variable, problem, cure }) => `  ${variable} ${problem}.\n    ${cure}`
	);
	const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
	return [`The configuration has ${count}:`, ...lines].join('\n');
}
