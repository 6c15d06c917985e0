import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
	configHelp,
	demoKeys,
	describeConfig,
	loadConfig,
	printProblems,
	readConfig
} from '../../src/lib/server/config.ts';

const newKey = () => randomBytes(32).toString('base64url');

const production = () => ({
	TAPDONE_ORIGIN: 'https://t.example.org',
	TAPDONE_MASTER_KEYS: `m1:${newKey()}`,
	TAPDONE_LINK_KEYS: `l2:${newKey()},l1:${newKey()}:2031-01-01T00:00:00Z`,
	TAPDONE_LOOKUP_KEY: newKey(),
	TAPDONE_AUDIT_KEYS: `a1:${newKey()}`
});

function problemsOf(env: Record<string, string | undefined>) {
	const read = readConfig(env);
	if (read.ok) throw new Error('the configuration was accepted');
	return read.detail as { variable: string; problem: string; cure: string }[];
}

/** The variables and problems that stop a production start when these are set beside good ones. */
const wrong = (env: Record<string, string | undefined>) =>
	problemsOf({ ...production(), ...env }).map(({ variable, problem }) => `${variable} ${problem}`);

function configOf(env: Record<string, string | undefined>) {
	const read = readConfig(env);
	if (!read.ok) throw new Error(printProblems(read.detail as never));
	return read.value;
}

describe('a good configuration', () => {
	it('needs five variables in production and gives safe defaults for the others', () => {
		expect(configOf({ ...production(), PATH: '/bin', TAPDONE_PORT: '' })).toMatchObject({
			env: 'production',
			origin: 'https://t.example.org',
			host: '0.0.0.0',
			port: 3000,
			role: 'all',
			databaseUrl: null,
			dataDir: './data',
			auditDir: null,
			servingRole: null,
			poolSize: 10,
			records: {},
			phone: false,
			outreachLimits: true,
			trustedHops: 0,
			shutdownSeconds: 30,
			drainSeconds: 5,
			jobPollMs: 1000,
			metricsToken: null,
			logLevel: 'info',
			accessLog: true,
			crashAt: null
		});
	});

	it('reads every variable', () => {
		const config = configOf({
			...production(),
			TAPDONE_ENV: 'test',
			TAPDONE_ORIGIN: 'http://localhost:8080/',
			TAPDONE_HOST: '::1',
			TAPDONE_PORT: '0',
			TAPDONE_ROLE: 'worker',
			DATABASE_URL: 'postgres://app:x@db/tapdone',
			TAPDONE_DATA: '/var/lib/t',
			TAPDONE_AUDIT_DIR: '/mnt/audit',
			TAPDONE_SERVING_ROLE: 'tapdone_app',
			TAPDONE_POOL_SIZE: '4',
			TAPDONE_RECORDS: '{"core":{"baseUrl":"https://core.example.org/v1","token":"abc"}}',
			TAPDONE_PHONE: 'off',
			TAPDONE_ALLOW_PHONE: 'no',
			TAPDONE_OUTREACH_LIMITS: 'on',
			TAPDONE_TRUSTED_HOPS: '2',
			TAPDONE_SHUTDOWN_SECONDS: '5',
			TAPDONE_DRAIN_SECONDS: '9',
			TAPDONE_JOB_POLL_MS: '500',
			TAPDONE_METRICS_TOKEN: 'abcdefgh12345678',
			TAPDONE_LOG_LEVEL: 'silent',
			TAPDONE_ACCESS_LOG: 'off',
			TAPDONE_CRASH_AT: 'submit:committed',
			TAPDONE_TEST_DB: 'embedded'
		});
		const { keys, records, ...rest } = config;
		expect(rest).toEqual({
			env: 'test',
			origin: 'http://localhost:8080',
			host: '::1',
			port: 0,
			role: 'worker',
			databaseUrl: 'postgres://app:x@db/tapdone',
			dataDir: '/var/lib/t',
			auditDir: '/mnt/audit',
			servingRole: 'tapdone_app',
			poolSize: 4,
			channels: { twilio: null, sendgrid: null, smtp: null },
			phone: false,
			outreachLimits: true,
			trustedHops: 2,
			shutdownSeconds: 5,
			drainSeconds: 4,
			jobPollMs: 500,
			metricsToken: 'abcdefgh12345678',
			logLevel: 'silent',
			accessLog: false,
			crashAt: 'submit:committed'
		});
		expect([keys.master.current.id, keys.links.current.id, keys.lookup.length]).toEqual([
			'm1',
			'l2',
			32
		]);
		expect(records['core']).toMatchObject({ baseUrl: 'https://core.example.org/v1', token: 'abc' });
	});
});

