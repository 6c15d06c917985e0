import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './support/browser.ts';
import { type Layer, LAYERS } from './support/layers.ts';
import { startPostgres } from './support/postgres.ts';
import { closingLine, outcomeOf, type Outcome, table, troubleLines } from './support/outcome.ts';
import { embeddedSnapshot } from './support/snapshot.ts';

/*
 * npm test: everything that has to hold, in one command. Lint and types, one production build, then
 * every layer of tests; one table and one closing line at the end. `--long` (npm run test:long)
 * sets TAPDONE_TEST_LONG for the layers that can run longer. Names of layers run only those:
 * npm test -- core structure
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

const names = [...STEPS.map(([name]) => name), 'build', ...LAYERS.map(({ project }) => project)];
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
for (const [name, script] of STEPS.filter(([name]) => wanted(name))) {
	outcomes.push(await timed(name, () => run('npm', ['run', '--silent', script])));
}
if (wanted('build') || needed.has('build')) {
	outcomes.push(await timed('build', () => run('npm', ['run', '--silent', 'build'])));
}
if (layers.length > 0) await runLayers(layers);

console.log(`\n${table(outcomes)}\n\n${troubleLines(outcomes)}\n${closingLine(outcomes)}`);
process.exitCode = outcomes.some(({ failed }) => failed > 0) ? 1 : 0;

/** All layers share one PostgreSQL and one snapshot; each test file has a database of its own. */
async function runLayers(layers: Layer[]): Promise<void> {
	process.env.TAPDONE_TEST_SNAPSHOT = await embeddedSnapshot();
	const cluster = await startPostgres();
	process.env.TAPDONE_TEST_POSTGRES_URL = cluster.url;
	try {
		for (const layer of layers) outcomes.push(await runLayer(layer));
	} finally {
		await cluster.stop();
	}
}

async function runLayer({ project }: Layer): Promise<Outcome> {
	heading(project);
	const started = performance.now();
	const file = join(results, `${project}.json`);
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
	const clean = await run('vitest', ['run', '--project', project, ...reporters]);
	return outcomeOf(project, file, clean, (performance.now() - started) / 1000);
}

/** A step that is no test counts as one. */
async function timed(name: string, step: () => Promise<boolean>): Promise<Outcome> {
	heading(name);
	const started = performance.now();
	const passed = await step().catch((error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		return false;
	});
	const seconds = (performance.now() - started) / 1000;
	return { name, passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0, seconds };
}

/** True if the command ends with 0. npm has put node_modules/.bin first in the path. */
function run(command: string, parameters: string[]): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const child = spawn(command, parameters, { cwd: root, stdio: 'inherit' });
		const kill = () => child.kill();
		process.once('exit', kill);
		child.once('error', reject);
		child.once('exit', (code) => {
			process.off('exit', kill);
			resolve(code === 0);
		});
	});
}

function heading(name: string): void {
	console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 70 - name.length))}`);
}
