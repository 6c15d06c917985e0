import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../support/servers.ts';
import { raw, rawBytes } from './raw.ts';
import { fingerprint, NO_JOBS } from './tables.ts';
import { BEHIND_PROXY, enter, KNOWN, newLink, press, publishKnown, Visitor } from './visitor.ts';

let fleet: Fleet;
let visitor: Visitor;
let link: string;
let inside: string;
let unverified: string;
beforeAll(async () => {
	fleet = await startFleet({ env: { ...BEHIND_PROXY, ...NO_JOBS } });
	visitor = new Visitor(fleet);
	({ link } = await newLink(fleet, { workflow: 'address-update', customer: 'C-1010' }));
	inside = await enter(fleet, visitor, link);
	await publishKnown(fleet);
	unverified = await pressKnown();
});
afterAll(() => fleet.close());

/** A visit that is asked for known facts. */
const pressKnown = async () =>
	press(visitor, (await newLink(fleet, { workflow: KNOWN, customer: 'C-1010' })).link);

const FORM = 'application/x-www-form-urlencoded';

function send(path: string, body: string | Buffer, type = FORM) {
	const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
	const length = String(Buffer.byteLength(body));
	return raw(fleet.servers[0]!.url, {
		method: 'POST',
		path,
		headers: {
			cookie,
			accept: 'text/html',
			origin: fleet.origin,
			'content-type': type,
			'content-length': length
		},
		body
	});
}

const targets = () => [
	link,
	`${link}/stop`,
	`${link}/language`,
	`${unverified}/verify?/send`,
	`${unverified}/verify?/check`,
	`${unverified}/verify?/facts`,
	`${inside}/do/change-address?/start`,
	`${inside}/do/change-address?/save`,
	`${inside}/review/01900000-0000-7000-8000-000000000000`,
	`${inside}/help?/person`,
	`${inside}/help?/later`,
	`${inside}/help?/stop`,
	`${inside}/language`
];

/** Names of fields that some page reads. */
const FIELDS = [
	'code',
	'channel',
	'next',
	'days',
	'language',
	'back',
	'shown',
	'new_street',
	'new_postcode',
	'new_city',
	'valid_from',
	'fact.postcode'
];
/** U+0000, bytes that are no UTF-8, a lone surrogate as bytes, overlong, a non-character, bidi, half an escape. */
const VALUES = [
	'%00',
	'a%00b',
	'%FF%FE',
	'%ED%A0%80',
	'%C0%80',
	'%EF%BF%BE',
	'%E2%80%AE',
	'%',
	'%zz',
	'__proto__',
	'%F0%9F%98'
];

test('Q3: bytes that no page asked for are refused or ignored, never a failure of ours', async () => {
	for (const path of targets())
		for (const value of VALUES) {
			const body = FIELDS.map((name) => `${name}=${value}`).join('&');
			const { status } = await send(path, body);
			expect(status, `${path} ${value}`).toBeLessThan(500);
		}
	const facts = `fact.${'%00'}=1&fact.__proto__=1&fact.constructor=1&fact.postcode=%00`;
	const path = await pressKnown();
	const { status, headers } = await send(`${path}/verify?/facts`, facts);
	expect(status).toBe(303);
	expect(headers['location']).toContain('said=no-match');
});

test('Q3: U+0000 and broken UTF-8 in an input are shown as a fault of that field, and only a sealed draft is stored', async () => {
	const good = { new_street: 'Am Markt 1', new_postcode: '28195', new_city: 'Bremen' };
	const save = `${inside}/do/change-address?/save`;
	const before = await fingerprint(fleet.db);
	for (const value of ['A%00B', '%ED%A0%80', 'A%FFB', '%EF%BF%BE']) {
		const body = new URLSearchParams(good).toString().replace('Bremen', value);
		const refused = await send(save, body);
		expect(refused.status, value).toBe(303);
		const shown = await visitor.get(String(refused.headers['location']));
		expect(shown.body).toMatch(
			/aria-invalid="true"[^>]*name="new_city"|name="new_city"[^>]*aria-invalid="true"/
		);
	}
	// Only that the visit was alive is kept, and what was typed, for its form alone.
	const after = await fingerprint(fleet.db);
	expect({ ...after, visits: '', drafts: '' }).toEqual({ ...before, visits: '', drafts: '' });
});

test('Q2: 64 KB are read, one byte more is 413, and a length that is not told is 411', async () => {
	for (const path of [link, `${inside}/do/change-address?/save`, `${unverified}/verify?/facts`]) {
		const most = `a=${'x'.repeat(64 * 1024 - 2)}`;
		expect((await send(path, most)).status).toBeLessThan(500);
		expect((await send(path, `${most}x`)).status).toBe(413);
		expect((await send(path, 'x'.repeat(2 ** 20))).status).toBe(413);
	}
	const { url } = fleet.servers[0]!;
	const chunked = { origin: fleet.origin, 'content-type': FORM, 'transfer-encoding': 'chunked' };
	const answer = await raw(url, { method: 'POST', path: link, headers: chunked, body: 'a=b' });
	expect(answer.status).toBe(411);
});

