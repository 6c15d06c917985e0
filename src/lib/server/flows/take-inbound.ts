import { sql } from 'kysely';
import type { InboundMessage } from '../../contracts/callbacks.ts';
import { readWord, type Word } from '../../domain/outreach/words.ts';
import { maskCardNumbers } from '../../domain/workflow/card-numbers.ts';
import { CHANNELS } from '../../domain/workflow/document.ts';
import { VaultError } from '../crypto/vault.ts';
import { raiseAlert } from '../db/alerts.ts';
import type { Trx } from '../db/cases.ts';
import type { Parts } from '../parts.ts';
import { suppress } from '../db/suppressions.ts';
import { destinationHash } from './queue-message.ts';
import { keepCallbacks } from './store-callbacks.ts';

type Used = Pick<Parts, 'db' | 'vault' | 'jobs' | 'log' | 'crash'>;

/** Why sending pauses that nobody has ended in so many words. */
export const MAYBE_STOP = 'possible-opt-out';

const WINDOW = sql<Date>`now() + interval '24 hours'`;

/** What is sealed with a message to us. */
export interface InboundContent {
	text: string;
}

interface Contact {
	caseId: string;
	key: string;
	customerHash: string;
}

/** The newest open case of whoever has this contact, else their newest at all. */
async function caseOfContact({ db }: Used, hash: string): Promise<Contact | null> {
	const found = await db
		.selectFrom('messages')
		.innerJoin('cases', 'cases.id', 'messages.case_id')
		.select(['cases.id', 'cases.key', 'cases.customer_hash'])
		.where('messages.destination_hash', '=', hash)
		.orderBy((eb) => eb('cases.ended_at', 'is', null), 'desc')
		.orderBy('messages.created_at', 'desc')
		.limit(1)
		.executeTakeFirst();
	return found ? { caseId: found.id, key: found.key, customerHash: found.customer_hash } : null;
}

/**
 * A message to our number. STOP and START take effect here and now; what it means for the case is
 * worked later. The text is sealed under the key of the sender's case; of a stranger nothing is kept
 * but the word.
 */
export async function takeInbound(parts: Used, inbound: InboundMessage): Promise<void> {
	const { channel, from, text, told } = inbound;
	const word = readWord(text, told);
	const hash = destinationHash(parts, channel, from);
	const contact = await caseOfContact(parts, hash);
	const sealed = contact && (await seal(parts, contact, text).catch(cannotSeal(parts, contact)));
	await parts.db.transaction().execute(async (trx) => {
		const [event] = await keepCallbacks(parts, trx, [
			{
				kind: 'inbound',
				provider: inbound.provider,
				dedupe: inbound.dedupe,
				channel,
				destination_hash: hash,
				word,
				// The provider has answered: nobody gets two answers to one word.
				status: told ? 'answered' : null,
				case_id: contact?.caseId ?? null
			}
		]);
		if (event) {
			if (channel === 'whatsapp') await openWindow(trx, hash);
			await obey(trx, { channel, hash, customerHash: contact?.customerHash }, word);
			if (contact && sealed)
				await trx
					.insertInto('inbound_messages')
					.values({ id: event, case_id: contact.caseId, channel, word, sealed })
					.execute();
			if (!contact) await raiseAlert(trx, 'unknown-contact', channel);
		}
		parts.crash('take-inbound:before-commit');
	});
	parts.crash('take-inbound:after-commit');
}

async function seal({ vault }: Used, { key }: Contact, text: string): Promise<string> {
	const content: InboundContent = { text: maskCardNumbers(text) };
	return vault.seal(await vault.openCaseKey(key), content, 'inbound_messages.sealed');
}

/**
 * An opt-out holds whether its case can be read or not: the text is left out, and what it means for the
 * case is tried again later.
 */
const cannotSeal =
	({ log }: Pick<Parts, 'log'>, { caseId }: Contact) =>
	(error: unknown): null => {
		if (!(error instanceof VaultError)) throw error;
		log.error({ error, case: caseId }, 'inbound: a text cannot be sealed and is not kept');
		return null;
	};

async function openWindow(trx: Trx, hash: string): Promise<void> {
	await trx
		.insertInto('whatsapp_windows')
		.values({ destination_hash: hash, expires_at: WINDOW })
		.onConflict((conflict) =>
			conflict.column('destination_hash').doUpdateSet({ expires_at: WINDOW })
		)
		.execute();
}

interface Whom {
	channel: InboundMessage['channel'];
	hash: string;
	customerHash: string | undefined;
}

/** Opt-outs and opt-ins hold from this moment on, for this contact and this channel. */
async function obey(trx: Trx, { channel, hash, customerHash }: Whom, word: Word): Promise<void> {
	if (word === 'stop')
		await suppress(trx, [{ destination_hash: hash, channel, reason: 'stop-word' }]);
	// It reads like one: nothing goes to this person by any channel until somebody has looked at it.
	if (word === 'maybe-stop')
		await suppress(
			trx,
			[hash, ...(customerHash ? [customerHash] : [])].flatMap((destination_hash) =>
				CHANNELS.map((one) => ({ destination_hash, channel: one, reason: MAYBE_STOP }))
			)
		);
	if (word !== 'start') return;
	await trx
		.deleteFrom('suppressions')
		.where('destination_hash', '=', hash)
		.where('channel', '=', channel)
		.where('reason', '<>', 'unusable')
		.execute();
	if (customerHash)
		await trx
			.deleteFrom('suppressions')
			.where('destination_hash', 'in', [hash, customerHash])
			.where('reason', '=', MAYBE_STOP)
			.execute();
}