describe('a wrong configuration', () => {
	it('gets every problem at once, each with a cure', () => {
		const problems = problemsOf({
			TAPDONE_ENV: 'prod',
			TAPDONE_PORT: '80 000',
			TAPDONE_ROLE: 'web',
			TAPDONE_RECORDS: '{"core":{"baseUrl":"http://core.example.org","speed":1}}',
			TAPDONE_MASTER_KEYS: 'abc',
			TAPDONE_POOLSIZE: '3'
		});
		expect(problems.map(({ variable }) => variable)).toEqual([
			'TAPDONE_ENV',
			'TAPDONE_PORT',
			'TAPDONE_MASTER_KEYS',
			'TAPDONE_RECORDS',
			'TAPDONE_RECORDS',
			'TAPDONE_ORIGIN',
			'TAPDONE_LINK_KEYS',
			'TAPDONE_LOOKUP_KEY',
			'TAPDONE_AUDIT_KEYS',
			'DATABASE_URL',
			'TAPDONE_POOLSIZE'
		]);
		for (const { cure } of problems) expect(cure.length).toBeGreaterThan(10);
		const list = printProblems(problems);
		expect(list).toContain('The configuration has 11 problems:');
		expect(list).toContain('TAPDONE_ENV is "prod".\n    Give it production, demo or test.');
	});

	it('suggests the nearest name for one that is unknown', () => {
		const cure = (name: string) => problemsOf({ ...production(), [name]: 'x' })[0]!.cure;
		expect(cure('TAPDONE_ORIGINS')).toContain('Did you mean TAPDONE_ORIGIN?');
		expect(cure('TAPDONE_MASTERKEY')).toContain('Did you mean TAPDONE_MASTER_KEYS?');
		expect(cure('TAPDONE_DATABASE_URL')).toContain('Did you mean DATABASE_URL?');
		expect(wrong({ TAPDONE_TEST_DB: 'x' })).toEqual([
			'TAPDONE_TEST_DB is no variable of this program'
		]);
	});

	it('never repeats what is secret', () => {
		const canary = 'C4N4RY';
		const problems = problemsOf({
			...production(),
			DATABASE_URL: `mysql://${canary}`,
			TAPDONE_MASTER_KEYS: `a:${canary}`,
			TAPDONE_LINK_KEYS: canary,
			TAPDONE_LOOKUP_KEY: canary,
			TAPDONE_METRICS_TOKEN: `${canary} x`,
			TAPDONE_RECORDS: `{"${canary}`
		});
		expect(problems).toHaveLength(6);
		expect(printProblems(problems)).not.toContain(canary);
	});

	it.each([
		['TAPDONE_ORIGIN', 't.example.org'],
		['TAPDONE_ORIGIN', 'ftp://t.example.org'],
		['TAPDONE_ORIGIN', 'https://t.example.org/app'],
		['TAPDONE_ORIGIN', 'https://user@t.example.org'],
		['TAPDONE_ORIGIN', 'https://my_host.example.org'],
		['TAPDONE_PORT', '65536'],
		['TAPDONE_PORT', '1e3'],
		['TAPDONE_HOST', 'a b'],
		['TAPDONE_ROLE', 'both'],
		['TAPDONE_TRUSTED_HOPS', '-1'],
		['TAPDONE_SHUTDOWN_SECONDS', '0'],
		['TAPDONE_POOL_SIZE', '1'],
		['TAPDONE_JOB_POLL_MS', '5'],
		['TAPDONE_METRICS_TOKEN', 'short'],
		['TAPDONE_LOG_LEVEL', 'loud'],
		['TAPDONE_ACCESS_LOG', 'yes'],
		['TAPDONE_RECORDS', '[]'],
		['TAPDONE_RECORDS', '{"Core":{"baseUrl":"https://x.org"}}']
	])('refuses %s=%s', (name, value) => {
		expect(problemsOf({ ...production(), [name]: value }).map(({ variable }) => variable)).toEqual([
			name
		]);
	});
});

