import { sql } from 'kysely';
import type { OutgoingMessage, SendResult } from '../channels/port.ts';
import { signUnsubscribe } from '../crypto/unsubscribe.ts';
import { type Attempt, knownIds } from '../db/attempts.ts';
import type { Parts } from '../parts.ts';
import type { MessageContent } from './queue-message.ts';
import type { MessageRow } from './send-message.ts';

/** Twilio takes no more; what is of use for longer is tried again by us. */
const MOST_VALID_SECONDS = 36_000;

export interface HandedOver {
	result: SendResult;
	/** The provider had it from an earlier attempt whose answer was lost: nothing was sent now. */
	found: boolean;
}

type Used = Pick<Parts, 'db' | 'channels' | 'config'>;

const DISABLED: SendResult = { outcome: 'failed', provider: 'none', code: 'template-disabled' };

/** What only the database knows of a message that goes out now. */
async function readState({ db }: Used, row: MessageRow, template: string | undefined) {
	const { rows } = await sql<{ valid: number | null; open: boolean; disabled: boolean }>`
		select floor(extract(epoch from ${row.expires_at}::timestamptz - now()))::int as valid,
			exists (select 1 from whatsapp_windows where destination_hash = ${row.destination_hash}
				and expires_at > now()) as open,
			exists (select 1 from disabled_templates
				where content_sid = ${template ?? null}::text) as disabled`.execute(db);
	return rows[0]!;
}

/**
 * Gives a message to its provider. After an attempt whose outcome nobody knows the provider is asked
 * first what it has; where it cannot be asked, the same text goes again.
 */
export async function handOver(
	parts: Used,
	row: MessageRow,
	content: MessageContent,
	{ number, unsureSince }: Attempt
): Promise<HandedOver> {
	const { to, subject, body, sender = subject, template } = content;
	const state = await readState(parts, row, template?.contentSid);
	if (state.disabled) return { result: DISABLED, found: false };
	const message: OutgoingMessage = {
		id: row.id,
		class: row.class,
		channel: row.channel,
		to,
		sender,
		subject,
		body,
		...(template && { template }),
		...(row.channel === 'whatsapp' && { windowOpen: state.open }),
		...(canBeEnded(row) && { unsubscribe: unsubscribeUrl(parts, row) }),
		validSeconds: Math.max(1, Math.min(state.valid ?? MOST_VALID_SECONDS, MOST_VALID_SECONDS))
	};
	const earlier = unsureSince && (await findEarlier(parts, message, unsureSince));
	if (earlier) return earlier;
	return { result: await parts.channels.send(message, number), found: false };
}

async function findEarlier(
	{ db, channels }: Used,
	message: OutgoingMessage,
	since: Date
): Promise<HandedOver | null> {
	const listing = (await channels.list?.(message, since)) ?? { list: 'no-list' as const };
	if (listing.list === 'no-list') return null;
	if (listing.list === 'unavailable')
		return { result: { outcome: 'unknown', reason: 'not-listed' }, found: false };
	// It would be refused as well: waiting for the list, a code would never go another way.
	if (listing.list === 'refused') {
		const { provider, code } = listing;
		return { result: { outcome: 'failed', provider, code }, found: false };
	}
	// What is known to be another message of ours is not this one.
	const { provider, ids } = listing;
	const known = await knownIds(db, provider, ids);
	const providerId = ids.find((id) => !known.has(id));
	if (!providerId) return null;
	return { result: { outcome: 'accepted', provider, providerId, canBeAsked: true }, found: true };
}

/** Codes and notices have no way to be ended: they are asked for. */
const canBeEnded = (row: MessageRow): boolean =>
	row.channel === 'email' && row.class === 'outreach';

const unsubscribeUrl = ({ config }: Used, { id }: MessageRow): string =>
	`${config.origin}/hooks/unsubscribe/${signUnsubscribe(config.keys.links, id)}`;
