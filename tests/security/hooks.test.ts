import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signSendgrid } from '../../src/demo/providers/sendgrid.ts';
import { signTwilio } from '../../src/demo/providers/twilio.ts';
import { signUnsubscribe } from '../../src/lib/server/crypto/unsubscribe.ts';
import { eventually } from '../support/customer.ts';
import { messagesOf } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { raw, type RawAnswer } from './raw.ts';

const TOKENS = ['token-of-today', 'token-of-yesterday'] as const;
const pair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const [fresh, old, retired] = [pair(), pair(), pair()];
const publicOf = ({ publicKey }: ReturnType<typeof pair>) =>
	publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

const SETTINGS = {
	TAPDONE_TWILIO_ACCOUNT: `AC${'0'.repeat(32)}`,
	TAPDONE_TWILIO_TOKENS: TOKENS.join(','),
	TAPDONE_TWILIO_WHATSAPP: '+4915735990000',
	TAPDONE_TWILIO_API: 'http://127.0.0.1:9',
	TAPDONE_SENDGRID_KEY: 'SG.not-a-real-key',
	TAPDONE_SENDGRID_API: 'http://127.0.0.1:9',
	TAPDONE_SENDGRID_HOOK_KEYS: `${publicOf(fresh)},${publicOf(old)}`,
	TAPDONE_MAIL_FROM: 'service@example.org'
};

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ count: 2, env: SETTINGS });
});
afterAll(() => fleet?.close());

let sids = 0;
const newSid = () => `SM${String((sids += 1)).padStart(32, '0')}`;
const kept = async (providerId: string) =>
	fleet.db
		.selectFrom('provider_events')
		.select('id')
		.where('provider_id', '=', providerId)
		.execute();

interface Call {
	token?: string;
	/** The address that is signed; else the public one. */
	signed?: string;
	path?: string;
	headers?: Record<string, string>;
	node?: number;
	method?: string;
}

function twilio(fields: Record<string, string>, call: Call = {}): Promise<RawAnswer> {
	const { token = TOKENS[0], path = '/hooks/twilio', node = 0, method = 'POST' } = call;
	const body = new URLSearchParams(fields).toString();
	const signature = signTwilio(token, call.signed ?? `${fleet.origin}${path}`, fields);
	const headers = {
		'content-type': 'application/x-www-form-urlencoded',
		'content-length': String(Buffer.byteLength(body)),
		'x-twilio-signature': signature,
		...call.headers
	};
	return raw(fleet.servers[node]!.url, { method, path, headers, body });
}

const told = (MessageSid: string) => ({ MessageSid, MessageStatus: 'delivered', To: '+491' });

function sendgrid(body: string, by = fresh, offset = 0): Promise<RawAnswer> {
	const bytes = Buffer.from(body);
	const seconds = Math.floor(Date.now() / 1_000) + offset;
	const headers = {
		'content-type': 'application/json',
		'content-length': String(bytes.length),
		...signSendgrid(by.privateKey, bytes, seconds)
	};
	return raw(fleet.servers[0]!.url, {
		method: 'POST',
		path: '/hooks/sendgrid',
		headers,
		body: bytes
	});
}
const events = (providerId: string, copies = 1) =>
	`${JSON.stringify(
		Array.from({ length: copies }, () => ({
			event: 'delivered',
			sg_event_id: randomBytes(9).toString('hex'),
			sg_message_id: `${providerId}.filter`
		}))
	)}\r\n`;

describe('Twilio', () => {
	test('a signed call is kept and answered without words; an unsigned one is refused', async () => {
		const sid = newSid();
		const answer = await twilio(told(sid));
		expect(answer.status).toBe(204);
		expect(answer.body).toBe('');
		expect(await kept(sid)).toHaveLength(1);

		const other = newSid();
		expect((await twilio(told(other), { token: 'guessed' })).status).toBe(403);
		expect((await twilio(told(other), { headers: { 'x-twilio-signature': '' } })).status).toBe(403);
		expect(await kept(other)).toEqual([]);
	});

	test('J6: the configured address counts, whatever Host and proxies say', async () => {
		const evil = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
		const sid = newSid();
		expect(
			(await twilio(told(sid), { headers: { ...evil, 'x-forwarded-proto': 'http' } })).status
		).toBe(204);
		const forged = { signed: 'https://evil.example/hooks/twilio', headers: evil };
		expect((await twilio(told(newSid()), forged)).status).toBe(403);
		for (const signed of [
			'http://t.example.test/hooks/twilio',
			'https://t.example.test/hooks/twilio/'
		])
			expect((await twilio(told(newSid()), { signed })).status).toBe(403);
		// With a query in its own order, and with the port of https written out.
		const path = '/hooks/twilio?b=2&a=1';
		expect((await twilio(told(newSid()), { path })).status).toBe(204);
		const sorted = `${fleet.origin}/hooks/twilio?a=1&b=2`;
		expect((await twilio(told(newSid()), { path, signed: sorted })).status).toBe(403);
		const ported = `${fleet.origin}:443/hooks/twilio`;
		expect((await twilio(told(newSid()), { signed: ported })).status).toBe(204);
	});

	test('J5: the token before this one signs, too', async () => {
		expect((await twilio(told(newSid()), { token: TOKENS[1] })).status).toBe(204);
	});

	test('J3: 64 replays over two nodes are one row, and every one is answered well', async () => {
		const sid = newSid();
		const answers = await Promise.all(
			Array.from({ length: 64 }, (_, index) => twilio(told(sid), { node: index % 2 }))
		);
		expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
		expect(await kept(sid)).toHaveLength(1);
	});

	test('while nothing can be stored every call is told to come again, and none of it is kept', async () => {
		const sids = Array.from({ length: 16 }, newSid);
		const call = () => Promise.all(sids.map((sid) => twilio(told(sid))));
		const statuses = async () => [...new Set((await call()).map(({ status }) => status))];
		const stored = async () => (await Promise.all(sids.map(kept))).flat().length;
		await fleet.db.transaction().execute(async (trx) => {
			// It waits for as long as the calls do, which may be longer than a page's own limit.
			await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
			await sql`lock table provider_events in exclusive mode`.execute(trx);
			expect(await statuses()).toEqual([503]);
		});
		expect(await stored()).toBe(0);
		expect(await statuses()).toEqual([204]);
		expect(await stored()).toBe(16);
	});

	test('64 KB and no more, and nothing but POST', async () => {
		const large = { ...told(newSid()), Body: 'x'.repeat(70_000) };
		expect((await twilio(large)).status).toBe(413);
		expect((await twilio({}, { method: 'GET' })).status).toBe(405);
	});
});

