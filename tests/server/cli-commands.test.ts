import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { takeDirectory } from '../../src/lib/server/db/lock.ts';
import { ROOT, sources } from '../support/sources.ts';

// Every test starts processes.
vi.setConfig({ testTimeout: 60_000 });

const COMMANDS = [
	...sources('src/cli/*.ts').map(({ path }) => path.replace(/^.*\/|\.ts$/g, '')),
	'demo'
];
const WORKFLOW = join(ROOT, 'workflows/address-update.yaml');

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tapdone-commands-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command in the folder; gives its exit code and what it wrote. */
async function run(command: string, args: string[], env: Record<string, string> = {}) {
	const script = command === 'demo' ? 'demo/main' : `cli/${command}`;
	const child = spawn(process.execPath, [join(ROOT, `src/${script}.ts`), ...args], {
		cwd: folder,
		env: { PATH: process.env.PATH, ...env }
	});
	const said = { out: '', errors: '' };
	child.stdout.on('data', (text: Buffer) => (said.out += text.toString()));
	child.stderr.on('data', (text: Buffer) => (said.errors += text.toString()));
	const [code] = (await once(child, 'close')) as [number];
	return { code, ...said };
}

test.each(COMMANDS)('%s --help prints how it is used, and does nothing', async (command) => {
	const { code, out, errors } = await run(command, ['--help']);
	expect({ code, errors }).toEqual({ code: 0, errors: '' });
	expect(out).toMatch(
		new RegExp(`^Usage:\\s+npm run (--silent )?${command.replace('audit-', 'audit:')}\\b`)
	);
	const wrong = await run(command, ['--no-such-option']);
	expect([wrong.code, wrong.out]).toEqual([2, '']);
	expect(wrong.errors).toContain('--no-such-option');
	expect(wrong.errors).toContain('Usage:');
});

test.each([
	['migrate', []],
	['keys', ['list']],
	['publish', [WORKFLOW, '--by', 'tester']]
])(
	'%s says who has the embedded database, and what to do, without a stack',
	async (command, args) => {
		const release = await takeDirectory(folder);
		const { code, out, errors } = await run(command, args, {
			TAPDONE_ENV: 'demo',
			TAPDONE_DATA: folder
		});
		release();
		expect([code, out]).toEqual([1, '']);
		expect(errors).toContain(`${folder} is in use by process ${process.pid}`);
		expect(errors).toMatch(/end the demo with Ctrl-C[^]*TAPDONE_ENV=demo/);
		expect(errors).not.toMatch(/\n\s+at /);
	}
);

test('where a demo was, a command that lacks its variables says how to work on that', async () => {
	const bare = await run('keys', ['list']);
	expect(bare.errors).toContain('TAPDONE_MASTER_KEYS is missing');
	expect(bare.errors).not.toContain('demo:');
	mkdirSync(join(folder, 'data'));
	writeFileSync(join(folder, 'data/demo-keys.json'), '{}');
	const { code, errors } = await run('keys', ['list']);
	expect(code).toBe(1);
	expect(errors).toMatch(/\.\/data holds a demo: .*TAPDONE_ENV=demo/);
});

test('publish tells the faults of a document behind the field, beginning small', async () => {
	writeFileSync(join(folder, 'wrong.yaml'), 'workflow: wrong\ncurrency: EURO\nzone: Nowhere\n');
	const { code, errors } = await run('publish', ['wrong.yaml', '--by', 'tester']);
	expect(code).toBe(1);
	expect(errors).toContain('wrong.yaml:2:1 currency: must have at most 3 characters. Shorten it.');
	for (const line of errors.trim().split('\n'))
		expect(line).toMatch(/^wrong.yaml:\d+:\d+ \S+: [^A-Z]/);
});
