import type { ChannelSettings } from '../channels/settings.ts';
import type { Values } from './variables.ts';

/** What the checked variables say of each provider; `null` where it is not used. */
export function channelSettings(values: Values): ChannelSettings {
	const { TAPDONE_TWILIO_ACCOUNT: accountSid, TAPDONE_TWILIO_TOKENS: tokens } = values;
	const { TAPDONE_TWILIO_FROM: sender, TAPDONE_TWILIO_SERVICE: service } = values;
	const { TAPDONE_MAIL_FROM: from, TAPDONE_SENDGRID_KEY: key, TAPDONE_SMTP: url } = values;
	const number = sender === undefined ? null : { from: sender };
	return {
		twilio:
			accountSid && tokens
				? {
						accountSid,
						tokens,
						sms: service ? { messagingServiceSid: service } : number,
						whatsapp: values.TAPDONE_TWILIO_WHATSAPP ?? null,
						baseUrl: values.TAPDONE_TWILIO_API ?? null
					}
				: null,
		sendgrid:
			key && from
				? {
						key,
						from,
						baseUrl: values.TAPDONE_SENDGRID_API ?? null,
						hookKeys: values.TAPDONE_SENDGRID_HOOK_KEYS ?? []
					}
				: null,
		smtp: url && from ? { url, from } : null
	};
}
