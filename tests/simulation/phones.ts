import type {
	ChannelPort,
	OutgoingMessage,
	SendResult
} from '../../src/lib/server/channels/port.ts';
import type { Random } from '../support/random.ts';

/** The phones of everybody, and a provider that is not always well. */
export interface Phones extends ChannelPort {
	/** What has arrived there, the oldest first. */
	inbox(...contacts: string[]): string[];
	heal(): void;
	counts: Record<'accepted' | 'refused' | 'unavailable' | 'unknown', number>;
}

export function createPhones(random: Random): Phones {
	const inboxes = new Map<string, string[]>();
	const counts = { accepted: 0, refused: 0, unavailable: 0, unknown: 0 };
	const tried = new Map<string, number>();
	let healed = false;
	const deliver = ({ to, body }: OutgoingMessage) =>
		void inboxes.set(to, [...(inboxes.get(to) ?? []), body]);

	function send(message: OutgoingMessage): SendResult {
		const time = (tried.get(message.to) ?? 0) + 1;
		tried.set(message.to, time);
		const own = random.fork(`${message.to} ${time}`);
		const outcome = healed
			? 'accepted'
			: own.weighted({ accepted: 88, refused: 4, unavailable: 4, unknown: 4 });
		counts[outcome] += 1;
		switch (outcome) {
			case 'accepted':
				deliver(message);
				return { outcome, provider: 'phone', providerId: message.id };
			case 'refused':
				return { outcome, reason: 'bad-destination' };
			case 'unavailable':
				return { outcome, reason: 'outage' };
			case 'unknown':
				if (own.chance(0.5)) deliver(message);
				return { outcome, reason: 'timeout' };
		}
	}

	return {
		send: async (message) => send(message),
		inbox: (...contacts) => contacts.flatMap((contact) => inboxes.get(contact) ?? []),
		heal: () => void (healed = true),
		counts
	};
}
