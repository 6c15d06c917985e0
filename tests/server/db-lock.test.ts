import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../src/lib/server/db/connect.ts';
import { thisProcess } from '../../src/lib/server/db/claimant.ts';
import { takeDirectory } from '../../src/lib/server/db/lock.ts';

const HOLDER = join(import.meta.dirname, '../support/processes/hold-directory.ts');
const children: ChildProcess[] = [];
let directory: string;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), 'tapdone-lock-'));
});
afterEach(async () => {
	for (const child of children.splice(0)) await kill(child);
	rmSync(directory, { recursive: true, force: true });
});

test('a second process is refused with the number of the first, the directory and a cure', async () => {
	const first = await start();
	expect(first.said).toBe('held');
	const second = await start();
	expect(second.said).toContain(`refused: ${directory} is in use by process ${first.child.pid}`);
	expect(second.said).toContain(`kill ${first.child.pid}`);
	expect(second.said).toContain('DATABASE_URL');
});

test('a killed process leaves nothing that keeps the next one out', async () => {
	const first = await start();
	await kill(first.child);
	expect(readdirSync(join(directory, 'lock'))).toHaveLength(1);
	expect((await start()).said).toBe('held');
});

test('a process that ends by itself removes its claim', async () => {
	const release = await takeDirectory(directory);
	await expect(takeDirectory(directory)).rejects.toThrow(/in use by process/);
	release();
	expect(readdirSync(join(directory, 'lock'))).toEqual([]);
});

test('a number that now belongs to another process does not count as the holder', async () => {
	leave('reused.json', { ...thisProcess(), startedAt: '1' });
	const release = await takeDirectory(directory);
	release();
});

test('a holder in another container counts while it beats and no longer', async () => {
	const path = leave('elsewhere.json', { pid: 1, startedAt: '1', place: 'another boot' });
	await expect(takeDirectory(directory)).rejects.toThrow(/process 1\b/);
	const silent = new Date(Date.now() - 60_000);
	utimesSync(path, silent, silent);
	const release = await takeDirectory(directory);
	release();
});

test('of 12 processes that start together after a kill -9, at most one ever holds', async () => {
	const first = await start();
	await kill(first.child);
	const starts = await Promise.all(Array.from({ length: 12 }, () => start()));
	expect(starts.filter(({ said }) => said === 'held').length).toBeLessThanOrEqual(1);
	for (const { child } of starts) await kill(child);
	expect((await start()).said).toBe('held');
});

test('the embedded database in a directory keeps its rows and lets nobody else in meanwhile', async () => {
	const options = { dataDir: directory, poolSize: 1, role: 'web' as const };
	const opened = await openDatabase(options);
	await opened.pglite?.exec('create table kept as select 7 as number');
	expect((await start()).said).toContain(`in use by process ${process.pid}`);
	await opened.close();
	const again = await openDatabase(options);
	const kept = await again.pglite?.query('select number from kept');
	await again.close();
	expect(kept?.rows).toEqual([{ number: 7 }]);
});

function leave(name: string, claimant: object): string {
	const path = join(directory, 'lock', name);
	mkdirSync(join(directory, 'lock'), { recursive: true });
	writeFileSync(path, JSON.stringify(claimant));
	return path;
}

/** Starts a process that takes the directory; resolves with its first line. */
function start(): Promise<{ child: ChildProcess; said: string }> {
	const child = spawn(process.execPath, [HOLDER, directory], {
		stdio: ['ignore', 'pipe', 'inherit']
	});
	children.push(child);
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.stdout.setEncoding('utf8').once('data', (text: string) => {
			resolve({ child, said: text.trim() });
		});
	});
}

function kill(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
	return new Promise((resolve) => {
		child.once('exit', () => resolve());
		child.kill('SIGKILL');
	});
}
