import { z } from 'zod';
import { baseUrl, listOf, mailAddress, smtpUrl } from './readers.ts';
import type { Variable } from './variables.ts';

/** Who carries messages. Nothing here is required: a channel without a provider stays closed. */
export const CHANNEL_VARIABLES = {
	TAPDONE_TWILIO_ACCOUNT: {
		help: 'Account at Twilio, which carries SMS and WhatsApp.',
		takes: 'the account SID, AC and 32 hexadecimal digits',
		unset: 'neither SMS nor WhatsApp leave',
		schema: z.string().regex(/^AC[0-9a-fA-F]{32}$/, 'is no account SID')
	},
	TAPDONE_TWILIO_TOKENS: {
		help: 'Auth tokens: the first one calls, each of them may sign callbacks. Two while one is exchanged.',
		takes: 'one or two tokens, separated by a comma',
		unset: 'required with TAPDONE_TWILIO_ACCOUNT',
		secret: true,
		schema: listOf(/^[\x21-\x2b\x2d-\x7e]{8,128}$/, 2, 'is not one or two different tokens')
	},
	TAPDONE_TWILIO_FROM: {
		help: 'Who SMS come from.',
		takes:
			'a number with + and country code, a short code, or a name of up to 11 letters and digits',
		unset: 'TAPDONE_TWILIO_SERVICE chooses the sender; without both no SMS leave',
		schema: z
			.string()
			.regex(/^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/, 'is no sender')
	},
	TAPDONE_TWILIO_SERVICE: {
		help: 'Messaging service that chooses the sender of SMS, in the place of TAPDONE_TWILIO_FROM.',
		takes: 'its SID, MG and 32 hexadecimal digits',
		unset: 'TAPDONE_TWILIO_FROM sends',
		schema: z.string().regex(/^MG[0-9a-fA-F]{32}$/, 'is no messaging service SID')
	},
	TAPDONE_TWILIO_WHATSAPP: {
		help: 'Who WhatsApp messages come from. Their templates stand in the workflows.',
		takes: 'a number with + and country code',
		unset: 'no WhatsApp message leaves',
		schema: z.string().regex(/^\+[1-9]\d{6,14}$/, 'is no number with + and country code')
	},
	TAPDONE_TWILIO_API: {
		help: 'Where Twilio is called, for another region or a test.',
		takes: 'scheme, host and port only; https outside demo and test',
		unset: 'https://api.twilio.com',
		schema: baseUrl
	},
	TAPDONE_SENDGRID_KEY: {
		help: 'API key of SendGrid, which carries e-mail.',
		takes: 'a key that begins with SG. and has the right to send',
		unset: 'TAPDONE_SMTP carries e-mail; without both none leaves',
		secret: true,
		schema: z.string().regex(/^SG\.[\x21-\x7e]{8,200}$/, 'does not begin with SG.')
	},
	TAPDONE_SENDGRID_API: {
		help: 'Where SendGrid is called: https://api.eu.sendgrid.com keeps mail in the EU.',
		takes: 'scheme, host and port only; https outside demo and test',
		unset: 'https://api.sendgrid.com',
		schema: baseUrl
	},
	TAPDONE_SENDGRID_HOOK_KEYS: {
		help: "Public keys of SendGrid's event webhook, which tells what became of mails.",
		takes: 'one or two keys as SendGrid shows them, separated by a comma',
		unset: 'the webhook is closed: bounces and unsubscriptions are not heard of',
		schema: listOf(/^[A-Za-z0-9+/]{80,200}={0,2}$/, 2, 'is not one or two different public keys')
	},
	TAPDONE_SMTP: {
		help: 'Mail server that carries e-mail, in the place of SendGrid.',
		takes: 'smtps://user:password@host:465, or smtp://… with STARTTLS where the server has it',
		unset: 'TAPDONE_SENDGRID_KEY carries e-mail; without both none leaves',
		secret: true,
		schema: smtpUrl
	},
	TAPDONE_MAIL_FROM: {
		help: "Address that e-mail comes from; the brand of the workflow is the sender's name.",
		takes: 'one address, such as service@example.org',
		unset: 'required with TAPDONE_SENDGRID_KEY and TAPDONE_SMTP',
		schema: mailAddress
	}
} satisfies Record<string, Variable>;
