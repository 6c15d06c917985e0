import type { Twilio } from 'twilio';
import { meaningOf } from '../../domain/outreach/provider-codes.ts';
import { withoutAnswer } from './no-answer.ts';
import type { ChannelPort, Listing, OutgoingMessage, Said, SendResult } from './port.ts';
import { READ_MS, type TwilioSettings, WRITE_MS } from './settings.ts';

/** Sockets to Twilio at once; more calls wait. */
const MOST_SOCKETS = 50;
/** More than this to one number within a minute is nobody's. */
const MOST_LISTED = 50;
/** Their clock and ours need not agree. */
const SKEW_MS = 60_000;

/** A provider's date is a whole second, and what left at the beginning of it was sent in it. */
const from = (since: Date): Date => new Date(since.getTime() - SKEW_MS);

const address = (channel: OutgoingMessage['channel'], to: string): string =>
	channel === 'whatsapp' ? `whatsapp:${to}` : to;

/** SMS and WhatsApp. It retries nothing by itself: one layer retries, and that is the flow. */
export async function createTwilio(
	settings: TwilioSettings,
	callbackUrl: string
): Promise<ChannelPort & Required<Pick<ChannelPort, 'list' | 'ask'>>> {
	// Half a second of loading: only where it is used.
	const { default: twilio } = await import('twilio');
	const options = {
		accountSid: settings.accountSid,
		autoRetry: false,
		maxSockets: MOST_SOCKETS
	};
	const clientOf = (timeout: number): Twilio => {
		const client = twilio(settings.accountSid, settings.tokens[0], { ...options, timeout });
		if (settings.baseUrl) client.api.baseUrl = settings.baseUrl;
		return client;
	};
	const [reading, writing] = [clientOf(READ_MS), clientOf(WRITE_MS)];

	function fields(message: OutgoingMessage) {
		const { channel, template, body, to } = message;
		const sender =
			channel === 'whatsapp' ? { from: address(channel, settings.whatsapp ?? '') } : settings.sms;
		const content = template
			? {
					contentSid: template.contentSid,
					contentVariables: JSON.stringify(
						Object.fromEntries(template.variables.map((value, index) => [String(index + 1), value]))
					)
				}
			: { body };
		return {
			to: address(channel, to),
			...sender,
			...content,
			statusCallback: callbackUrl,
			validityPeriod: message.validSeconds
		};
	}

	return {
		async send(message): Promise<SendResult> {
			const { channel, template, windowOpen } = message;
			if (channel === 'whatsapp' && !template && !windowOpen)
				return { outcome: 'failed', provider: 'twilio', code: 'no-template' };
			try {
				const { sid } = await writing.messages.create(fields(message));
				return { outcome: 'accepted', provider: 'twilio', providerId: sid, canBeAsked: true };
			} catch (error) {
				return resultOf(error);
			}
		},
		async list({ channel, to, body, template }, since): Promise<Listing> {
			try {
				const taken = await reading.messages.list({
					to: address(channel, to),
					dateSentAfter: from(since),
					limit: MOST_LISTED
				});
				// Of a template we know no text: whatever went to this person then may be it.
				const alike = taken.filter((one) => template !== undefined || one.body === body);
				return { list: 'found', provider: 'twilio', ids: alike.map(({ sid }) => sid) };
			} catch (error) {
				const result = resultOf(error);
				if (result.outcome !== 'failed') return { list: 'unavailable' };
				const { provider, code } = result;
				const { failure } = meaningOf(provider, code);
				return failure === 'account'
					? { list: 'refused', provider, code }
					: { list: 'unavailable' };
			}
		},
		// Only the provider of this machine can be made to hear somebody.
		...(settings.baseUrl && { say: (said) => sayTo(settings.baseUrl ?? '', settings, said) }),
		async ask(_provider, providerId) {
			try {
				const { status, errorCode } = await reading.messages(providerId).fetch();
				return { status, ...(errorCode && { code: String(errorCode) }) };
			} catch {
				return null;
			}
		}
	};
}

/** What an error of the SDK says about the message: refused with a code, surely not taken, or nobody knows. */
function resultOf(error: unknown): SendResult {
	const { status, code } = error as { status?: number; code?: number | string };
	if (status === undefined) return withoutAnswer(code);
	if (status >= 500) return { outcome: 'unknown', reason: `http-${status}` };
	if (code !== undefined) return { outcome: 'failed', provider: 'twilio', code: String(code) };
	if (status === 429) return { outcome: 'failed', provider: 'twilio', code: '20429' };
	return {
		outcome: 'failed',
		provider: 'twilio',
		code: status === 401 ? '20003' : `http-${status}`
	};
}

/** The demo's provider hears it, and calls back with its signature as for any message. */
async function sayTo(
	baseUrl: string,
	{ accountSid, tokens }: TwilioSettings,
	{ channel, from: number, text }: Said
): Promise<null> {
	const credentials = Buffer.from(`${accountSid}:${tokens[0]}`).toString('base64');
	const answer = await fetch(new URL('/demo/say', baseUrl), {
		method: 'POST',
		headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
		body: JSON.stringify({ from: address(channel, number), text }),
		signal: AbortSignal.timeout(READ_MS)
	});
	if (!answer.ok) throw new Error(`The provider answered ${answer.status}.`);
	return null;
}
