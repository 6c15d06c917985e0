import type { Channel } from '../../domain/workflow/document.ts';
import { phone } from './phone.ts';
import type { ChannelPort } from './port.ts';
import { createSendgrid } from './sendgrid.ts';
import type { ChannelSettings } from './settings.ts';
import { createSmtp } from './smtp.ts';
import { createTwilio } from './twilio.ts';

/** All channels behind one port, and what ends them. */
export interface Channels extends ChannelPort {
	/** The channels that a message can leave by. */
	open: Channel[];
	close(): void;
}

/**
 * The one place that chooses who carries a channel: its provider, else the phone where it is on.
 * While nobody carries any, messages wait and nothing is lost; where others do, a channel without
 * anybody fails at once, so that the next one is tried.
 */
export async function createChannels(
	{ twilio, sendgrid, smtp }: ChannelSettings,
	{ phone: usePhone, origin }: { phone: boolean; origin: string }
): Promise<Channels> {
	const telephony = twilio && (await createTwilio(twilio, `${origin}/hooks/twilio`));
	const mail = sendgrid ? await createSendgrid(sendgrid) : null;
	const server = !mail && smtp ? await createSmtp(smtp) : null;
	const carriers: Record<Channel, ChannelPort | null> = {
		sms: (twilio?.sms && telephony) ?? null,
		whatsapp: (twilio?.whatsapp && telephony) || null,
		email: mail ?? server
	};
	const of = (channel: Channel): ChannelPort | null =>
		carriers[channel] ?? (usePhone ? phone : null);
	const open = (Object.keys(carriers) as Channel[]).filter((channel) => of(channel) !== null);
	return {
		open,
		async send(message, attempt) {
			const carrier = of(message.channel);
			if (carrier) return carrier.send(message, attempt);
			return open.length === 0
				? { outcome: 'parked', reason: 'no-channel-configured' }
				: { outcome: 'failed', provider: 'none', code: 'no-adapter' };
		},
		async list(message, since) {
			return (await of(message.channel)?.list?.(message, since)) ?? { list: 'no-list' };
		},
		async say(said) {
			const carrier = of(said.channel);
			if (!carrier?.say) throw new Error(`Nobody answers by ${said.channel} here.`);
			return carrier.say(said);
		},
		async ask(provider, providerId) {
			return provider === 'twilio' && telephony ? telephony.ask(provider, providerId) : null;
		},
		close: () => server?.close()
	};
}
