import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ROOT } from './sources.ts';

export interface Program {
	process: ChildProcess;
	/** Everything it has written so far. */
	said: () => string;
	/** Its exit code; `null` when a signal ended it. */
	ended: Promise<number | null>;
	/** Waits until it has written this; gives everything that it has written. */
	until: (words: RegExp) => Promise<string>;
}

/** Starts a program of ours in a process of its own, with nothing of this environment but `PATH`. */
export function startProgram(script: string, env: Record<string, string>): Program {
	const child = spawn(process.execPath, [script], {
		cwd: ROOT,
		env: { PATH: process.env.PATH, ...env },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let text = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (more: string) => (text += more));
	const ended = once(child, 'close').then(([code]) => code as number | null);
	return {
		process: child,
		said: () => text,
		ended,
		until: (words) =>
			new Promise((resolve, reject) => {
				const look = () => words.test(text) && resolve(text);
				child.stdout.on('data', look);
				look();
				const early = () => reject(new Error(`It ended and never said ${words}:\n${text}`));
				ended.then(early, reject);
			})
	};
}

/** Numbers of the processes that this one has started and that still run. */
export function childrenOf(pid: number): number[] {
	return processes()
		.filter(({ parent }) => parent === pid)
		.map((child) => child.pid);
}

export function isRunning(pid: number): boolean {
	return processes().some((one) => one.pid === pid);
}

/** All processes of this machine; who has ended and was not waited for does not count. */
function processes(): { pid: number; parent: number }[] {
	if (!existsSync('/proc/self/stat')) return byCommand();
	return readdirSync('/proc').flatMap((name) => {
		if (!/^\d+$/.test(name)) return [];
		const stat = statOf(name);
		// The name in field 2 may hold spaces and brackets: state and parent follow its end.
		const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return parent && state !== 'Z' ? [{ pid: Number(name), parent: Number(parent) }] : [];
	});
}

function statOf(name: string): string {
	try {
		return readFileSync(`/proc/${name}/stat`, 'utf8');
	} catch {
		return '';
	}
}

function byCommand(): { pid: number; parent: number }[] {
	const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n');
	return lines.flatMap((line) => {
		const [pid, parent] = line.trim().split(/\s+/).map(Number);
		return pid && parent !== undefined ? [{ pid, parent }] : [];
	});
}
