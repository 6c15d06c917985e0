import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ROOT } from '../support/sources.ts';
import { newKeys } from '../support/world.ts';

// Every test starts processes, each of which opens the embedded database.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
const keys = newKeys();
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'tapdone-database-'));
	expect(await run('migrate', [])).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command on a database of its own; gives its exit code and what it wrote. */
async function run(command: string, args: string[], env: Record<string, string> = {}) {
	const child = spawn(process.execPath, [join(ROOT, `src/cli/${command}.ts`), ...args], {
		cwd: folder,
		env: { PATH: process.env.PATH, TAPDONE_ENV: 'test', TAPDONE_DATA: folder, ...keys, ...env }
	});
	const said = { out: '', errors: '' };
	child.stdout.on('data', (text: Buffer) => (said.out += text.toString()));
	child.stderr.on('data', (text: Buffer) => (said.errors += text.toString()));
	const [code] = (await once(child, 'close')) as [number];
	return { code, ...said };
}

test('publish says which connection a workflow lacks, and in which variable', async () => {
	const document = [join(ROOT, 'workflows/address-update.yaml'), '--by', 'tester'];
	const core = { baseUrl: 'https://core.example.org/v1', token: 'a'.repeat(32) };
	const other = JSON.stringify({ core });
	const lacking = await run('publish', document, { TAPDONE_RECORDS: other });
	expect(lacking).toMatchObject({ code: 0, out: 'address-update: published version 1\n' });
	expect(lacking.errors).toMatch(/^address-update: TAPDONE_RECORDS .*"demo-core".*\n$/);
	const named = JSON.stringify({ 'demo-core': core });
	const having = await run('publish', document, { TAPDONE_RECORDS: named });
	expect(having).toMatchObject({ code: 0, errors: '' });
});

test('C11: rebind wants to know who and why, and says when there is nothing to do', async () => {
	const whole = ['C-1001', '--by', 'ops', '--why', 'called back'];
	for (const args of [whole.slice(0, 3), whole.slice(1), [...whole.slice(0, 4), ' '], ['C-1001']]) {
		const { code, out, errors } = await run('rebind', args);
		expect([code, out]).toEqual([2, '']);
		expect(errors).toContain('Usage: npm run rebind');
	}
	const { code, out } = await run('rebind', whole);
	expect([code, out]).toEqual([0, expect.stringMatching(/^There was nothing to do/)]);
});

test('audit:verify says that all holds, and of a case that there is nothing; with public keys alone', async () => {
	const publicKey = await run('config', ['--public-key']);
	expect(publicKey).toMatchObject({ code: 0, errors: '' });
	const file = join(folder, 'public.json');
	writeFileSync(file, publicKey.out);
	const nothing = { TAPDONE_MASTER_KEYS: '', TAPDONE_AUDIT_KEYS: '' };
	expect(await run('audit-verify', [], nothing)).toMatchObject({ code: 2 });
	const verified = await run('audit-verify', ['--public-key', file], nothing);
	expect(verified.code).toBe(0);
	expect(verified.out).toContain('All of it holds.');
	const id = '00000000-0000-4000-8000-000000000000';
	expect(await run('audit-verify', ['--case', id])).toMatchObject({ code: 0 });
	expect(await run('audit-verify', ['--case', 'x'])).toMatchObject({ code: 2 });
});

test('a hold is set and lifted once, by somebody with a reason', async () => {
	const why = ['--by', 'counsel', '--why', 'court 4 C 12/26'];
	expect(await run('holds', ['set', 'C-1001'])).toMatchObject({ code: 2 });
	expect(await run('holds', ['set', 'C-1001', ...why])).toMatchObject({ code: 0 });
	expect(await run('holds', ['set', 'C-1001', ...why])).toMatchObject({ code: 1 });
	expect(await run('holds', ['lift', 'C-1001', ...why])).toMatchObject({ code: 0 });
	expect(await run('holds', ['lift', 'C-1001', ...why])).toMatchObject({ code: 1 });
});