describe('T2: production refuses to start', () => {
	const text = (sign: number) => Buffer.alloc(32, sign).toString('base64url');
	const ascii = Buffer.from('0123456789abcdef0123456789ABCDEF').toString('base64url');
	const counting = Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString('base64url');
	const demo = Buffer.concat([Buffer.from('demo'), randomBytes(28)]).toString('base64url');

	it.each([
		['http', { TAPDONE_ORIGIN: 'http://t.example.org' }, 'TAPDONE_ORIGIN is http'],
		['the phone', { TAPDONE_PHONE: 'on' }, 'TAPDONE_PHONE is on'],
		['no limits', { TAPDONE_OUTREACH_LIMITS: 'off' }, 'TAPDONE_OUTREACH_LIMITS is off'],
		['a crash point', { TAPDONE_CRASH_AT: 'x' }, 'TAPDONE_CRASH_AT is for'],
		[
			'zero keys',
			{ TAPDONE_MASTER_KEYS: `a:${text(0)}` },
			'TAPDONE_MASTER_KEYS has key a, which is not random'
		],
		[
			'a zero retired key',
			{ TAPDONE_LINK_KEYS: `a:${newKey()},b:${text(0)}` },
			'TAPDONE_LINK_KEYS has key b'
		],
		['a zero lookup key', { TAPDONE_LOOKUP_KEY: text(255) }, 'TAPDONE_LOOKUP_KEY is not random'],
		['a counting key', { TAPDONE_LOOKUP_KEY: counting }, 'TAPDONE_LOOKUP_KEY is not random'],
		['a key of text', { TAPDONE_LOOKUP_KEY: ascii }, 'TAPDONE_LOOKUP_KEY is text'],
		['a demo key', { TAPDONE_LINK_KEYS: `x:${demo}` }, 'which is a key of the demo'],
		[
			'a known password',
			{ DATABASE_URL: 'postgres://app:postgres@db/x' },
			'DATABASE_URL has a password'
		],
		[
			'a known token',
			{ TAPDONE_METRICS_TOKEN: 'changeme--------' },
			'TAPDONE_METRICS_TOKEN is a token'
		],
		[
			'a known token of a connection',
			{ TAPDONE_RECORDS: '{"core":{"baseUrl":"https://core.example.org","token":"secret123"}}' },
			'TAPDONE_RECORDS at core.token'
		]
	])('with %s', (_, env, problem) => {
		const problems = wrong(env);
		expect(problems).toHaveLength(1);
		expect(problems[0]).toContain(problem);
	});

	it('with one key for two purposes, and so does every other environment', () => {
		const key = newKey();
		const env = { TAPDONE_MASTER_KEYS: `a:${key}`, TAPDONE_LOOKUP_KEY: key };
		expect(wrong(env)).toEqual(['TAPDONE_LOOKUP_KEY has a key that stands in the keys twice']);
		expect(wrong({ ...env, TAPDONE_ENV: 'test' })).toHaveLength(1);
	});

	it('with keys missing', () => {
		expect(wrong({ TAPDONE_LINK_KEYS: undefined })).toEqual(['TAPDONE_LINK_KEYS is missing']);
	});

	it('but lets the phone through when that is said on purpose', () => {
		const config = configOf({ ...production(), TAPDONE_PHONE: 'on', TAPDONE_ALLOW_PHONE: 'yes' });
		expect(config.phone).toBe(true);
	});

	it('lets a demo run on http with the phone and zero keys, which only tries things', () => {
		const config = configOf({
			...production(),
			TAPDONE_ORIGIN: '',
			TAPDONE_ENV: 'demo',
			TAPDONE_MASTER_KEYS: `a:${text(0)}`
		});
		expect(config).toMatchObject({
			phone: true,
			origin: 'http://localhost:3000',
			host: '127.0.0.1'
		});
	});
});

