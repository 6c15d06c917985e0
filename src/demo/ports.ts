import { createServer } from 'node:net';
import { CannotGoOn } from './processes.ts';

const MOST_TRIES = 100;

/** The port that a variable of the environment names, else the usual one. */
export function askedPort(name: string, usual: number): number {
	const text = process.env[name]?.trim();
	if (!text) return usual;
	const port = Number(text);
	if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
	throw new CannotGoOn(`${name} must be a port number from 1 to 65535.`);
}

function isFree(port: number, host: string): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		// No IPv6 on this machine: then nobody can be there.
		server.once('error', ({ code }: NodeJS.ErrnoException) =>
			resolve(code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')
		);
		server.listen(port, host, () => server.close(() => resolve(true)));
	});
}

/** The first free port from `wanted` on, on every address that `localhost` can mean. */
export async function freePort(wanted: number): Promise<number> {
	for (let port = wanted; port < wanted + MOST_TRIES; port += 1)
		if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) return port;
	throw new CannotGoOn(`No port from ${wanted} on is free.`);
}
