import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import {
	ALPHABET,
	inParallel,
	linksOf,
	mediansOf,
	newKey,
	partsOf,
	tokenOf,
	withTablesLocked
} from './links.ts';
import { raw } from './raw.ts';
import { BEHIND_PROXY, newAddress, newLink, press, Visitor, withoutNonce } from './visitor.ts';

const keyring = `a:${newKey()}`;
let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ env: BEHIND_PROXY, keys: { TAPDONE_LINK_KEYS: keyring } });
});
afterAll(() => fleet.close());

/** Everything of an answer that is not new in each: what an onlooker could tell links apart by. */
async function seen(path: string) {
	const { status, headers, body } = await new Visitor(fleet).get(path);
	const kept = [...headers].filter(([name]) => !['x-request-id', 'date', 'etag'].includes(name));
	const plain = kept.map(([name, value]) => `${name}: ${value.replaceAll(/'nonce-[^']*'/g, '')}`);
	return { status, body: withoutNonce(body), headers: plain };
}

/** Variants of a token with one character changed, `each` for every place. */
function flipped(token: string, each: number): string[] {
	return [...token].flatMap((was, place) => {
		const others = [...ALPHABET].filter((character) => character !== was);
		const from = place % (others.length - each);
		return others
			.slice(from, from + each)
			.map((character) => token.slice(0, place) + character + token.slice(place + 1));
	});
}

const strangers = { unknown: '', expired: '', revoked: '', superseded: '' };
beforeAll(async () => {
	strangers.unknown = `/l/${(await linksOf(keyring).sign()).token}`;
	const expired = await newLink(fleet, { customer: 'C-1002' });
	await sql`update links set expires_at = now() where case_id = ${expired.id}`.execute(fleet.db);
	const revoked = await newLink(fleet, { customer: 'C-1003' });
	await sql`update links set ended_at = now(), end_reason = 'revoked'
		where case_id = ${revoked.id} and ended_at is null`.execute(fleet.db);
	const superseded = await newLink(fleet, { customer: 'C-1004' });
	await renewLink(fleet.parts, 'key:test', superseded.id, { send: false });
	Object.assign(strangers, {
		expired: expired.link,
		revoked: revoked.link,
		superseded: superseded.link
	});
});

test('A1: every changed character is the same 404, and the database is not asked', async () => {
	const { link } = await newLink(fleet, { customer: 'C-1001' });
	const token = link.slice(3);
	const uniform = await seen(strangers.unknown);
	expect(uniform.status).toBe(404);
	await withTablesLocked(fleet.db, async () => {
		// The lock holds: a good link waits for it and gives up.
		expect((await new Visitor(fleet).get(link)).status).toBe(503);
		const answers = await inParallel(flipped(token, 32), 16, (one) => seen(`/l/${one}`));
		expect(answers).toHaveLength(token.length * 32);
		for (const answer of answers) expect(answer).toEqual(uniform);
	});
	expect((await new Visitor(fleet).get(link)).status).toBe(200);
});

test('A1: what was changed, or why a link is over, does not show in the time', async () => {
	const { link } = await newLink(fleet, { customer: 'C-1001' });
	const visitor = new Visitor(fleet);
	const ask = (path: string) => () => {
		visitor.source = newAddress();
		return visitor.get(path);
	};
	const flip = (place: number) => flipped(link.slice(3), 1)[place]!;
	const forged = [0, 1, 12, 25, 40, 52].map((place) => ask(`/l/${flip(place)}`));
	const over = Object.values(strangers).map(ask);
	for (const ways of [forged, over]) {
		const medians = await mediansOf(ways, 41);
		expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(2);
	}
});

test('A2: the tag of one link does not open another', async () => {
	const one = await newLink(fleet, { customer: 'C-1005' });
	const two = await newLink(fleet, { customer: 'C-1006' });
	const [a, b] = [partsOf(one.link.slice(3)), partsOf(two.link.slice(3))];
	const uniform = await seen(strangers.unknown);
	expect(await seen(`/l/${tokenOf('a', a.id, b.tag)}`)).toEqual(uniform);
	expect(await seen(`/l/${tokenOf('a', b.id, a.tag)}`)).toEqual(uniform);
	expect((await seen(`/l/${tokenOf('a', a.id, a.tag)}`)).status).toBe(200);
});

