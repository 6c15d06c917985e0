import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type App, buildApp } from '../../src/lib/server/app.ts';
import { loadConfig } from '../../src/lib/server/config.ts';
import type { Vault } from '../../src/lib/server/crypto/vault.ts';
import type { Db } from '../../src/lib/server/db/connect.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { type RecordsPeer, startRecordsPeer } from '../peers/records.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { newKeys, publish, recordsOf } from './world.ts';

const root = join(import.meta.dirname, '../..');

export interface Server {
	/** Where it listens: `http://127.0.0.1:port`. */
	url: string;
	process: ChildProcess;
	/** Everything it has written so far. */
	log: () => string;
	/** SIGTERM, or the signal given; gives the exit code once it has ended. */
	stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface Fleet {
	servers: Server[];
	/** The public origin: what forms must name, and what links begin with. */
	origin: string;
	db: Db;
	database: TestDatabase;
	/** The same keys as the servers have: to read what the phone shows, and to count. */
	vault: Vault;
	core: RecordsPeer;
	/** The flows' parts on the same database and keys, without jobs of its own. */
	parts: Parts;
	/** One more process of the production build on the same database. */
	start(env?: Record<string, string>): Promise<Server>;
	close(): Promise<void>;
}

/**
 * A port that nobody has: not from where the system takes those of its own connections, or one of them
 * might have it by the time that the server listens.
 */
async function freePort(): Promise<number> {
	for (;;) {
		const probe = createServer();
		const port = randomInt(10_000, 32_000);
		const isFree = once(probe, 'listening').then(
			() => true,
			() => false
		);
		probe.listen(port, '127.0.0.1');
		if (!(await isFree)) continue;
		await new Promise((done) => probe.close(done));
		return port;
	}
}

/** An app in the test's own process, with the role that works no jobs. */
async function ownApp(env: Record<string, string>, database: TestDatabase): Promise<App> {
	const config = loadConfig({ ...env, TAPDONE_ROLE: 'web', TAPDONE_LOG_LEVEL: 'silent' });
	if (!config.ok) throw new Error(JSON.stringify(config.detail));
	return buildApp(config.value, database);
}

/** One process of the production build; resolves when `/readyz` says so. */
export async function startServer(env: Record<string, string>): Promise<Server> {
	const port = Number(env.TAPDONE_PORT ?? (await freePort()));
	const child = spawn(process.execPath, ['src/main.ts'], {
		cwd: root,
		env: { PATH: process.env.PATH, ...env, TAPDONE_PORT: String(port) },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let text = '';
	child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
	const url = `http://127.0.0.1:${port}`;
	const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
	const server: Server = {
		url,
		process: child,
		log: () => text,
		async stop(signal = 'SIGTERM') {
			if (child.exitCode === null && child.signalCode === null) child.kill(signal);
			return (await ended)[0];
		}
	};
	await Promise.race([
		ready(url),
		ended.then(([code]) => {
			throw new Error(`The server ended with ${code} before it was ready:\n${text}`);
		})
	]);
	return server;
}

async function ready(url: string): Promise<void> {
	for (;;) {
		const answer = await fetch(`${url}/readyz`).catch(() => null);
		await answer?.text();
		if (answer?.ok) return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

/**
 * A real PostgreSQL, a demo core and `count` processes of the production build with one public
 * origin. The default origin is https, as behind a proxy; a browser test gives the server's own.
 */
export async function startFleet(
	options: {
		count?: number;
		env?: Record<string, string>;
		records?: object;
		browser?: boolean;
		keys?: Partial<ReturnType<typeof newKeys>>;
	} = {}
): Promise<Fleet> {
	const database = await testDatabase();
	if (!database.url) throw new Error('A fleet needs the real PostgreSQL.');
	const core = await startRecordsPeer();
	await publish(database.db);
	const keys = { ...newKeys(), ...options.keys };
	const origin = options.browser ? null : 'https://t.example.test';
	const servers: Server[] = [];
	const settings = {
		TAPDONE_ENV: 'test',
		TAPDONE_PHONE: 'on',
		TAPDONE_JOB_POLL_MS: '500',
		DATABASE_URL: database.url,
		TAPDONE_RECORDS: recordsOf(core, options.records),
		...(origin && { TAPDONE_ORIGIN: origin }),
		...keys
	};
	const first = await freePort();
	// A browser's case links must lead to the first server.
	const own: Record<string, string> = origin ? {} : { TAPDONE_ORIGIN: `http://localhost:${first}` };
	const app = await ownApp({ ...settings, ...own }, database);
	const fleet: Fleet = {
		servers,
		origin: origin ?? `http://localhost:${first}`,
		db: database.db,
		database,
		vault: app.parts.vault,
		parts: app.parts,
		core,
		async start(env = {}) {
			const port: Record<string, string> = servers.length ? {} : { TAPDONE_PORT: String(first) };
			const server = await startServer({ ...settings, ...own, ...port, ...options.env, ...env });
			servers.push(server);
			return server;
		},
		async close() {
			await Promise.all(servers.map((server) => server.stop('SIGKILL')));
			await app.stop();
			await core.close();
		}
	};
	for (let count = options.count ?? 1; count > 0; count--) await fleet.start();
	return fleet;
}
