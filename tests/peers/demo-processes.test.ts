import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isRunning } from '../support/program.ts';
import { ROOT } from '../support/sources.ts';

const PARENT = join(ROOT, 'tests/support/processes/demo-parent.ts');
const ENV = { PATH: process.env.PATH };

let folder: string;
const left: number[] = [];
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tapdone-parent-'));
});
afterEach(() => {
	for (const pid of left.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
	rmSync(folder, { recursive: true, force: true });
});

const endedFile = () => join(folder, 'ended');

/** Starts a command line that plays the demo; gives the numbers of what runs then. */
async function play(command: string, args: string[], env: Record<string, string> = {}) {
	const started = spawn(command, args, {
		cwd: ROOT,
		env: { ...ENV, ...env },
		stdio: ['ignore', 'pipe', 'inherit']
	});
	const [text] = (await once(started.stdout, 'data')) as [Buffer];
	const { own, child } = JSON.parse(text.toString()) as { own: number; child: number };
	left.push(started.pid!, own, child);
	return { started, own, child };
}

/** Ends with the test's own limit. */
async function gone(pid: number): Promise<void> {
	while (isRunning(pid)) await wait(50);
}

test('when the demo is killed, what it started ends by itself, and in order', async () => {
	const { own, child } = await play(process.execPath, [PARENT, endedFile()]);
	process.kill(own, 'SIGKILL');
	await gone(child);
	expect(readFileSync(endedFile(), 'utf8')).toBe('in order');
});

test('a demo that npm runs ends when npm is gone, and everything with it', async () => {
	const line = `${process.execPath} ${PARENT} ${endedFile()}; true`;
	const { started, own, child } = await play('sh', ['-c', line], { npm_lifecycle_event: 'demo' });
	expect(own).not.toBe(started.pid);
	process.kill(started.pid!, 'SIGKILL');
	await gone(own);
	await gone(child);
	expect(existsSync(endedFile())).toBe(true);
});

test.each(['demo', 'start'])(
	'the shell of npm run %s makes way for the program, so that signals to npm reach it',
	async (name) => {
		const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
			scripts: Record<string, string>;
		};
		const line = scripts[name]?.replace(/node \S+$/, `${process.execPath} ${PARENT}`);
		const { started, own } = await play('sh', ['-c', `${line} ${endedFile()}`]);
		expect(own).toBe(started.pid);
		started.kill('SIGTERM');
		await gone(own);
	}
);
