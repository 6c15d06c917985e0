/**
 * npm run publish -- workflows/a.yaml workflows/b.yaml --by name
 *
 * Publishes workflow documents as the next version of their keys. Every problem is printed as
 * file:line:column; nothing is published unless every document is right.
 */
import { readFileSync } from 'node:fs';
import { missingConnections } from '../lib/server/flows/missing-connections.ts';
import { publishWorkflow } from '../lib/server/flows/publish-workflow.ts';
import { type PlacedProblem, readWorkflow } from '../lib/server/workflows/read-yaml.ts';
import { readArguments } from './support/arguments.ts';
import { withDatabase } from './support/database.ts';
import { stopWith } from './support/stop.ts';

const USAGE = 'Usage: npm run publish -- workflows/a.yaml [more.yaml …] --by your-name';

function readFiles(): { files: string[]; by: string } {
	const { values, positionals } = readArguments(USAGE, { by: { type: 'string' } });
	const by = values.by?.trim() ?? '';
	if (positionals.length > 0 && by.length > 0 && by.length <= 80) return { files: positionals, by };
	return stopWith(USAGE, 2);
}

const read = (file: string) => {
	try {
		return { file, source: readFileSync(file, 'utf8') };
	} catch (error) {
		return stopWith(`${file} cannot be read: ${(error as Error).message}`);
	}
};

/** Behind the field's name a problem begins small, as in every answer of the API. */
const lineFor = (file: string, { line, column, field, message, cure }: PlacedProblem) =>
	`${file}:${line}:${column} ${field ? `${field}: ${small(message)}` : message}. ${cure}`;

/** An abbreviation such as SMS keeps its capitals. */
const small = (text: string) => text.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());

const { files, by } = readFiles();
const sources = files.map(read);
const problems = sources.flatMap(({ file, source }) => {
	const checked = readWorkflow(source);
	return checked.ok ? [] : (checked.detail ?? []).map((problem) => lineFor(file, problem));
});
if (problems.length > 0) stopWith(problems.join('\n'));

await withDatabase(async ({ db }, config) => {
	const published = new Set<string>();
	for (const { file, source } of sources) {
		const answer = await publishWorkflow({ db }, source, by);
		if (answer.ok) {
			const { key, version, isNew } = answer.value;
			published.add(key);
			console.log(
				isNew
					? `${key}: published version ${version}`
					: `${key}: version ${version} is this already`
			);
		} else {
			const older = answer.reason === 'older-version' ? answer.detail?.version : undefined;
			console.error(
				`${file}: version ${older} had this content, and a later one took its place. To go back, propose it on the console.`
			);
			process.exitCode = 1;
		}
	}
	// The demo brings its own system of record when it starts.
	if (config.env === 'demo') return;
	for (const { workflow, connection } of await missingConnections({ db, config }))
		if (published.has(workflow))
			console.error(
				`${workflow}: TAPDONE_RECORDS names no connection "${connection}". Without it the workflow can send no code and book nothing: add it, or change records.connection.`
			);
});
