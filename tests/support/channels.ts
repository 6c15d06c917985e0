import type {
	ChannelPort,
	OutgoingMessage,
	SendResult
} from '../../src/lib/server/channels/port.ts';
import type { Parts } from '../../src/lib/server/parts.ts';

export interface FakeChannels {
	/** The parts of a node that sends through this provider. */
	parts: Parts;
	/** Everything that was handed to the provider, in order. */
	sent: OutgoingMessage[];
}

/** A provider that answers as told: one answer each, the last one for good. */
export function fakeChannels(
	{ parts }: { parts: Parts },
	...answers: (SendResult | Error | (() => Promise<SendResult>))[]
): FakeChannels {
	const sent: OutgoingMessage[] = [];
	const channels: ChannelPort = {
		send(message) {
			const answer = answers[Math.min(sent.length, answers.length - 1)];
			sent.push(message);
			if (answer instanceof Error) return Promise.reject(answer);
			if (typeof answer === 'function') return answer();
			return Promise.resolve(answer ?? accepted(message.id));
		}
	};
	return { parts: { ...parts, channels }, sent };
}

export const accepted = (id: string): SendResult => ({
	outcome: 'accepted',
	provider: 'fake',
	providerId: `P-${id}`
});
