import { fail, ok, type Result } from '../result.ts';
import type { Channel } from '../workflow/document.ts';

/** Codes and notices are not advertising: they have a class, and limits, of their own. */
export type MessageClass = 'code' | 'outreach' | 'notice';

/** Why nothing may go to a contact point: the person said stop, or the provider said unusable. */
export type Suppression = 'opted-out' | 'unusable';

export type ChannelVerdict = 'chosen' | 'not-needed' | 'no-contact' | 'no-consent' | Suppression;

/** What was found about each channel that was looked at, in the order of preference. */
export type Considered = { channel: Channel; verdict: ChannelVerdict }[];

export interface ChosenChannel {
	channel: Channel;
	contact: string;
	considered: Considered;
}

/**
 * The first channel of the preference that reaches the customer. A channel outside the preference
 * is never taken: a code goes by e-mail only where the workflow names it. An opt-out stops
 * outreach and lets codes that the person asks for and notices pass, and so does a consent that is
 * lacking; an unusable contact stops everything. `no-reachable-contact` carries what was considered as its detail.
 */
export function chooseChannel(given: {
	class: MessageClass;
	preference: readonly Channel[];
	/** E.164 numbers and e-mail addresses, normalised at the boundary. */
	contacts: Partial<Record<Channel, string>>;
	/** Suppression of the contact that stands under the channel. */
	suppressed: ReadonlyMap<Channel, Suppression>;
	/** The channels that the person agreed to, where the workflow writes to nobody else. */
	agreed?: ReadonlySet<Channel> | undefined;
	/** The channel that the customer picked among those of the preference. */
	wanted?: Channel;
}): Result<ChosenChannel, 'no-reachable-contact', Considered> {
	const { contacts, suppressed, wanted, agreed } = given;
	const isWanted = (channel: Channel) => Number(channel === wanted);
	const order = [...new Set(given.preference)].sort((a, b) => isWanted(b) - isWanted(a));

	let chosen: Channel | undefined;
	const considered = order.map((channel) => {
		const suppression = suppressed.get(channel);
		let verdict: ChannelVerdict = 'chosen';
		if (!contacts[channel]) verdict = 'no-contact';
		else if (suppression === 'unusable') verdict = 'unusable';
		else if (suppression && given.class === 'outreach') verdict = suppression;
		else if (agreed?.has(channel) === false && given.class === 'outreach') verdict = 'no-consent';
		else if (chosen) verdict = 'not-needed';
		else chosen = channel;
		return { channel, verdict };
	});
	const contact = chosen && contacts[chosen];
	return chosen && contact
		? ok({ channel: chosen, contact, considered })
		: fail('no-reachable-contact', considered);
}
