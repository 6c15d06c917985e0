import type { Channel } from '../../domain/workflow/document.ts';

/** One message as a provider gets it. The id is ours and stays the same when it is sent again. */
export interface OutgoingMessage {
	id: string;
	channel: Channel;
	to: string;
	/** E-mail only. */
	subject: string;
	body: string;
}

/**
 * - `accepted`: the provider has it.
 * - `refused`: it never will; `reason` is `bad-destination` or `opted-out`: the next channel is tried.
 * - `unavailable`: surely not taken; try again later.
 * - `unknown`: it may have been taken; a repeat carries the same text.
 * - `parked`: nobody can be asked at present; it waits and costs no try.
 */
export type SendResult =
	| { outcome: 'accepted'; provider: string; providerId: string }
	| { outcome: 'refused'; reason: 'bad-destination' | 'opted-out' }
	| { outcome: 'unavailable'; reason: string }
	| { outcome: 'unknown'; reason: string }
	| { outcome: 'parked'; reason: string };

/** The way to the phones. One implementation a provider; it knows nothing of cases or the database. */
export interface ChannelPort {
	send(message: OutgoingMessage): Promise<SendResult>;
}
