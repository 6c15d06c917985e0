/**
 * npm run demo: builds the app if needed, prepares the embedded database, starts the demo core and
 * the app, opens 40 cases through the public API, and says where to look. Ctrl-C stops all of it; the
 * next start goes on where this one ended. Everything is kept in ./data, or in TAPDONE_DATA; the first
 * start takes the first free ports from TAPDONE_PORT (3000) and DEMO_CORE_PORT (4100) on.
 *
 * With --providers=peers messages leave by the SDKs of Twilio and SendGrid, for providers of this machine
 * that tell what became of them; the phone shows what they took.
 */
import { globSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readArguments } from '../cli/support/arguments.ts';
import { stopWith } from '../cli/support/stop.ts';
import { buildIfNeeded } from './build.ts';
import { recall, remember, type Memory } from './memory.ts';
import { playCustomers } from './customers.ts';
import { freePort } from './ports.ts';
import { CannotGoOn, endWithNpm, killAll, runStep, stopAll } from './processes.ts';
import { inviteFirst, makeStaff, newPassphrase, peopleLines } from './staff.ts';
import { startProviders, withTemplates } from './provider-servers.ts';
import { demoEnvironment, type Place, startApp, startCore } from './servers.ts';

const USAGE = `Usage: npm run demo [-- --providers=peers]
Starts the app, a system of record and a phone, with 40 cases, until Ctrl-C.
--providers=peers sends by the SDKs of Twilio and SendGrid, to providers of this machine.
TAPDONE_DATA says where it is kept (./data), TAPDONE_PORT and DEMO_CORE_PORT which ports are tried first.`;

const { values: asked } = readArguments(USAGE, { providers: { type: 'string' } }, false);
if (asked.providers !== undefined && asked.providers !== 'peers')
	stopWith(`--providers takes peers, or is left out for the phone.\n${USAGE}`, 2);
const root = resolve(import.meta.dirname, '../..');
const data = resolve(process.env['TAPDONE_DATA']?.trim() || join(root, 'data'));
const say = (text: string) => void process.stdout.write(`${text}\n`);
const cli = (name: string) => join(root, `src/cli/${name}.ts`);

/** Schema, workflows and an API key, before the app takes the embedded database for itself. */
async function prepare(place: Place, peers: boolean): Promise<string> {
	say('Preparing the embedded database …');
	const options = { cwd: root, env: place.env };
	await runStep([cli('migrate')], options);
	const starters = globSync('workflows/*.yaml', { cwd: root }).sort();
	const workflows = peers ? await withTemplates(starters, place) : starters;
	await runStep([cli('publish'), ...workflows, '--by', 'demo'], options);
	return (await runStep([cli('keys'), 'add', 'demo', '--replace'], options)).trim();
}

/** Each file is named after its workflow. What was posted by an earlier start is left alone. */
async function openCases(place: Place, memory: Memory, key: string): Promise<void> {
	const files = globSync('src/demo/*.csv', { cwd: root }).sort();
	const fresh = files.filter((file) => !memory.posted.includes(basename(file)));
	if (fresh.length === 0) return say('The cases of an earlier start go on.');
	say('Opening cases through the API …');
	const url = `http://127.0.0.1:${memory.app}`;
	const options = { cwd: root, env: { ...process.env, TAPDONE_API_KEY: key } };
	for (const file of fresh) {
		const workflow = basename(file, '.csv');
		const script = [cli('import'), file, '--workflow', workflow, '--url', url];
		// 1: single lines were refused; the import has said which.
		await runStep(script, options, { show: true, good: [0, 1] });
		memory.posted.push(basename(file));
		remember(data, memory);
	}
}

function tell({ app, core, passphrase }: Memory, key: string): void {
	const here = `http://localhost:${app}`;
	say(`
Tapdone is running.

  Phone      ${here}/phone
  API        ${here}/api
  Desk       ${here}/desk
  Console    ${here}/console
  Demo core  http://localhost:${core}

Staff, all with the passphrase ${passphrase}
${peopleLines()}

On the phone choose somebody, open a message and tap its link. The code comes to the same phone;
choose an action and confirm it. The demo core's page then shows the changed record.

API key of this start: ${key}
Ctrl-C stops everything. It is all kept in ${data}; remove that to begin anew.`);
}

/** Runs until something ends that should not, or a signal comes. */
async function run(): Promise<never> {
	await buildIfNeeded(root, say);
	const memory = recall(data);
	memory.app = await freePort(memory.app);
	memory.core = await freePort(memory.core);
	const providers = asked.providers ? await startProviders({ root, data }, memory) : null;
	const env = { ...demoEnvironment(data, memory), ...providers?.settings };
	const place: Place = { root, data, env };
	const key = await prepare(place, providers !== null);
	const invitation = memory.passphrase ? '' : await inviteFirst(place, cli('staff'));
	remember(data, memory);
	say('Starting the demo core and the app …');
	const core = await startCore(place, memory);
	const app = await startApp(place, memory);
	if (!memory.passphrase) {
		const passphrase = newPassphrase();
		await makeStaff(memory.app, invitation, passphrase);
		memory.passphrase = passphrase;
		remember(data, memory);
	}
	await openCases(place, memory, key);
	if (!memory.played) {
		say('Some customers open their links …');
		await playCustomers(memory.app);
		memory.played = true;
		remember(data, memory);
	}
	tell(memory, key);
	return Promise.race([core.ended, app.ended, ...(providers ? [providers.ended] : [])]);
}

// Whoever stops reading (`| tee` gets the same Ctrl-C) must not keep the rest from ending in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** npm passes the terminal's Ctrl-C on, so that one press comes twice. */
const ONE_PRESS_MS = 500;
let pressedAt = -Infinity;
let signals = 0;
async function onSignal(): Promise<void> {
	if (performance.now() - pressedAt < ONE_PRESS_MS) return;
	pressedAt = performance.now();
	signals += 1;
	if (signals > 1) return killAll();
	say('\nStopping …');
	await stopAll();
	say('Stopped.');
	process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
	process.on(signal, () => void onSignal());
endWithNpm();

try {
	await run();
} catch (error) {
	// While it is being stopped, everything that waits for a process fails; that is no news.
	if (signals === 0) {
		process.stderr.write(
			`${error instanceof CannotGoOn ? error.message : String((error as Error).stack)}\n`
		);
		await stopAll();
		process.exit(1);
	}
}
