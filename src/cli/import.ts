/**
 * npm run import -- file.csv [--workflow key] [--delimiter ';'] [--url http://127.0.0.1:3000] [--key tk_…]
 *
 * Opens a case for each line by posting the file to the public API, from this machine or another.
 * Without `--workflow` the file is named after its workflow: `plans.csv` is for `plans`.
 * Columns: customer, language, sms, whatsapp, email, and the facts of the workflow; money is a whole
 * number of minor units. Sending a file twice opens nothing twice. The key (scopes cases:write and
 * workflows:read) is better given as TAPDONE_API_KEY, where no process list shows it.
 *
 * Ends with 0 when every line was taken, with 1 when some were refused, with 2 when nothing was sent.
 */
import { accessSync, constants } from 'node:fs';
import { problemSchema, type WorkflowView, workflowViewSchema } from '../lib/contracts/api.ts';
import { readDelimiter } from './import/delimiter.ts';
import { importFile, NotImportable } from './import/import-file.ts';
import { type Api, Refused } from './import/post-lines.ts';
import { problemWords } from './import/problem-words.ts';
import { countsText, totalOf } from './import/progress.ts';
import { workflowOf } from './import/workflow-of.ts';
import { readArguments } from './support/arguments.ts';
import { stopWith } from './support/stop.ts';

const USAGE = `Usage: npm run import -- file.csv [--workflow key] [--delimiter ';'] [--url http://127.0.0.1:3000] [--key tk_…]
Without --workflow the file's name says it: plans.csv is for the workflow "plans".
--delimiter says what separates the columns: one sign, or tab; a comma without it.
The key may stand in TAPDONE_API_KEY. It needs the scopes cases:write and workflows:read.`;

const KEY_HINT = 'npm run keys -- add import cases:write workflows:read';
const NO_KEY = `An API key is needed. The demo prints its own when it has started; elsewhere make one: ${KEY_HINT}`;

/** Behind the name of a workflow that is not there. */
const HINT = "\nThat is the file's own name: say which workflow it is for with --workflow key.";

const OPTIONS = {
	workflow: { type: 'string' },
	delimiter: { type: 'string' },
	url: { type: 'string' },
	key: { type: 'string' }
} as const;

interface Arguments {
	file: string;
	workflow: string;
	/** Nobody said it: it was taken from the file's name. */
	isGuessed: boolean;
	delimiter: string;
	api: Api;
}

function readGiven(): Arguments {
	const { values, positionals } = readArguments(USAGE, OPTIONS);
	const [file, ...more] = positionals;
	const { url = 'http://127.0.0.1:3000' } = values;
	const key = values.key ?? process.env.TAPDONE_API_KEY?.trim();
	if (!key) return stopWith(`${NO_KEY}\n${USAGE}`, 2);
	const delimiter = readDelimiter(values.delimiter ?? ',');
	if (delimiter === null) return stopWith(`--delimiter takes one sign, or tab.\n${USAGE}`, 2);
	const workflow = values.workflow ?? workflowOf(file ?? '');
	const isGuessed = values.workflow === undefined;
	if (file && workflow && more.length === 0 && /^https?:/.test(url) && URL.canParse(url))
		return { file, workflow, isGuessed, delimiter, api: { url, key } };
	return stopWith(USAGE, 2);
}

async function askWorkflow({ workflow: name, isGuessed, api }: Arguments): Promise<WorkflowView> {
	const { url, key } = api;
	const address = new URL(`/api/v1/workflows/${encodeURIComponent(name)}`, url);
	const response = await fetch(address, { headers: { authorization: `Bearer ${key}` } }).catch(() =>
		stopWith(`There is no answer from ${address.origin}. Is the server running?`, 2)
	);
	const body: unknown = await response.json().catch(() => null);
	const view = workflowViewSchema.safeParse(body);
	if (response.ok && view.success) return view.data;
	if (response.status === 404)
		stopWith(`No workflow "${name}" is published at ${address.origin}.${isGuessed ? HINT : ''}`, 2);
	const problem = problemSchema.safeParse(body);
	const words = problem.success
		? problemWords(problem.data)
		: `It answered ${response.status}, and not as this API does.`;
	return stopWith(`${address.origin}: ${words}`, 2);
}

const given = readGiven();
const { file, delimiter } = given;
const started = performance.now();
try {
	// A slip in the file's name is told as that, not as a workflow that is not there.
	accessSync(file, constants.R_OK);
	const workflow = await askWorkflow(given);
	const { counts, refusedFile } = await importFile(file, workflow, given.api, process.stdout, {
		delimiter
	});
	const seconds = ((performance.now() - started) / 1000).toFixed(1);
	console.log(
		`${file}, workflow ${workflow.key}: ${totalOf(counts)} lines in ${seconds} s: ${countsText(counts)}`
	);
	if (refusedFile) console.log(`The refused lines and why: ${refusedFile}`);
	process.exitCode = refusedFile ? 1 : 0;
} catch (error) {
	const { code, message } = error as NodeJS.ErrnoException;
	if (error instanceof NotImportable || error instanceof Refused) stopWith(message, 2);
	if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
		stopWith(`${file} cannot be read: ${message}`, 2);
	throw error;
}
