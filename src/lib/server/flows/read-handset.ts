import { direction } from '../../domain/workflow/format.ts';
import type { Channel } from '../../domain/workflow/document.ts';
import type { CaseContent } from '../db/cases.ts';
import { type Handsets, onHandset } from './list-handsets.ts';
import type { InboundContent } from './take-inbound.ts';
import type { MessageContent } from './queue-message.ts';

export interface HandsetMessage {
	id: string;
	channel: Channel;
	at: Date;
	/** The brand it comes from. */
	sender: string;
	subject: string;
	body: string;
	/** BCP-47 tag of the text, and which way it runs. */
	language: string;
	direction: 'ltr' | 'rtl';
}

/** What the customer wrote back. */
export interface HandsetReply {
	id: string;
	channel: Channel;
	at: Date;
	body: string;
}

/** A phone keeps this many of its latest messages on the screen. */
const MOST = 100;

/**
 * One person's messages on the simulated phone, the oldest first; `null` if nobody has this id. For
 * demo and test only: it opens what is sealed.
 * @param id keyed hash of the customer, as in the list
 */
export async function readHandset(
	parts: Handsets,
	id: string
): Promise<{ label: string; messages: HandsetMessage[]; replies: HandsetReply[] } | null> {
	const { db, vault } = parts;
	const rows = await db
		.selectFrom('messages as m')
		.innerJoin('cases', 'cases.id', 'm.case_id')
		.select(['m.id', 'm.channel', 'm.sealed as message'])
		.select(['m.accepted_at', 'm.created_at', 'cases.key', 'cases.sealed as content'])
		.select('cases.language')
		.where('cases.customer_hash', '=', id)
		.where(onHandset(parts))
		.orderBy('m.created_at', 'desc')
		.orderBy('m.id', 'desc')
		.limit(MOST)
		.execute();
	const newest = rows[0];
	if (!newest) return null;
	const newestKey = await vault.openCaseKey(newest.key);
	const content = await vault.open<CaseContent>(newestKey, newest.content, 'cases.sealed');
	const messages = await Promise.all(
		rows.toReversed().map(async (row): Promise<HandsetMessage> => {
			const key = await vault.openCaseKey(row.key);
			const opened = await vault.open<MessageContent>(key, row.message, 'messages.sealed');
			const { subject, sender = subject, body, language = row.language } = opened;
			return {
				id: row.id,
				channel: row.channel,
				at: row.accepted_at ?? row.created_at,
				sender,
				subject,
				body,
				language,
				direction: direction(language)
			};
		})
	);
	const { name } = content.facts;
	const label = typeof name === 'string' ? name : content.customer;
	return { label, messages, replies: await repliesOf(parts, id) };
}

async function repliesOf({ db, vault }: Handsets, id: string): Promise<HandsetReply[]> {
	const rows = await db
		.selectFrom('inbound_messages as i')
		.innerJoin('cases', 'cases.id', 'i.case_id')
		.select(['i.id', 'i.channel', 'i.sealed', 'i.received_at', 'cases.key'])
		.where('cases.customer_hash', '=', id)
		.where('cases.erased_at', 'is', null)
		.orderBy('i.received_at', 'desc')
		.limit(MOST)
		.execute();
	return Promise.all(
		rows.toReversed().map(async ({ id: reply, channel, sealed, received_at: at, key: wrapped }) => {
			const key = await vault.openCaseKey(wrapped);
			const { text } = await vault.open<InboundContent>(key, sealed, 'inbound_messages.sealed');
			return { id: reply, channel, at, body: text };
		})
	);
}
