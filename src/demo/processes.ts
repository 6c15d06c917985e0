import { type ChildProcess, spawn, type SpawnOptions, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';

/** Ends the demo with words for people. */
export class CannotGoOn extends Error {}

const running = new Map<ChildProcess, string>();
let stopping = false;

/** Longer than the app takes to finish what is under way. */
const GRACE_MS = 20_000;
const LOOK_MS = 500;

const endWithParent = new URL('./end-with-parent.ts', import.meta.url).href;

interface StartOptions extends SpawnOptions {
	/** Standard input, output and errors. */
	stdio: Extract<StdioOptions, unknown[]>;
}

/**
 * Starts a Node process of the demo. It gets a group of its own, so that Ctrl-C reaches only the
 * demo, which then ends everything in order; and a channel, so that it ends when the demo is gone.
 */
export function start(name: string, script: string[], options: StartOptions): ChildProcess {
	if (stopping) throw new CannotGoOn('The demo is being stopped.');
	const child = spawn(process.execPath, ['--import', endWithParent, ...script], {
		...options,
		stdio: [...options.stdio, 'ipc'],
		detached: true
	});
	running.set(child, name);
	child.once('exit', () => running.delete(child));
	return child;
}

/**
 * Runs a script to its end and gives its standard output, or shows it as it comes. Throws with what
 * it said when its exit code is none of `good`.
 */
export async function runStep(
	script: string[],
	options: SpawnOptions = {},
	{ show = false, good = [0] }: { show?: boolean; good?: number[] } = {}
): Promise<string> {
	const stdio: StartOptions['stdio'] = ['ignore', show ? 'inherit' : 'pipe', 'pipe'];
	const child = start(script[0] ?? '', script, { ...options, stdio });
	const said = { out: '', err: '' };
	child.stdout?.on('data', (text: Buffer) => (said.out += text.toString()));
	child.stderr?.on('data', (text: Buffer) => (said.err += text.toString()));
	const [code] = (await once(child, 'close')) as [number | null];
	if (code !== null && good.includes(code)) return said.out;
	// Of an error that was thrown, the message is for people; where it was thrown is not.
	const thrown = /^[A-Z]\w+: (.+)$/m.exec(said.err)?.[1];
	const words = thrown ?? (said.err || said.out).trim();
	throw new CannotGoOn(words || `${script.join(' ')} ended with ${code}.`);
}

/**
 * Ends the demo, as SIGTERM does, when the npm that runs it is gone: nobody is left who could be
 * asked to stop it. Started without npm it may outlive whoever started it.
 */
export function endWithNpm(): void {
	if (!process.env['npm_lifecycle_event']) return;
	const parent = process.ppid;
	const look = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(look);
		process.kill(process.pid, 'SIGTERM');
	}, LOOK_MS);
	look.unref();
}

/** Ends all that still run, the last started first, and waits for each; by force when it takes too long. */
export async function stopAll(): Promise<void> {
	stopping = true;
	for (const child of [...running.keys()].reverse()) {
		const ended = once(child, 'exit');
		const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
		child.kill('SIGTERM');
		await ended;
		clearTimeout(late);
	}
}

/** At once, for a second Ctrl-C. */
export const killAll = (): void => {
	for (const child of running.keys()) child.kill('SIGKILL');
};
