import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSmtp } from '../../src/lib/server/channels/smtp.ts';
import type { OutgoingMessage } from '../../src/lib/server/channels/port.ts';
import { type SmtpPeer, startSmtp } from './smtp.ts';

let smtp: SmtpPeer;
let channel: Awaited<ReturnType<typeof createSmtp>>;
beforeAll(async () => {
	smtp = await startSmtp();
	channel = await createSmtp({ url: smtp.url, from: 'service@nordlicht.example.org' });
});
afterAll(async () => {
	channel.close();
	await smtp.close();
});

let sent = 0;
const mail = (change: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
	id: `019ab3c4-0000-7000-8000-${String((sent += 1)).padStart(12, '0')}`,
	class: 'outreach',
	channel: 'email',
	to: 'ida@example.org',
	sender: 'Nordlicht Energie',
	subject: 'Eine Nachricht für Sie',
	body: 'Grüße: https://t.example.org/l/abc',
	unsubscribe: 'https://t.example.org/hooks/unsubscribe/a.b',
	validSeconds: 3_600,
	...change
});
const header = (key: string) =>
	smtp.taken.at(-1)?.headers.find((one) => one.key === key)?.value ?? null;

test('a mail arrives as it was written, and can be ended with one press', async () => {
	const message = mail();
	expect(await channel.send(message, 1)).toEqual({
		outcome: 'accepted',
		provider: 'smtp',
		providerId: `${message.id}.1`
	});
	expect(smtp.taken.at(-1)).toMatchObject({
		from: { name: 'Nordlicht Energie', address: 'service@nordlicht.example.org' },
		to: [{ address: 'ida@example.org' }],
		subject: message.subject,
		text: `${message.body}\n`,
		messageId: `<${message.id}@nordlicht.example.org>`
	});
	expect(header('list-unsubscribe')).toBe(`<${message.unsubscribe}>`);
	expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
});

test('a repeat has the same id, and what nobody begins has no way to end it', async () => {
	const code = mail({ class: 'code' });
	delete code.unsubscribe;
	await channel.send(code, 1);
	await channel.send(code, 2);
	const [one, other] = smtp.taken.slice(-2);
	expect(one!.messageId).toBe(other!.messageId);
	expect(header('list-unsubscribe')).toBeNull();
});

describe('H5: header injection', () => {
	test.each<[string, Partial<OutgoingMessage>]>([
		['the subject', { subject: 'Hello\r\nBcc: evil@example.org' }],
		['the subject with a bare line feed', { subject: 'Hello\nBcc: evil@example.org' }],
		['the sender', { sender: 'Nordlicht\r\nBcc: evil@example.org' }],
		['the recipient', { to: 'ida@example.org\r\nBcc: evil@example.org' }],
		['the way to end it', { unsubscribe: 'https://t.example.org/\r\nBcc: evil@example.org' }]
	])('%s with a line break is refused', async (_what, change) => {
		const before = smtp.taken.length;
		expect(await channel.send(mail(change), 1)).toEqual({
			outcome: 'failed',
			provider: 'smtp',
			code: 'bad-header'
		});
		expect(smtp.taken).toHaveLength(before);
	});

	test('a name that looks like more addresses is one recipient all the same', async () => {
		await channel.send(mail({ sender: '"A" <evil@example.org>, B', to: 'ida@example.org' }), 1);
		expect(smtp.envelopes.at(-1)).toEqual(['ida@example.org']);
		expect(smtp.taken.at(-1)?.from?.address).toBe('service@nordlicht.example.org');
	});

	test('HTML in a text stays text', async () => {
		await channel.send(mail({ body: '<img src=x onerror=alert(1)>' }), 1);
		expect(smtp.taken.at(-1)?.html).toBeUndefined();
		expect(smtp.taken.at(-1)?.text).toContain('<img src=x');
	});
});

test.each([450, 550, 554])('a reply %s is the code of a failure', async (code) => {
	smtp.refuse(code);
	expect(await channel.send(mail(), 1)).toEqual({
		outcome: 'failed',
		provider: 'smtp',
		code: String(code)
	});
	smtp.refuse(null);
});

test('wrong credentials are the fault of the sender, no server that of the moment', async () => {
	const from = 'service@nordlicht.example.org';
	const wrong = await createSmtp({ url: smtp.url.replace('secret', 'wrong'), from });
	expect(await wrong.send(mail(), 1)).toEqual({ outcome: 'failed', provider: 'smtp', code: '535' });
	wrong.close();
	const nobody = await createSmtp({ url: 'smtp://127.0.0.1:9', from });
	expect(await nobody.send(mail(), 1)).toEqual({ outcome: 'unavailable', reason: 'not-connected' });
	nobody.close();
});
