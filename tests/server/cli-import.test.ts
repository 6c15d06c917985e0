import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { getWorkflow } from '../../src/lib/server/flows/get-workflow.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { answerLines } from '../../src/lib/server/web/api-batch.ts';
import { problemResponse } from '../../src/lib/server/web/problem.ts';
import { ROOT } from '../support/sources.ts';
import type { World } from '../support/world.ts';
import { apiWorld } from './api-world.ts';

// Every test starts processes.
vi.setConfig({ testTimeout: 60_000 });

let world: World;
let server: Server;
let folder: string;
/** Workflows that were asked for, in order. */
let asked: string[] = [];

beforeAll(async () => {
	world = await apiWorld();
	// The two routes that the command needs, without SvelteKit around them.
	server = createServer((request, response) => {
		if (request.headers.authorization === 'Bearer tk_narrow') {
			response.statusCode = 403;
			const detail = 'The key lacks the scope workflows:read.';
			const problem = problemResponse('forbidden', { detail });
			return void problem.text().then((text) => response.end(text));
		}
		const [, name] = /^\/api\/v1\/workflows\/(.+)$/.exec(request.url ?? '') ?? [];
		if (name === undefined) {
			const open = (lines: unknown[]) => openCases(world.parts, 'key:test', lines);
			const answers = answerLines(request, { open });
			return void pipeline(Readable.fromWeb(answers as never), response);
		}
		asked.push(name);
		void getWorkflow(world.parts, name).then(async (found) => {
			response.statusCode = found.ok ? 200 : 404;
			response.end(
				found.ok ? JSON.stringify(found.value) : await problemResponse('not-found').text()
			);
		});
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
});
afterAll(async () => {
	server.close();
	server.closeAllConnections();
	await world.close();
});
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tapdone-cli-'));
	asked = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the command line; gives its exit code and what it wrote. */
async function run(...parameters: string[]) {
	const { port } = server.address() as AddressInfo;
	const child = spawn(
		process.execPath,
		[join(ROOT, 'src/cli/import.ts'), ...parameters, '--url', `http://127.0.0.1:${port}`],
		{ cwd: folder, env: { PATH: process.env.PATH, TAPDONE_API_KEY: 'tk_test' } }
	);
	let out = '';
	let errors = '';
	child.stdout.on('data', (text: Buffer) => (out += text.toString()));
	child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
	const [code] = (await once(child, 'close')) as [number];
	return { code, out, errors };
}

function write(name: string, customer: string): string {
	writeFileSync(join(folder, name), `customer,sms,balance\n${customer},+4917604069001,4711\n`);
	return name;
}

const workflowFor = async (customer: string) =>
	(
		await world.parts.db
			.selectFrom('cases')
			.select('workflow')
			.where('customer_hash', '=', world.parts.vault.hash('customer', customer))
			.executeTakeFirst()
	)?.workflow;

test.each(['collections-plan.csv', 'collections-plan.CSV', 'collections-plan.refused.csv'])(
	'without --workflow the name of %s says which workflow its cases are for',
	async (name) => {
		const { code, out, errors } = await run(write(name, `N-${name}`));
		expect(errors).toBe('');
		expect(code).toBe(0);
		expect(out).toContain('workflow collections-plan: 1 lines');
		expect(out).toContain('opened 1, held 0, joined 0, refused 0');
		expect(asked).toEqual(['collections-plan']);
		expect(await workflowFor(`N-${name}`)).toBe('collections-plan');
	}
);

test('--workflow counts, whatever the file is named', async () => {
	const { code } = await run(write('address-update.csv', 'W-1'), '--workflow', 'collections-plan');
	expect(code).toBe(0);
	expect(await workflowFor('W-1')).toBe('collections-plan');
});

test('a file that is named after no workflow sends nothing and says what is to be added', async () => {
	const file = write('november.csv', 'W-2');
	const { code, out, errors } = await run(file);
	expect({ code, out }).toEqual({ code: 2, out: '' });
	expect(errors).toMatch(
		/No workflow "november" is published[^]*the file's own name[^]*--workflow/
	);
	const { errors: named } = await run(file, '--workflow', 'december');
	expect(named).toContain('No workflow "december" is published');
	expect(named).not.toContain('own name');
	expect(await workflowFor('W-2')).toBeUndefined();
	expect(existsSync(join(folder, 'november.refused.csv'))).toBe(false);
});

test('a file that is not there is told before any workflow is asked for', async () => {
	const { code, errors } = await run('collections-plans.csv');
	expect(code).toBe(2);
	expect(errors).toContain('collections-plans.csv cannot be read');
	expect(asked).toEqual([]);
});

test('--help says that the workflow may be left out, and asks for no key', async () => {
	const { code, out } = await run('--help', '--key', '');
	expect(code).toBe(0);
	expect(out).toContain('file.csv [--workflow key]');
	expect(out).toContain("Without --workflow the file's name says it");
});

test('a key that may not do it is told in one sentence, with the scopes that an import needs', async () => {
	const { code, errors } = await run(write('collections-plan.csv', 'W-3'), '--key', 'tk_narrow');
	expect(code).toBe(2);
	expect(errors).toContain(
		'The key lacks the scope workflows:read. An import needs a key with the scopes cases:write and workflows:read.\n'
	);
	expect(errors).not.toContain('..');
});

test('without a key it says where there is one', async () => {
	const { code, errors } = await run(write('collections-plan.csv', 'W-4'), '--key', '');
	expect(code).toBe(2);
	expect(errors).toMatch(
		/demo prints its own[^]*npm run keys -- add import cases:write workflows:read/
	);
});

test('--delimiter reads what a spreadsheet separates by ;, and takes no word but tab', async () => {
	writeFileSync(
		join(folder, 'collections-plan.csv'),
		'customer;sms;balance\nW-5;+4917604069001;4711\n'
	);
	const told = await run('collections-plan.csv');
	expect([told.code, told.errors]).toEqual([2, expect.stringContaining("--delimiter=';'")]);
	expect((await run('collections-plan.csv', '--delimiter=;')).code).toBe(0);
	expect(await workflowFor('W-5')).toBe('collections-plan');
	expect((await run('collections-plan.csv', '--delimiter=semicolon')).code).toBe(2);
});
