import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { signSendgrid } from '../../src/demo/providers/sendgrid.ts';
import { signTwilio } from '../../src/demo/providers/twilio.ts';

/** A call of a provider as it comes over the line. */
export interface Call {
	headers: Record<string, string>;
	body: Buffer;
}

const ACCOUNT = `AC${randomBytes(16).toString('hex')}`;
const TOKEN = randomBytes(16).toString('hex');
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** What the environment of a server says, so that these calls are true to it. */
export const PROVIDERS: Record<string, string> = {
	TAPDONE_TWILIO_ACCOUNT: ACCOUNT,
	TAPDONE_TWILIO_TOKENS: TOKEN,
	TAPDONE_TWILIO_FROM: '+4915735990000',
	TAPDONE_SENDGRID_KEY: `SG.${randomBytes(24).toString('base64url')}`,
	TAPDONE_SENDGRID_HOOK_KEYS: pair.publicKey
		.export({ format: 'der', type: 'spki' })
		.toString('base64'),
	TAPDONE_MAIL_FROM: 'service@nordlicht.example.org'
};

/** A status of one message that nobody was told of yet, as Twilio posts it. */
export function twilioStatus(url: string): Call {
	const sid = `SM${randomBytes(16).toString('hex')}`;
	const fields = {
		AccountSid: ACCOUNT,
		ApiVersion: '2010-04-01',
		From: '+4915735990000',
		MessageSid: sid,
		MessageStatus: 'delivered',
		SmsSid: sid,
		SmsStatus: 'delivered',
		To: '+4917610000005'
	};
	return {
		headers: {
			'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
			'x-twilio-signature': signTwilio(TOKEN, url, fields),
			'i-twilio-idempotency-token': randomUUID()
		},
		body: Buffer.from(new URLSearchParams(fields).toString())
	};
}

/** As many new events of as many mails in one call of SendGrid's. */
export function sendgridBatch(events: number): Call {
	const seconds = Math.floor(Date.now() / 1000);
	const batch = Array.from({ length: events }, (_, index) => ({
		email: `customer-${index}@example.org`,
		event: 'delivered',
		sg_event_id: randomBytes(16).toString('base64url'),
		sg_message_id: `${randomBytes(16).toString('base64url')}.filter0001.1`,
		timestamp: seconds,
		response: '250 OK',
		message: randomUUID(),
		attempt: '1'
	}));
	const body = Buffer.from(`${JSON.stringify(batch)}\r\n`);
	const signed = signSendgrid(pair.privateKey, body, seconds);
	return { headers: { 'content-type': 'application/json', ...signed }, body };
}

/** Calls that are made before the clock runs: to sign one takes longer than to send it. */
export interface Ready {
	/** One after the other, and over again. */
	any: () => Call;
	/** Each of them once; when none is left, a new one. */
	fresh: () => Call;
}

export function makeReady(call: () => Call, count: number): Ready {
	const calls = Array.from({ length: count }, call);
	let read = 0;
	let taken = 0;
	return { any: () => calls[read++ % count]!, fresh: () => calls[taken++] ?? call() };
}
