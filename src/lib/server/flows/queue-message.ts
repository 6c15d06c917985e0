import { v7 as uuid } from 'uuid';
import { contactKey } from '../../contracts/contacts.ts';
import type { Insertable } from 'kysely';
import { maskContact } from '../../domain/identity/masks.ts';
import { shownValues } from '../../domain/policy/shown.ts';
import { textIn } from '../../domain/workflow/format.ts';
import { fillTemplate, messageText } from '../../domain/workflow/template.ts';
import type {
	Channel,
	FieldValues,
	Texts,
	WhatsappTemplate
} from '../../domain/workflow/document.ts';
import type { CaseKey } from '../crypto/vault.ts';
import type { CaseChange, Trx } from '../db/cases.ts';
import type { Schema } from '../db/schema.ts';
import { priorityOf, queueOf } from '../jobs/queues.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';

export interface MessageOrder {
	class: 'code' | 'outreach' | 'notice';
	template: string;
	/** What it says, where no template of the document does. */
	texts?: Texts;
	channel: Channel;
	to: string;
	language: string;
	facts: FieldValues;
	/** The step of outreach that it is. */
	step?: string | undefined;
	/** What only this message knows, such as `link` or `code`. */
	extra: Record<string, string>;
	/** After this instant it is of no use and is not sent. */
	expiresAt?: Date;
}

/** What is sealed with a message: it says the same however often it is sent. */
export interface MessageContent {
	to: string;
	/** Whom it comes from: the brand. Not in what was sealed by an earlier version, like `language`. */
	sender?: string;
	/** Heads an e-mail. */
	subject: string;
	body: string;
	/** BCP-47 tag of the text. */
	language?: string;
	/** What the text was made with, so that the next channel carries the same link. */
	extra: Record<string, string>;
	/** WhatsApp: the approved template and what stands in its places. */
	template?: { contentSid: string; variables: string[] };
}

/** One hash for every spelling of a contact point: what limits and opt-outs are kept under. */
export const destinationHash = ({ vault }: Pick<Parts, 'vault'>, channel: Channel, to: string) =>
	vault.hash('destination', contactKey(channel, to));

/** The row of a message, its text rendered and sealed. */
export async function messageRow(
	{ vault }: Pick<Parts, 'vault'>,
	{ compiled, document }: Workflow,
	caseId: string,
	key: CaseKey,
	order: MessageOrder
): Promise<Insertable<Schema['messages']> & { id: string; mask: string }> {
	const { language, channel, to, template, extra } = order;
	const { texts = {}, subject = {}, whatsapp } = document.templates[template] ?? {};
	const { name } = document.brand;
	const values = { ...shownValues(compiled, { facts: order.facts }, language), ...extra };
	const content: MessageContent = {
		to,
		sender: name,
		subject: fillTemplate(textIn(subject, language) || name, { brand: name }),
		body: messageText(textIn(order.texts ?? texts, language), values),
		language,
		extra,
		...(channel === 'whatsapp' && whatsapp && { template: filled(whatsapp, language, values) })
	};
	return {
		id: uuid(),
		case_id: caseId,
		class: order.class,
		channel,
		template,
		step: order.step ?? null,
		mask: maskContact(channel, to),
		destination_hash: destinationHash({ vault }, channel, to),
		sealed: await vault.seal(key, content, 'messages.sealed'),
		state: 'queued',
		expires_at: order.expiresAt ?? null
	};
}

/**
 * An approved template with what stands in its places. Its button leads to our host by itself: of a
 * link it takes what comes last in the address.
 */
function filled(
	{ content, variables }: WhatsappTemplate,
	language: string,
	values: Record<string, string>
): MessageContent['template'] {
	const { link = '' } = values;
	const places = { ...values, link: link.slice(link.lastIndexOf('/') + 1) };
	return {
		contentSid: textIn(content, language),
		variables: variables.map((name) => messageText(`{${name}}`, places))
	};
}

/** Puts the job for a message into the transaction that made its row. */
export const sendMessageJob = (
	jobs: Parts['jobs'],
	trx: Trx,
	message: { id: string; class: MessageOrder['class'] },
	options: { startAfter?: Date } = {}
) => {
	const { id, class: kind } = message;
	const all = { ...options, priority: priorityOf(kind) };
	return jobs.send(trx, queueOf(kind), { v: 1, message: id }, all);
};

/** Row, event and job of one message, inside a case's change. */
export async function queueMessage(
	parts: Pick<Parts, 'vault' | 'jobs'>,
	workflow: Workflow,
	change: CaseChange,
	order: MessageOrder
): Promise<string> {
	const row = await messageRow(parts, workflow, change.row.id, change.key, order);
	await change.trx.insertInto('messages').values(row).execute();
	change.must({
		do: 'queue-message',
		message: row.id,
		class: order.class,
		channel: order.channel,
		template: order.template,
		mask: row.mask,
		step: order.step
	});
	await sendMessageJob(parts.jobs, change.trx, { id: row.id, class: order.class });
	return row.id;
}
