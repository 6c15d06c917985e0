import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signSendgrid } from '../../src/demo/providers/sendgrid.ts';
import { signTwilio } from '../../src/demo/providers/twilio.ts';
import { readTwilio, readSendgrid } from '../../src/lib/contracts/callbacks.ts';
import { signedBySendgrid, signedByTwilio } from '../../src/lib/server/web/signatures.ts';

describe('Twilio', () => {
	const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
	const fields = new URLSearchParams({
		CallSid: 'CA1234567890ABCDE',
		Caller: '+14158675309',
		Digits: '1234',
		From: '+14158675309',
		To: '+18005551212'
	});
	const known = 'RSOYDt4T1cUTdK1PDd93/VVr8B8=';

	test("the known answer of Twilio's documents is signed, anything changed is not", () => {
		expect(signedByTwilio(['12345'], known, url, fields)).toBe(true);
		expect(signedByTwilio(['12346'], known, url, fields)).toBe(false);
		expect(signedByTwilio(['12345'], '', url, fields)).toBe(false);
		expect(signedByTwilio([], known, url, fields)).toBe(false);
		const more = new URLSearchParams([...fields, ['Extra', '1']]);
		expect(signedByTwilio(['12345'], known, url, more)).toBe(false);
	});

	test('J6: the address counts as it was told, with its query in order; its usual port may be written', () => {
		const other = 'https://mycompany.com/myapp.php?bar=2&foo=1';
		expect(signedByTwilio(['12345'], known, other, fields)).toBe(false);
		expect(signedByTwilio(['12345'], known, url.replace('https', 'http'), fields)).toBe(false);
		const plain = Object.fromEntries(fields);
		const ported = signTwilio('12345', url.replace('.com/', '.com:443/'), plain);
		expect(signedByTwilio(['12345'], ported, url, fields)).toBe(true);
	});

	test('J5: while a token is exchanged either one signs; the retired one does not', () => {
		const plain = Object.fromEntries(fields);
		const [old, fresh] = ['old-token', 'fresh-token'].map((token) => signTwilio(token, url, plain));
		for (const signature of [old!, fresh!])
			expect(signedByTwilio(['fresh-token', 'old-token'], signature, url, fields)).toBe(true);
		expect(signedByTwilio(['fresh-token'], old!, url, fields)).toBe(false);
	});

	test('a name with several values is signed with each of them once', () => {
		const twice = new URLSearchParams('A=2&A=1&A=2&B=x');
		const signature = signTwilio('t', url, { A1A2: '', B: 'x' });
		expect(signedByTwilio(['t'], signature, url, twice)).toBe(true);
	});
});

describe('SendGrid', () => {
	const pair = () => {
		const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
		const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
		return { privateKey, key };
	};
	const own = pair();
	const body = Buffer.from('[{"event":"delivered"}]\r\n');
	const now = new Date('2026-11-21T12:00:00Z');
	const at = (offset: number, bytes = body, by = own) => {
		const headers = signSendgrid(by.privateKey, bytes, now.getTime() / 1_000 + offset);
		const [signature = '', timestamp = ''] = Object.values(headers);
		return { signature, timestamp };
	};

	test('the bytes are signed with their end of line; one byte more or less is not', () => {
		expect(signedBySendgrid([own.key], at(0), body, now)).toBe(true);
		expect(signedBySendgrid([own.key], at(0), body.subarray(0, -2), now)).toBe(false);
		expect(signedBySendgrid([own.key], at(0, body, pair()), body, now)).toBe(false);
		for (const signature of ['', 'AAAA', '****', at(0).signature.slice(4)])
			expect(signedBySendgrid([own.key], { ...at(0), signature }, body, now)).toBe(false);
		expect(signedBySendgrid(['bm8ga2V5'], at(0), body, now)).toBe(false);
	});

	test.each([
		[-300, true],
		[300, true],
		[-301, false],
		[301, false],
		[-360, false],
		[360, false]
	])('J2, P4: signed %s seconds from now: %s', (offset, accepted) => {
		expect(signedBySendgrid([own.key], at(offset), body, now)).toBe(accepted);
	});

	test('a time that is none, or another than was signed, is refused', () => {
		for (const timestamp of ['', 'x', '1e9', '-1', String(now.getTime() / 1_000 + 1)])
			expect(signedBySendgrid([own.key], { ...at(0), timestamp }, body, now)).toBe(false);
	});

	test('J5: two keys while one is exchanged', () => {
		const fresh = pair();
		expect(signedBySendgrid([fresh.key, own.key], at(0), body, now)).toBe(true);
		expect(signedBySendgrid([fresh.key], at(0), body, now)).toBe(false);
	});
});

describe('what is read of callbacks', () => {
	const sid = `SM${'0'.repeat(32)}`;

	test('a status, a message to us, and nothing else', () => {
		expect(readTwilio({ MessageSid: sid, MessageStatus: 'sent', ErrorCode: '0', To: 'x' })).toEqual(
			{
				report: { provider: 'twilio', dedupe: `${sid}:sent`, providerId: sid, status: 'sent' }
			}
		);
		expect(
			readTwilio({ MessageSid: sid, From: 'whatsapp:+4917604069001', Body: 'a\u0000b\ud800' })
		).toMatchObject({ inbound: { channel: 'whatsapp', from: '+4917604069001', text: 'ab' } });
		for (const strange of [
			{},
			{ MessageSid: 'SM1', MessageStatus: 'sent' },
			{ MessageSid: sid, MessageStatus: 'flying' },
			{ MessageSid: sid, From: 'nobody', Body: 'x' },
			{ MessageSid: sid, From: '+4917604069001', Body: 'x'.repeat(5_000) }
		])
			expect(readTwilio(strange as Record<string, string>)).toBeNull();
	});

	test('of a batch what says something is read, and one that is broken spoils no other', () => {
		const message = '019ab3c4-0000-7000-8000-000000000000';
		const events = [
			{ event: 'delivered', sg_event_id: 'a', sg_message_id: 'M1.filter', message, attempt: '2' },
			{ event: 'open', sg_event_id: 'b' },
			{ event: 'delivered' },
			null,
			7,
			{ event: 'bounce', type: 'blocked', sg_event_id: 'c', attempt: 'x', message },
			{ event: 'delivered', sg_event_id: 7 },
			// No database stores it, nor anything that is stored together with it.
			{ event: 'delivered', sg_event_id: 'e\u0000' },
			{ event: 'delivered', sg_event_id: 'f', sg_message_id: 'M\ud800', message, attempt: 1 },
			{ event: 'dropped', reason: 'Bounced Address: 550', sg_event_id: 'd' }
		];
		expect(readSendgrid(events)).toEqual([
			{
				...{ provider: 'sendgrid', dedupe: 'a', status: 'delivered', providerId: 'M1' },
				...{ message, attempt: 2 }
			},
			{ provider: 'sendgrid', dedupe: 'c', status: 'blocked', code: 'blocked' },
			{ provider: 'sendgrid', dedupe: 'f', status: 'delivered', message, attempt: 1 },
			{ provider: 'sendgrid', dedupe: 'd', status: 'dropped', code: 'Bounced Address' }
		]);
		expect(readSendgrid({ event: 'delivered' })).toBeNull();
	});
});
