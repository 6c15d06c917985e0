import type { ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Memory } from './memory.ts';
import { CannotGoOn, start } from './processes.ts';

const READY_MS = 90_000;

/** What the demo's processes share. */
export interface Place {
	root: string;
	data: string;
	/** Environment of the app and its command lines. */
	env: NodeJS.ProcessEnv;
}

/** The connection's name is what the starter workflows call their system of record. */
const CONNECTION = 'demo-core';

/** The environment without the settings of another installation on this machine. */
export function demoEnvironment(data: string, { app, core, token }: Memory): NodeJS.ProcessEnv {
	const foreign = ([name]: [string, unknown]) => !/^(TAPDONE_|DATABASE_URL$)/.test(name);
	const connection = {
		baseUrl: `http://127.0.0.1:${core}`,
		token,
		allowHttp: true,
		allowPrivate: true
	};
	return {
		...Object.fromEntries(Object.entries(process.env).filter(foreign)),
		TAPDONE_ENV: 'demo',
		TAPDONE_DATA: data,
		TAPDONE_PORT: String(app),
		TAPDONE_PHONE: 'on',
		// Whoever tries it at night wants to see messages, and several of them for one person.
		TAPDONE_OUTREACH_LIMITS: 'off',
		TAPDONE_ACCESS_LOG: 'off',
		TAPDONE_LOG_LEVEL: 'warn',
		TAPDONE_JOB_POLL_MS: '500',
		TAPDONE_SHUTDOWN_SECONDS: '10',
		TAPDONE_RECORDS: JSON.stringify({ [CONNECTION]: connection })
	};
}

const tailOf = (log: string): string =>
	readFileSync(log, 'utf8').trim().split('\n').slice(-12).join('\n');

/** Tells when a process that should go on has ended by itself. */
export function watch(child: ChildProcess, name: string, log: string) {
	const ended = new Promise<never>((_, reject) =>
		child.once('exit', (code) =>
			reject(new CannotGoOn(`${name} ended by itself (${code}). ${log} says:\n${tailOf(log)}`))
		)
	);
	ended.catch(() => undefined);
	return ended;
}

export interface Running {
	/** Rejects when it ends before it is told to. */
	ended: Promise<never>;
}

/** The system of record as a process of its own, with its own file. */
export async function startCore({ root, data }: Place, memory: Memory): Promise<Running> {
	const log = join(data, 'demo-core.log');
	const child = start('demo core', [join(root, 'src/demo/core/main.ts')], {
		cwd: root,
		stdio: ['ignore', 'pipe', openSync(log, 'a', 0o600)],
		env: {
			PATH: process.env['PATH'],
			DEMO_CORE_PORT: String(memory.core),
			DEMO_CORE_FILE: join(data, 'demo-core.sqlite'),
			DEMO_CORE_TOKEN: memory.token
		}
	});
	const ended = watch(child, 'The demo core', log);
	if (!child.stdout) throw new Error('The demo core has no output.');
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	await Promise.race([lines.next(), ended]);
	return { ended };
}

/** Pages, API and jobs in one process, as `npm start` runs them. */
export async function startApp({ root, data, env }: Place, { app }: Memory): Promise<Running> {
	const log = join(data, 'app.log');
	const file = openSync(log, 'a', 0o600);
	const child = start('app', [join(root, 'src/main.ts')], {
		cwd: root,
		stdio: ['ignore', file, file],
		env
	});
	const ended = watch(child, 'The app', log);
	const until = performance.now() + READY_MS;
	const isReady = () =>
		fetch(`http://127.0.0.1:${app}/readyz`).then(
			({ ok }) => ok,
			() => false
		);
	while (!(await Promise.race([isReady(), ended]))) {
		if (performance.now() > until) throw new CannotGoOn(`The app is not ready. ${tailOf(log)}`);
		await wait(150);
	}
	return { ended };
}