test('A5: an expired, revoked, replaced or unknown link says one and the same, and nothing of the case', async () => {
	const forged = await seen(`/l/a${randomBytes(39).toString('base64url')}`);
	expect(forged.body).toContain('This link does not work');
	for (const path of Object.values(strangers)) {
		expect(await seen(path)).toEqual(forged);
		const pressed = await new Visitor(fleet).post(path);
		expect(pressed.status).toBe(404);
		expect(withoutNonce(pressed.body)).toBe(forged.body);
		expect([...pressed.headers.keys()]).not.toContain('set-cookie');
	}
	expect(forged.body).not.toMatch(/Nordlicht|C-100|€/);
});

test('A5: a visit ends with its link', async () => {
	const { id, link } = await newLink(fleet, { customer: 'C-1007' });
	const visitor = new Visitor(fleet);
	const path = await press(visitor, link);
	expect((await visitor.get(`${path}/verify`)).status).toBe(200);
	await renewLink(fleet.parts, 'key:test', id, { send: false });
	expect((await visitor.get(`${path}/verify`)).location).toBe('/gone');
});

test('A10: a forged Host gets into no link, page or redirect', async () => {
	const { id, link } = await newLink(fleet, { customer: 'C-1008' });
	const key = await createApiKey(fleet.parts, 'forged-host', ['cases:write', 'cases:read']);
	if (!key.ok) throw new Error(key.reason);
	const forged = {
		host: 'evil.example',
		'x-forwarded-host': 'evil.example',
		'x-forwarded-proto': 'http',
		forwarded: 'host=evil.example'
	};
	const { url } = fleet.servers[0]!;
	const renewed = await raw(url, {
		method: 'POST',
		path: `/api/v1/cases/${id}/links`,
		headers: {
			...forged,
			authorization: `Bearer ${key.value.token}`,
			'idempotency-key': 'forged-host-1',
			'content-type': 'application/json',
			'content-length': '13'
		},
		body: '{"send":true}'
	});
	expect(renewed).toMatchObject({ status: 201 });
	const made = (JSON.parse(renewed.body) as { url: string }).url;
	expect(made.startsWith(`${fleet.origin}/l/`)).toBe(true);
	expect((await new Visitor(fleet).get(link)).status).toBe(404);
	const page = await raw(url, { path: new URL(made).pathname, headers: forged });
	expect(page.status).toBe(200);
	const pressed = await raw(url, {
		method: 'POST',
		path: new URL(made).pathname,
		headers: {
			...forged,
			accept: 'text/html',
			origin: fleet.origin,
			'content-type': 'application/x-www-form-urlencoded',
			'content-length': '0'
		}
	});
	expect(pressed).toMatchObject({ status: 303 });
	expect(pressed.headers.location).toMatch(/^\/a\//);
	expect(JSON.stringify([renewed, page, pressed])).not.toContain('evil');
});

test('A13: after a rotation old links open until their key ends, new ones carry the new key', async () => {
	const { id, link } = await newLink(fleet, { customer: 'C-1009' });
	const fresh = `b:${newKey()}`;
	await fleet.start({ TAPDONE_LINK_KEYS: `${fresh},${keyring}:2999-01-01` });
	await fleet.start({ TAPDONE_LINK_KEYS: `${fresh},${keyring}:2020-01-01` });
	const status = async (path: string, node: number) =>
		(await new Visitor(fleet, node).get(path)).status;
	expect(await status(link, 1)).toBe(200);
	expect(await status(link, 2)).toBe(404);
	const rotated = { ...fleet.parts, links: linksOf(`${fresh},${keyring}`) };
	const renewed = await renewLink(rotated, 'key:test', id, { send: false });
	if (!renewed.ok) throw new Error(renewed.reason);
	const { pathname } = new URL(renewed.value.url);
	expect(pathname).toMatch(/^\/l\/b/);
	expect(await status(pathname, 1)).toBe(200);
	expect(await status(pathname, 2)).toBe(200);
	expect(await status(link, 1)).toBe(404);
});
