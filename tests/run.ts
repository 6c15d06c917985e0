import { spawn, type StdioOptions } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './support/browser.ts';
import { type Layer, LAYERS } from './support/layers.ts';
import { startPostgres } from './support/postgres.ts';
import { closingLine, outcomeOf, type Outcome, table, troubleLines } from './support/outcome.ts';
import { embeddedSnapshot } from './support/snapshot.ts';

/*
 * npm test: everything that has to hold, in one command. One production build, then lint, types and
 * every layer of tests in two lanes; one table and one closing line at the end. `--long` (npm run
 * test:long) sets TAPDONE_TEST_LONG for the layers that can run longer. Names of layers run only
 * those: npm test -- core structure
 */
const root = join(import.meta.dirname, '..');
const results = join(import.meta.dirname, '.cache/results');
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const wanted = (name: string) => chosen.length === 0 || chosen.includes(name);

/** The import table has a test of its own: tests/structure. */
const STEPS: [name: string, script: string][] = [
	['lint', 'lint:code'],
	['format', 'lint:format'],
	['unused', 'lint:unused'],
	['types', 'check']
];

const names = ['build', ...STEPS.map(([name]) => name), ...LAYERS.map(({ project }) => project)];
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0) {
	// Running nothing would look like success.
	console.error(`There is no ${unknown.join(', ')}. Known: ${names.join(', ')}.`);
	process.exit(2);
}
if (process.argv.includes('--long')) process.env.TAPDONE_TEST_LONG = '1';
// Ending on purpose lets what was started be ended, too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const outcomes: Outcome[] = [];
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const layers = LAYERS.filter(({ project }) => wanted(project));
const needed = new Set(layers.flatMap(({ needs = [] }) => needs));
if (needed.has('browser')) {
	outcomes.push(await timed('browser', async () => Boolean(ensureBrowser(console.log))));
}
if (wanted('build') || needed.has('build')) {
	outcomes.push(await timed('build', () => script('build')));
}
const stop = layers.length > 0 ? await prepare() : () => Promise.resolve();
try {
	// Nearly all tests wait for something: two lanes take little longer than half of it all. The last layer
	// takes longest and begins at once; the other lane takes the others in their order, and who is done
	// goes on with the next.
	const waiting = [...layers];
	const last = waiting.pop();
	const steps = STEPS.filter(([name]) => wanted(name));
	const share = waiting.length + steps.length > 0;
	async function goOn(): Promise<void> {
		for (let next = waiting.shift(); next; next = waiting.shift())
			outcomes.push(await runLayer(next, share));
	}
	await Promise.all([
		inTurn(last ? [last] : [], (layer) => runLayer(layer)).then(goOn),
		inTurn(steps, ([name, of]) => timed(name, (told) => script(of, told), share)).then(goOn)
	]);
} finally {
	await stop();
}

outcomes.sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
console.log(`\n${table(outcomes)}\n\n${troubleLines(outcomes)}\n${closingLine(outcomes)}`);
process.exitCode = outcomes.some(({ failed }) => failed > 0) ? 1 : 0;

/** All layers share one PostgreSQL and one snapshot; each test file has a database of its own. */
async function prepare(): Promise<() => Promise<void>> {
	process.env.TAPDONE_TEST_SNAPSHOT = await embeddedSnapshot();
	const cluster = await startPostgres();
	process.env.TAPDONE_TEST_POSTGRES_URL = cluster.url;
	return () => cluster.stop();
}

async function inTurn<One>(all: One[], work: (one: One) => Promise<Outcome>): Promise<void> {
	for (const one of all) outcomes.push(await work(one));
}

/** @param apart keeps what it prints until it is over, because another lane prints meanwhile */
async function runLayer({ project }: Layer, apart = false): Promise<Outcome> {
	const file = join(results, `${project}.json`);
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
	const parameters = ['run', '--project', project, ...reporters];
	let clean = false;
	const { seconds } = await timed(
		project,
		async (told) => (clean = await run('vitest', parameters, told)),
		apart
	);
	return outcomeOf(project, file, clean, seconds);
}

/** A step that is no test counts as one. */
async function timed(
	name: string,
	step: (told?: Buffer[]) => Promise<boolean>,
	apart = false
): Promise<Outcome> {
	const told: Buffer[] | undefined = apart ? [] : undefined;
	if (!told) heading(name);
	const started = performance.now();
	const passed = await step(told).catch((error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		return false;
	});
	const seconds = (performance.now() - started) / 1000;
	if (told) {
		heading(name);
		process.stdout.write(Buffer.concat(told));
	}
	return { name, passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0, seconds };
}

function script(name: string, told?: Buffer[]): Promise<boolean> {
	return run('npm', ['run', '--silent', name], told);
}

/** True if the command ends with 0. npm has put node_modules/.bin first in the path. */
function run(command: string, parameters: string[], told?: Buffer[]): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const stdio: StdioOptions = told ? ['ignore', 'pipe', 'pipe'] : 'inherit';
		const child = spawn(command, parameters, { cwd: root, stdio });
		for (const stream of [child.stdout, child.stderr])
			stream?.on('data', (chunk: Buffer) => told?.push(chunk));
		const kill = () => child.kill();
		process.once('exit', kill);
		child.once('error', reject);
		child.once('close', (code) => {
			process.off('exit', kill);
			resolve(code === 0);
		});
	});
}

function heading(name: string): void {
	console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 70 - name.length))}`);
}