test('Q2: thousands of fields, repeated names, arrays and files break nothing', async () => {
	const many = Array.from({ length: 9000 }, (_, place) => `f${place}=`)
		.join('&')
		.slice(0, 65_000);
	const multipart = (name: string, rest = '') =>
		`--x\r\nContent-Disposition: form-data; name="${name}"${rest}\r\n\r\n123456\r\n--x--\r\n`;
	for (const path of targets()) {
		for (const body of [many, 'code[]=1&code[]=2', 'code=1&code=2&days[a][b]=3', '&&&==', ''])
			expect((await send(path, body)).status, path).toBeLessThan(500);
		for (const body of [
			multipart('code', '; filename="code"'),
			multipart('code'),
			'--x',
			'',
			'--y--'
		])
			expect((await send(path, body, 'multipart/form-data; boundary=x')).status, path).toBeLessThan(
				500
			);
	}
});

test('Q2: a body of another type is 415 or 400, whatever is in it', async () => {
	const deep = '['.repeat(10_000);
	// "Start" reads no body.
	for (const path of targets().filter((path) => !path.endsWith('start')))
		for (const [type, body] of [
			['application/json', '{"code":"123456"}'],
			['application/json', deep],
			['application/csp-report', '{}'],
			['application/xml', '<a/>'],
			['multipart/form-data', 'code=1'],
			['', 'code=1']
		] as const)
			expect([400, 415], `${path} ${type}`).toContain((await send(path, body, type)).status);
});

test('Q2: a button that a page does not have is 404, also with names that every object has', async () => {
	const names = [
		'__proto__',
		'constructor',
		'toString',
		'hasOwnProperty',
		'default',
		'nothing',
		'',
		'%00'
	];
	for (const base of [
		link,
		`${unverified}/verify`,
		`${inside}/help`,
		`${inside}/do/change-address`
	])
		for (const name of names)
			expect((await send(`${base}?/${name}`, 'sure=on')).status, `${base}?/${name}`).toBe(404);
	for (const action of [
		'__proto__',
		'constructor',
		'toString',
		'hasOwnProperty',
		'nothing',
		'..%2f'
	]) {
		for (const press of ['start', 'save'])
			expect((await send(`${inside}/do/${action}?/${press}`, '')).status, action).toBe(303);
		expect((await visitor.get(`${inside}/do/${action}`)).status, action).toBe(303);
	}
	// What no name of ours can hold leads nowhere at all.
	expect((await visitor.get(`${inside}/do/%00`)).status).toBe(404);
	expect((await send(`${inside}/do/%00?/start`, '')).status).toBe(404);
});

test('Q3: odd addresses are refused like any that does not exist', async () => {
	const ids = [
		'%00',
		'%ED%A0%80',
		'%',
		'..%2f..',
		'%2e%2e',
		'__proto__',
		'x'.repeat(5000),
		'%F0%9F%92%A9',
		' '
	];
	const paths = ids.flatMap((id) => [
		`/l/${id}`,
		`/l/${id}/stop`,
		`/a/${id}`,
		`/a/${id}/verify?next=${id}`,
		`${inside}/review/${id}`,
		`${inside}/do/change-address?draft=${id}`,
		`${inside}?said=${id}&left=${id}`,
		`${unverified}/verify?said=${id}&next=${id}`,
		`/gone?said=${id}&language=${id}`
	]);
	const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
	for (const path of paths) {
		const sent = path.replaceAll(' ', '%20');
		const { status } = await raw(fleet.servers[0]!.url, { path: sent, headers: { cookie } });
		expect(status, path).toBeGreaterThanOrEqual(200);
		expect(status, path).toBeLessThan(500);
	}
	for (const line of [
		'GET //evil.example HTTP/1.1',
		'OPTIONS * HTTP/1.1',
		'GET http://[ HTTP/1.1',
		'GET /\\evil HTTP/1.1'
	])
		expect(
			await rawBytes(fleet.servers[0]!.url, `${line}\r\nhost: x\r\nconnection: close\r\n\r\n`),
			line
		).toBeLessThan(500);
	const cookies = [
		'v-=',
		'__Host-v-x=%00',
		'__Host-v-x=%ED%A0%80',
		'__proto__=1',
		'=;=;=',
		'x'.repeat(8000)
	];
	for (const sent of cookies) {
		const { status } = await raw(fleet.servers[0]!.url, {
			path: inside,
			headers: { cookie: sent }
		});
		expect(status, sent).toBeLessThan(500);
	}
});