describe('demo keys', () => {
	const dirs: string[] = [];
	const newDir = () => {
		dirs.push(mkdtempSync(join(tmpdir(), 'tapdone-keys-')));
		return join(dirs.at(-1)!, 'data');
	};
	afterEach(() => {
		for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
	});

	it('are made once, readable by their owner only, and found again', () => {
		const dir = newDir();
		const made = demoKeys(dir);
		expect(demoKeys(dir)).toEqual(made);
		expect(statSync(join(dir, 'demo-keys.json')).mode & 0o777).toBe(0o600);
		expect(JSON.parse(readFileSync(join(dir, 'demo-keys.json'), 'utf8'))).toEqual(made);
		expect(demoKeys(newDir())).not.toEqual(made);
	});

	it('start a demo without any key given, and are refused in production', () => {
		const dir = newDir();
		const demo = loadConfig({ TAPDONE_ENV: 'demo', TAPDONE_DATA: dir, TAPDONE_LINK_KEYS: '' });
		expect(demo.ok && demo.value.keys.links.current.id).toBe('demo');
		expect(wrong(demoKeys(dir))).toEqual([
			'TAPDONE_MASTER_KEYS has key demo, which is a key of the demo',
			'TAPDONE_LINK_KEYS has key demo, which is a key of the demo',
			'TAPDONE_AUDIT_KEYS has key demo, which is a key of the demo',
			'TAPDONE_LOOKUP_KEY is a key of the demo'
		]);
	});

	it('give way to keys that were given, and make nothing outside a demo', () => {
		const dir = newDir();
		const env = { ...production(), TAPDONE_ENV: 'demo', TAPDONE_DATA: dir };
		const given = loadConfig(env);
		expect(given.ok && given.value.keys.master.current.id).toBe('m1');
		const other = newDir();
		expect(loadConfig({ TAPDONE_DATA: other }).ok).toBe(false);
		expect(() => statSync(other)).toThrow();
	});

	it('that are damaged are not replaced: what they sealed would be lost', () => {
		const dir = newDir();
		demoKeys(dir);
		writeFileSync(join(dir, 'demo-keys.json'), '{');
		expect(() => demoKeys(dir)).toThrow('is damaged');
	});
});

describe('the help', () => {
	it('describes every variable, and no secret has a value to copy', () => {
		const described = describeConfig();
		expect(described.map(({ variable }) => variable)).toContain('TAPDONE_MASTER_KEYS');
		for (const { variable, help, takes, unset } of described) {
			expect(configHelp()).toContain(`${variable}\n  ${help}\n  Takes: ${takes}`);
			expect(unset).not.toBe('');
		}
		expect(described.filter(({ secret }) => secret).map(({ variable }) => variable)).toEqual([
			'DATABASE_URL',
			'TAPDONE_MASTER_KEYS',
			'TAPDONE_LINK_KEYS',
			'TAPDONE_LOOKUP_KEY',
			'TAPDONE_AUDIT_KEYS',
			'TAPDONE_RECORDS',
			'TAPDONE_TWILIO_TOKENS',
			'TAPDONE_SENDGRID_KEY',
			'TAPDONE_SMTP',
			'TAPDONE_METRICS_TOKEN',
			'TAPDONE_API_KEY'
		]);
	});
});
