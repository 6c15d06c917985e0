import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../src/lib/server/records/addresses.ts';
import {
	httpConnectionSchema,
	type HttpConnection
} from '../../src/lib/server/records/http-config.ts';
import type { Resolve } from '../../src/lib/server/records/http-exchange.ts';
import { createHttpRecords } from '../../src/lib/server/records/http.ts';
import { paymentCall, readMapping } from './records-calls.ts';

const strict = { allowPrivate: false, allowHosts: [] };
const open = { allowPrivate: true, allowHosts: [] };
const parse = (change: object) =>
	httpConnectionSchema.safeParse({ baseUrl: 'https://core.example', ...change });

describe('I1: refused when the configuration is read', () => {
	test.each([
		'https://127.0.0.1/',
		'https://169.254.169.254/latest/meta-data',
		'https://[::1]/',
		'https://[::ffff:a9fe:a9fe]/',
		'https://[::ffff:169.254.169.254]/',
		'https://[64:ff9b::a9fe:a9fe]/',
		'https://[2002:7f00:1::]/',
		'https://2130706433/',
		'https://0x7f000001/',
		'https://0177.0.0.1/',
		'https://127.1/',
		'https://0/',
		'https://localhost/',
		'https://localhost./',
		'https://core.localhost/',
		'https://metadata.google.internal/',
		'https://10.0.0.5/',
		'https://172.16.3.4/',
		'https://192.168.1.1/',
		'https://100.64.0.1/',
		'https://[fd12::1]/',
		'https://[fe80::1]/',
		'https://224.0.0.1/'
	])('%s', (baseUrl) => {
		const parsed = parse({ baseUrl });
		expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(['baseUrl']);
	});

	test.each([
		'http://core.example',
		'https://user:secret@core.example',
		'https://core.example/?a=1',
		'ftp://core.example',
		'core'
	])('%s', (baseUrl) => expect(parse({ baseUrl }).success).toBe(false));

	test('public addresses pass, private ones when listed, metadata never', () => {
		expect(parse({}).success).toBe(true);
		expect(parse({ baseUrl: 'https://93.184.215.14' }).success).toBe(true);
		expect(parse({ baseUrl: 'https://127.0.0.1', allowPrivate: true }).success).toBe(true);
		expect(parse({ baseUrl: 'https://10.1.2.3', allowHosts: ['10.1.2.3'] }).success).toBe(true);
		const everything = { allowPrivate: true, allowHosts: ['169.254.169.254'] };
		expect(parse({ baseUrl: 'https://169.254.169.254', ...everything }).success).toBe(false);
		expect(parse({ baseUrl: 'https://[::ffff:a9fe:a9fe]', ...everything }).success).toBe(false);
	});
});

test('an IPv6 address is judged by the IPv4 address it carries, also a public one', () => {
	expect(refusal('x', '::ffff:93.184.215.14', strict)).toBeNull();
	expect(refusal('x', '::ffff:127.0.0.1', strict)).toBe('private');
	expect(refusal('x', '::ffff:127.0.0.1', open)).toBeNull();
	expect(refusal('x', '::127.0.0.1', strict)).toBe('private');
	expect(refusal('x', 'fe80::1%eth0', open)).toBe('reserved');
	expect(refusal('x', '2606:4700::1111', strict)).toBeNull();
	expect(refusal('x', 'not-an-address', open)).toBe('unreadable');
});

describe('I1: refused at the call, with a server there that would answer', () => {
	let trap: Server;
	let hits = 0;
	let port = 0;
	beforeAll(async () => {
		trap = createServer((_, response) => {
			hits += 1;
			response.end('{}');
		});
		trap.on('connection', () => (hits += 1));
		await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
		port = (trap.address() as AddressInfo).port;
	});
	afterAll(() => new Promise((resolve) => trap.close(resolve)));

	/** A connection as if the check at start had not been there. */
	const unchecked = (baseUrl: string, change: Partial<HttpConnection> = {}): HttpConnection => ({
		...httpConnectionSchema.parse({ baseUrl: 'https://core.example', allowHttp: true }),
		baseUrl,
		...change
	});
	async function refusedCalls(connection: HttpConnection, resolve?: Resolve) {
		const records = createHttpRecords({ core: connection }, resolve ? { resolve } : {});
		const read = await records.read('core', readMapping, 'C-1');
		const write = await records.apply(paymentCall('ref-1'));
		expect(read).toMatchObject({ ok: false, reason: 'unavailable' });
		expect(write).toMatchObject({ outcome: 'unavailable', reason: 'refused' });
		await records.close();
	}

	test('literal addresses and names of this machine', async () => {
		for (const host of [
			'127.0.0.1',
			'2130706433',
			'0x7f.1',
			'localhost',
			'localhost.',
			'[::ffff:127.0.0.1]'
		])
			await refusedCalls(unchecked(`http://${host}:${port}`));
		expect(hits).toBe(0);
	});

	test('a name that resolves to a private address, alone or among public ones', async () => {
		const toPrivate: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
		const mixed: Resolve = () =>
			Promise.resolve([
				{ address: '93.184.215.14', family: 4 },
				{ address: '::ffff:169.254.169.254', family: 6 }
			]);
		await refusedCalls(unchecked(`http://core.example:${port}`), toPrivate);
		await refusedCalls(unchecked(`http://core.example:${port}`), mixed);
		expect(hits).toBe(0);
	});

	test('a name that changes its address between two calls is checked at each connection', async () => {
		const answers = [
			{ address: '127.0.0.1', family: 4 },
			{ address: '169.254.169.254', family: 4 }
		];
		let asked = 0;
		const resolve: Resolve = () =>
			Promise.resolve([answers[asked++] ?? { address: '::1', family: 6 }]);
		const connection = unchecked(`http://core.example:${port}`, {
			allowHosts: ['127.0.0.1'],
			readMs: 500
		});
		const records = createHttpRecords({ core: connection }, { resolve });
		expect((await records.read('core', readMapping, 'C-1')).ok).toBe(true);
		trap.closeAllConnections();
		await expect
			.poll(async () => {
				const read = await records.read('core', readMapping, 'C-1');
				return !read.ok && read.detail?.explain;
			})
			.toBe('a refused address');
		expect(asked).toBeGreaterThan(1);
		await records.close();
	});

	test('http is not used unless the operator allows it', async () => {
		const before = hits;
		await refusedCalls(
			unchecked(`http://127.0.0.1:${port}`, { allowHttp: false, allowPrivate: true })
		);
		expect(hits).toBe(before);
	});
});
