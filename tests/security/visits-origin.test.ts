import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../support/servers.ts';
import { raw } from './raw.ts';
import { fingerprint, NO_JOBS } from './tables.ts';
import { BEHIND_PROXY, enter, newLink, press, Visitor } from './visitor.ts';

let fleet: Fleet;
let visitor: Visitor;
let link: string;
let inside: string;
let unverified: string;
beforeAll(async () => {
	fleet = await startFleet({ env: { ...BEHIND_PROXY, ...NO_JOBS } });
	visitor = new Visitor(fleet);
	({ link } = await newLink(fleet, { customer: 'C-1001' }));
	inside = await enter(fleet, visitor, link);
	unverified = await press(visitor, link);
});
afterAll(() => fleet.close());

/** Everything that changes something, with the fields that would make it work. */
const presses = (): [string, string][] => [
	[link, ''],
	[`${link}/stop`, 'sure=on'],
	[`${link}/language`, 'language=de'],
	[`${unverified}/verify?/send`, 'channel=sms'],
	[`${unverified}/verify?/check`, 'code=123456'],
	[`${unverified}/verify?/facts`, 'fact.postcode=1'],
	[`${inside}/do/pay-now?/start`, ''],
	[`${inside}/do/pay-later?/save`, 'day=2026-12-01'],
	[`${inside}/help?/later`, 'days=3'],
	[`${inside}/help?/stop`, 'sure=on'],
	[`${inside}/help?/person`, 'sure=on'],
	[`${inside}/help?/not-me`, 'sure=on'],
	[`${inside}/help?/finish`, ''],
	[`${inside}/language`, 'language=de']
];

const TYPES = [
	'application/x-www-form-urlencoded',
	'multipart/form-data; boundary=x',
	'text/plain',
	'application/json',
	'application/csp-report',
	'application/octet-stream',
	undefined
];

/** What browsers say of pages that are not ours. */
const FOREIGN: Record<string, Record<string, string>> = {
	'another site': { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
	'another site, old browser': { origin: 'https://evil.example' },
	'a sandboxed frame': { origin: 'null', 'sec-fetch-site': 'cross-site' },
	'a sibling subdomain': { origin: 'https://evil.example.test', 'sec-fetch-site': 'same-site' },
	'our name over http': { origin: 'http://t.example.test', 'sec-fetch-site': 'cross-site' },
	'another port': { origin: 'https://t.example.test:444', 'sec-fetch-site': 'same-site' },
	'our name as a prefix': { origin: 'https://t.example.test.evil.example' },
	'our origin, sent by a sibling': {
		origin: 'https://t.example.test',
		'sec-fetch-site': 'same-site'
	},
	'our origin, sent by nobody': { origin: 'https://t.example.test', 'sec-fetch-site': 'none' },
	'no origin at all': {},
	'an empty origin': { origin: '' }
};

async function forge(path: string, body: string, headers: Record<string, string>, method = 'POST') {
	const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
	const length = String(Buffer.byteLength(body));
	const sent = { ...headers, cookie, 'content-length': length };
	const answer = await raw(fleet.servers[0]!.url, { method, path, headers: sent, body });
	return answer.status;
}

for (const [id, who, cases] of [
	['G1', 'a form', TYPES.slice(0, 3)],
	['G2', 'a script', TYPES.slice(3)]
] as const)
	test(`${id}: ${who} of another page changes nothing, whatever its content type`, async () => {
		const before = await fingerprint(fleet.db);
		for (const [path, body] of presses())
			for (const type of cases)
				for (const [name, headers] of Object.entries(FOREIGN)) {
					const typed = type === undefined ? headers : { ...headers, 'content-type': type };
					expect(await forge(path, body, typed), `${name}, ${type}, ${path}`).toBe(403);
				}
		expect(await fingerprint(fleet.db)).toEqual(before);
	});

for (const [id, name] of [
	['G4', 'a sandboxed frame'],
	['G5', 'a sibling subdomain'],
	['G5', 'our origin, sent by a sibling']
] as const)
	test(`${id}: ${name} is refused with every method that could change something`, async () => {
		const before = await fingerprint(fleet.db);
		const form = { ...FOREIGN[name], 'content-type': 'application/x-www-form-urlencoded' };
		for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
			for (const path of [link, `${inside}/help?/finish`, '/api/v1/cases', '/'])
				expect(await forge(path, 'a=b', form, method), `${method} ${path}`).toBe(403);
		expect(await fingerprint(fleet.db)).toEqual(before);
	});

test('G1: the same presses from our own page do work', async () => {
	const own = { origin: fleet.origin, 'content-type': 'application/x-www-form-urlencoded' };
	const before = await fingerprint(fleet.db);
	expect(await forge(link, '', { ...own, accept: 'text/html' })).toBe(303);
	expect(await fingerprint(fleet.db)).not.toEqual(before);
});
