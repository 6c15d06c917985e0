import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Customer } from '../support/customer.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { newKeys, recordsOf } from '../support/world.ts';

const root = join(import.meta.dirname, '../..');

let fleet: Fleet;
let production: Record<string, string>;
beforeAll(async () => {
	fleet = await startFleet({ count: 0 });
	production = {
		TAPDONE_ENV: 'production',
		TAPDONE_PHONE: 'off',
		TAPDONE_ORIGIN: 'https://t.example.test',
		TAPDONE_HOST: '127.0.0.1',
		DATABASE_URL: fleet.database.url!,
		TAPDONE_RECORDS: recordsOf(fleet.core, { token: randomBytes(16).toString('hex') }),
		...newKeys()
	};
});
afterAll(() => fleet.close());

/** Starts the production build and gives what it ended with, and said. */
async function refused(env: Record<string, string>): Promise<{ code: number; said: string }> {
	const child = spawn(process.execPath, ['src/main.ts'], {
		cwd: root,
		env: { PATH: process.env.PATH, ...production, ...env, TAPDONE_PORT: '0' },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let said = '';
	child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
	const [code] = (await once(child, 'exit')) as [number];
	return { code, said };
}

const demoKey = Buffer.concat([Buffer.from('demo'), randomBytes(28)]).toString('base64url');

test.each([
	['the simulated phone', { TAPDONE_PHONE: 'on' }, 'TAPDONE_PHONE'],
	['a crash point', { TAPDONE_CRASH_AT: 'submit-action:before-commit' }, 'TAPDONE_CRASH_AT'],
	['an origin without TLS', { TAPDONE_ORIGIN: 'http://t.example.test' }, 'TAPDONE_ORIGIN'],
	['a key of the demo', { TAPDONE_LINK_KEYS: `demo:${demoKey}` }, 'TAPDONE_LINK_KEYS'],
	['a setting of the tests', { TAPDONE_TEST_LONG: '1' }, 'TAPDONE_TEST_LONG']
])('T2: production does not start with %s', async (_, env, name) => {
	const { code, said } = await refused(env);
	expect(code).toBe(1);
	expect(said).toContain(name);
	// A list to read, no stack, and no value of a secret.
	expect(said).not.toMatch(/\n\s+at /);
	expect(said).not.toContain(demoKey);
});

test('a start warns once of each published workflow whose connection is not there', async () => {
	const { log } = await fleet.start({ ...production, TAPDONE_RECORDS: '{}' });
	const lines = log()
		.split('\n')
		.filter((line) => line.includes('TAPDONE_RECORDS'));
	expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject(
		['address-update', 'collections-plan', 'failed-payment'].map((workflow) => ({
			level: 'warn',
			workflow,
			connection: 'demo-core'
		}))
	);
	expect((await fleet.start(production)).log()).not.toContain('TAPDONE_RECORDS');
});

test('T2: production has no phone, no open figures and no page that a test or a demo opens', async () => {
	const { url } = await fleet.start(production);
	const visitor = new Customer(url, fleet.origin);
	for (const path of ['/phone', '/phone?q=C-1001', '/metrics', '/demo', '/test'])
		expect([path, (await visitor.get(path)).status]).toEqual([path, 404]);
	expect((await visitor.get('/healthz')).status).toBe(200);
});
