import { sql } from 'kysely';
import { direction } from '../../domain/workflow/format.ts';
import type { Channel } from '../../domain/workflow/document.ts';
import type { CaseContent } from '../db/cases.ts';
import type { Parts } from '../parts.ts';
import type { MessageContent } from './queue-message.ts';

export interface HandsetEntry {
	id: string;
	/** The customer's name if the case knows it, else their reference. */
	label: string;
	/** Channel and time of the latest message. */
	channel: Channel;
	latest: Date;
	/** Who sent it, how it begins, and which way that runs. */
	sender: string;
	preview: string;
	direction: 'ltr' | 'rtl';
	/** How many messages each app has. */
	messages: Record<Channel, number>;
}

const PAGE = 60;
/** A search opens this many of the newest handsets: what is sealed cannot be searched in the database. */
const MOST_SEARCHED = 600;
/** Without settings only what the phone itself has carried is shown. */
export type Handsets = Pick<Parts, 'db' | 'vault'> & { config?: Pick<Parts['config'], 'env'> };

/**
 * What the simulated phone shows. In demo and test it stands for everybody's, whoever carried the
 * message; in production what a real provider took is on a real phone, and nobody else's to read.
 */
export const onHandset = ({ config }: Handsets) =>
	config && config.env !== 'production'
		? sql<boolean>`m.accepted_at is not null`
		: sql<boolean>`m.provider = 'phone'`;

/** Longer than a line of the list shows. */
const PREVIEW_LENGTH = 80;

interface Row {
	customer_hash: string;
	channel: Channel;
	latest: Date;
	sms: number;
	whatsapp: number;
	email: number;
	message: string;
	language: string;
	key: string;
	sealed: string;
}

/**
 * The people who got messages on the simulated phone, the latest first. For demo and test only: it
 * opens what is sealed.
 */
export async function listHandsets(
	parts: Handsets,
	{ query = '', cursor }: { query?: string | undefined; cursor?: string | undefined }
): Promise<{ handsets: HandsetEntry[]; cursor?: string }> {
	const before = cursor ? new Date(Number(cursor)) : null;
	const limit = query ? MOST_SEARCHED : PAGE + 1;
	const of = (channel: Channel) =>
		sql`(count(*) filter (where m.channel = ${channel}) over (partition by c.customer_hash))::int`;
	const { rows } = await sql<Row>`
		select * from (
			select distinct on (c.customer_hash) c.customer_hash, m.channel, m.accepted_at as latest,
				m.sealed as message, c.language, c.key, c.sealed,
				${of('sms')} as sms, ${of('whatsapp')} as whatsapp, ${of('email')} as email
			from messages m join cases c on c.id = m.case_id
			where ${onHandset(parts)} and c.erased_at is null
			order by c.customer_hash, m.accepted_at desc, m.id desc
		) newest
		where ${before}::timestamptz is null or latest < ${before}::timestamptz
		order by latest desc limit ${limit}::int`.execute(parts.db);
	const entries = await Promise.all(rows.map((row) => entry(parts, row)));
	const found = entries.filter((one) => !query || isMeant(one, query));
	const handsets = found.slice(0, PAGE).map(({ words: _words, ...shown }) => shown);
	const last = handsets.at(-1);
	const more = found.length > PAGE && last;
	return { handsets, ...(more && { cursor: String(last.latest.getTime()) }) };
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** A part of the name, the reference or a contact; a number also as it is dialled: `0176 04069 001`. */
function isMeant({ label, words }: { label: string; words: string[] }, query: string): boolean {
	const wanted = query.trim().toLowerCase();
	if ([label, ...words].some((word) => word.toLowerCase().includes(wanted))) return true;
	// The country's code stands where a zero is dialled within it.
	const digits = /^[\d\s+()/.-]+$/.test(wanted) ? digitsOf(wanted).replace(/^0+/, '') : '';
	return digits.length > 2 && words.some((word) => digitsOf(word).includes(digits));
}

async function entry({ vault }: Pick<Parts, 'vault'>, row: Row) {
	const key = await vault.openCaseKey(row.key);
	const [content, message] = await Promise.all([
		vault.open<CaseContent>(key, row.sealed, 'cases.sealed'),
		vault.open<MessageContent>(key, row.message, 'messages.sealed')
	]);
	const contacts = Object.values({ ...content.record?.contacts, ...content.contacts });
	const { name } = content.facts;
	const { sender = message.subject, body, language = row.language } = message;
	const said = body.startsWith(`${sender}: `) ? body.slice(sender.length + 2) : body;
	return {
		id: row.customer_hash,
		label: typeof name === 'string' ? name : content.customer,
		channel: row.channel,
		latest: row.latest,
		sender,
		preview: [...said].slice(0, PREVIEW_LENGTH).join(''),
		direction: direction(language),
		messages: { sms: row.sms, whatsapp: row.whatsapp, email: row.email },
		words: [content.customer, ...contacts]
	};
}
