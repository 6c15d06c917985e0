import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { buildEmptyApp } from './empty-app.ts';

/** The empty page in a process of its own. */
export async function startEmpty(): Promise<{
	url: string;
	pid: number | undefined;
	close(): Promise<void>;
}> {
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const child = spawn(process.execPath, [buildEmptyApp()], {
		env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), ORIGIN: url },
		stdio: ['ignore', 'ignore', 'inherit']
	});
	const kill = () => child.kill('SIGKILL');
	process.once('exit', kill);
	const ended = once(child, 'exit');
	while (!(await fetch(url).catch(() => null))?.ok) {
		if (child.exitCode !== null) throw new Error('The empty page ended before it was ready.');
		await pause(50);
	}
	return {
		url,
		pid: child.pid,
		async close() {
			process.off('exit', kill);
			kill();
			await ended;
		}
	};
}

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, '127.0.0.1');
	await once(probe, 'listening');
	const address = probe.address();
	await new Promise((done) => probe.close(done));
	if (typeof address !== 'object' || !address) throw new Error('no port');
	return address.port;
}
