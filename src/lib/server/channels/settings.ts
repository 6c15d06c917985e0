/** How each provider is reached: what `config/read.ts` makes of the environment. */
export interface TwilioSettings {
	accountSid: string;
	/** The first one calls; all of them may sign callbacks while a token is being exchanged. */
	tokens: string[];
	/** SMS: a number or name of ours, or a messaging service that chooses one. */
	sms: { from: string } | { messagingServiceSid: string } | null;
	/** WhatsApp: our number, E.164. */
	whatsapp: string | null;
	baseUrl: string | null;
}

export interface SendgridSettings {
	key: string;
	from: string;
	/** `https://api.eu.sendgrid.com` keeps mail in the EU. */
	baseUrl: string | null;
	/** Public keys of the event webhook, base64 SPKI DER; two while one is being exchanged. */
	hookKeys: string[];
}

export interface SmtpSettings {
	url: string;
	from: string;
}

export interface ChannelSettings {
	twilio: TwilioSettings | null;
	sendgrid: SendgridSettings | null;
	smtp: SmtpSettings | null;
}

/** reference/security.md, outbound calls: what reads, and what changes something. */
export const READ_MS = 10_000;
export const WRITE_MS = 30_000;