describe('SendGrid', () => {
	test('J2: what was signed six minutes ago, or will be in six, is refused', async () => {
		const id = 'sent-later';
		for (const offset of [-360, 360])
			expect((await sendgrid(events(id), fresh, offset)).status).toBe(401);
		expect(await kept(id)).toEqual([]);
		expect((await sendgrid(events(id))).status).toBe(204);
		expect(await kept(id)).toHaveLength(1);
	});

	test('J5: either key while one is exchanged, the retired one not', async () => {
		expect((await sendgrid(events('by-old'), old)).status).toBe(204);
		expect((await sendgrid(events('by-retired'), retired)).status).toBe(401);
		expect(await kept('by-retired')).toEqual([]);
	});

	test('a batch of thousands is taken, more than 1 MiB is not, and what is no list is refused', async () => {
		expect((await sendgrid(events('batch', 5_000))).status).toBe(204);
		expect(await kept('batch')).toHaveLength(5_000);
		expect((await sendgrid(`["${'x'.repeat(1_100_000)}"]`)).status).toBe(413);
		for (const body of ['', '{', '{}', '"x"', 'null'])
			expect((await sendgrid(body)).status).toBe(400);
	});
});

test('where no provider is configured there are no hooks', async () => {
	const none = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, '']));
	const server = await fleet.start(none);
	for (const path of ['/hooks/twilio', '/hooks/sendgrid']) {
		const answer = await fetch(`${server.url}${path}`, { method: 'POST', body: 'a=1' });
		expect(answer.status).toBe(404);
	}
});

describe('unsubscribing with one click', () => {
	const click = 'List-Unsubscribe=One-Click';
	async function address(): Promise<{ path: string; stopped: () => Promise<boolean> }> {
		const id = await openCase(fleet, {
			workflow: 'failed-payment',
			customer: `U-${(sids += 1)}`,
			contacts: { sms: `+4917604069${String(500 + sids)}` }
		});
		const message = await eventually(async () => (await messagesOf(fleet, id))[0]);
		const token = signUnsubscribe(fleet.parts.config.keys.links, message.id);
		const stopped = async () => {
			const row = await fleet.db
				.selectFrom('suppressions')
				.select('reason')
				.where('destination_hash', '=', message.destination_hash)
				.executeTakeFirst();
			return row !== undefined;
		};
		return { path: `/hooks/unsubscribe/${token}`, stopped };
	}
	const url = (path: string) => `${fleet.servers[0]!.url}${path}`;
	const post = (path: string, body: string, headers: Record<string, string> = {}) =>
		fetch(url(path), {
			method: 'POST',
			body,
			redirect: 'manual',
			headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }
		});

	test('looking changes nothing; a post without cookies holds at once and leads nowhere else', async () => {
		const { path, stopped } = await address();
		for (const method of ['GET', 'HEAD', 'GET'])
			expect((await fetch(url(path), { method })).status).toBe(200);
		expect(await stopped()).toBe(false);
		expect((await post(path, click)).status).toBe(200);
		expect(await stopped()).toBe(true);
		expect((await post(path, click)).status).toBe(200);
		expect(await (await fetch(url(path))).text()).toContain('Messages stopped');
	});

	test('a scanner that presses the button without its tick stops nothing; another site cannot press it', async () => {
		const { path, stopped } = await address();
		const own = {
			origin: fleet.origin,
			'sec-fetch-site': 'same-origin',
			accept: 'text/html'
		};
		expect((await post(path, '', own)).status).toBe(303);
		const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
		expect((await post(path, click, evil)).status).toBe(403);
		expect(await stopped()).toBe(false);
		expect((await post(path, 'sure=on', own)).status).toBe(200);
		expect(await stopped()).toBe(true);
	});

	test('an address that we did not sign is no address', async () => {
		const { path } = await address();
		for (const wrong of [`${path.slice(0, -2)}AA`, '/hooks/unsubscribe/x', '/hooks/unsubscribe/a.'])
			for (const method of ['GET', 'POST'])
				expect(
					(await fetch(url(wrong), { method, ...(method === 'POST' && { body: click }) })).status
				).toBe(404);
	});
});
