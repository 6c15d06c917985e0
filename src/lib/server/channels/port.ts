import type { InboundMessage } from '../../contracts/callbacks.ts';
import type { Channel } from '../../domain/workflow/document.ts';

/** One message as a provider gets it. The id is ours and stays the same when it is sent again. */
export interface OutgoingMessage {
	id: string;
	class: 'code' | 'outreach' | 'notice';
	channel: Channel;
	to: string;
	/** The brand, which heads an e-mail as its sender's name. */
	sender: string;
	/** E-mail only. */
	subject: string;
	body: string;
	/** WhatsApp: the approved template and what stands in its places, in their order. */
	template?: { contentSid: string; variables: string[] };
	/** WhatsApp: they wrote within 24 hours, so that free words may go to them. */
	windowOpen?: boolean;
	/** E-mail that we begin: where one press ends it (RFC 8058). */
	unsubscribe?: string;
	/** After so many seconds a provider that still has it shall drop it; at most ten hours. */
	validSeconds: number;
}

/**
 * - `accepted`: the provider has it. `canBeAsked`: it can be asked later what became of it.
 * - `failed`: it answered with a code, which `domain/outreach/provider-codes` explains.
 * - `refused`: it never will; the next channel is tried.
 * - `unavailable`: surely not taken; try again later.
 * - `unknown`: it may have been taken; a repeat carries the same text.
 * - `parked`: nobody can be asked at present; it waits and costs no try.
 */
export type SendResult =
	| { outcome: 'accepted'; provider: string; providerId: string; canBeAsked?: true }
	| { outcome: 'failed'; provider: string; code: string }
	| { outcome: 'refused'; reason: 'bad-destination' | 'opted-out' }
	| { outcome: 'unavailable'; reason: string }
	| { outcome: 'unknown'; reason: string }
	| { outcome: 'parked'; reason: string };

/**
 * - `found`: the provider has these, any of which may be the message that was asked for.
 * - `no-list`: this provider cannot tell what it took.
 * - `unavailable`: it could, and does not answer.
 * - `refused`: it answers us nothing any more, nor would it take anything: the account is out of order.
 */
export type Listing =
	| { list: 'found'; provider: string; ids: string[] }
	| { list: 'no-list' }
	| { list: 'unavailable' }
	| { list: 'refused'; provider: string; code: string };

/** `from`: E.164. */
export type Said = Pick<InboundMessage, 'channel' | 'from' | 'text'>;

/** The way to the phones. One implementation a provider; it knows nothing of cases or the database. */
export interface ChannelPort {
	/** @param attempt number of this try; providers that can carry it tell it back */
	send(message: OutgoingMessage, attempt: number): Promise<SendResult>;
	/** What was taken since then and looks like this message: asked before it is sent again. */
	list?(message: OutgoingMessage, since: Date): Promise<Listing>;
	/**
	 * Somebody answers on a phone that is only simulated. Gives what they said, as a provider tells it;
	 * `null` where it comes by the provider's own callback. Nobody can say it for real people.
	 */
	say?(said: Said): Promise<InboundMessage | null>;
	/** What became of a message, by the provider's id; `null` if it does not say. */
	ask?(provider: string, providerId: string): Promise<{ status: string; code?: string } | null>;
}
