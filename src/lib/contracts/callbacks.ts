import { z } from 'zod';
import type { Channel } from '../domain/workflow/document.ts';
import { readPhone } from './contacts.ts';

/** What a provider tells of a message that we sent: ids, a status, a code, nothing personal. */
export interface DeliveryReport {
	provider: 'twilio' | 'sendgrid';
	/** What makes two callbacks one, by the provider's own rule. */
	dedupe: string;
	/** The provider's id of the message, or ours with the number of the try. */
	providerId?: string;
	message?: string;
	attempt?: number;
	status: string;
	code?: string;
}

/** What a person wrote to our number. */
export interface InboundMessage {
	provider: 'twilio' | 'phone';
	dedupe: string;
	channel: Channel;
	/** E.164. */
	from: string;
	text: string;
	/** What the provider has answered already. */
	told?: 'STOP' | 'START' | 'HELP';
}

const TWILIO_STATUSES = [
	...(['accepted', 'scheduled', 'queued', 'sending', 'sent', 'delivered', 'read'] as const),
	...(['undelivered', 'failed', 'canceled'] as const)
] as const;

const sid = z.string().regex(/^[A-Z]{2}[0-9a-zA-Z]{32}$/);
const reportSchema = z.object({
	MessageSid: sid,
	MessageStatus: z.enum(TWILIO_STATUSES),
	ErrorCode: z
		.string()
		.regex(/^\d{1,6}$/)
		.optional()
});

/** Longest text of a person that is kept; WhatsApp takes no longer one. */
const MOST_TEXT = 4_096;
const sender = z.string().transform((text, context) => {
	const read = readPhone(text.replace(/^whatsapp:/, ''));
	if ('phone' in read) return read.phone;
	context.addIssue({ code: 'custom', message: read.problem });
	return z.NEVER;
});
const inboundSchema = z.object({
	MessageSid: sid,
	From: sender,
	Body: z.string().max(MOST_TEXT).optional(),
	ButtonText: z.string().max(100).optional(),
	OptOutType: z.enum(['STOP', 'START', 'HELP']).optional()
});

/** Controls but line breaks, and halves of characters: neither is stored, both can hide. */
const HIDDEN = /(?![\t\n])\p{Cc}|\p{Surrogate}/gu;

/**
 * One of Twilio's callbacks: a status of a message, or a message to us; `null` for anything else that
 * it may be set up to send here.
 */
export function readTwilio(
	fields: Record<string, string>
): { report: DeliveryReport } | { inbound: InboundMessage } | null {
	const report = reportSchema.safeParse(fields);
	if (report.success) {
		const { MessageSid: providerId, MessageStatus: status, ErrorCode: code } = report.data;
		const dedupe = `${providerId}:${status}`;
		const told = { provider: 'twilio' as const, dedupe, providerId, status };
		return { report: { ...told, ...(code && code !== '0' && { code }) } };
	}
	const inbound = 'MessageStatus' in fields ? null : inboundSchema.safeParse(fields);
	if (!inbound?.success) return null;
	const { MessageSid, From: from, Body, ButtonText, OptOutType: told } = inbound.data;
	return {
		inbound: {
			provider: 'twilio',
			dedupe: `${MessageSid}:received`,
			channel: fields['From']?.startsWith('whatsapp:') ? 'whatsapp' : 'sms',
			from,
			text: (Body ?? ButtonText ?? '').replace(HIDDEN, ''),
			...(told && { told })
		}
	};
}

const SENDGRID_EVENTS = [
	...(['processed', 'deferred', 'delivered', 'bounce', 'dropped'] as const),
	...(['spamreport', 'unsubscribe', 'group_unsubscribe'] as const)
] as const;

/** Of a provider's ids: what cannot be stored must not come among what can. */
const id = (most: number) =>
	z
		.string()
		.regex(/^[\x20-\x7e]+$/)
		.max(most);

const sendgridSchema = z.array(
	z
		.object({
			event: z.enum(SENDGRID_EVENTS),
			sg_event_id: id(100),
			// Where ours are not as we wrote them the provider's own id is left, and the other way round.
			sg_message_id: id(300).optional().catch(undefined),
			message: z.uuid().optional().catch(undefined),
			attempt: z.coerce.number().int().min(1).max(1_000).optional().catch(undefined),
			type: z.string().max(40).optional(),
			reason: z.string().max(2_000).optional()
		})
		// `open` and `click` may be a machine, and what is new says nothing that we know.
		.nullable()
		.catch(null)
);

/** Reasons of `dropped` begin with one of these. */
const DROPPED = ['Bounced Address', 'Invalid', 'Unsubscribed Address', 'Spam Reporting Address'];

/** The events of one call of SendGrid's webhook that say something; `null` if it is no such call. */
export function readSendgrid(body: unknown): DeliveryReport[] | null {
	const parsed = sendgridSchema.safeParse(body);
	if (!parsed.success) return null;
	return parsed.data.flatMap((event) => {
		if (!event) return [];
		const { event: name, sg_event_id: dedupe, sg_message_id: id, message, attempt } = event;
		// A block is a bounce in name only: it passes.
		const status = name === 'bounce' && event.type === 'blocked' ? 'blocked' : name;
		const reason = DROPPED.find((begin) => event.reason?.startsWith(begin));
		const code = name === 'dropped' ? (reason ?? 'dropped') : status;
		const failed = !['processed', 'delivered'].includes(status);
		return {
			provider: 'sendgrid',
			dedupe,
			status,
			...(failed && { code }),
			...(id && { providerId: id.split('.')[0] ?? id }),
			...(message && attempt !== undefined && { message, attempt })
		};
	});
}
