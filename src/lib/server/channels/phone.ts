import { randomUUID } from 'node:crypto';
import type { ChannelPort, SendResult } from './port.ts';

// As in Login.gov's simulator the destination picks the failure, so a demo, a test and a person at
// the keyboard all get it without a switch: numbers of ranges that nobody has.
const failures: [ending: string, result: SendResult][] = [
	['0000', { outcome: 'refused', reason: 'bad-destination' }],
	['0001', { outcome: 'refused', reason: 'opted-out' }],
	['0002', { outcome: 'unavailable', reason: 'simulated outage' }],
	['0003', { outcome: 'unknown', reason: 'simulated timeout' }]
];

/**
 * The local phone: takes every message as a provider would. What it shows is read from the messages
 * themselves (`flows/read-handset`), so nothing is kept here.
 */
export const phone: ChannelPort = {
	send(message) {
		const failure = failures.find(([ending]) => message.to.endsWith(ending));
		return Promise.resolve(
			failure ? failure[1] : { outcome: 'accepted', provider: 'phone', providerId: message.id }
		);
	},
	say: (said) => Promise.resolve({ ...said, provider: 'phone', dedupe: `${randomUUID()}:received` })
};
