import type { Name, Values } from './variables.ts';

/** Settings of providers that make no sense together, or lack a part. */
export function* channelProblems(values: Values): Iterable<[Name, string]> {
	const { TAPDONE_TWILIO_ACCOUNT: account, TAPDONE_TWILIO_TOKENS: tokens } = values;
	const { TAPDONE_TWILIO_FROM: from, TAPDONE_TWILIO_SERVICE: service } = values;
	const { TAPDONE_TWILIO_WHATSAPP: whatsapp, TAPDONE_TWILIO_API: twilioUrl } = values;
	if (account && !tokens) yield ['TAPDONE_TWILIO_TOKENS', 'is missing beside the account'];
	if (account && !from && !service && !whatsapp)
		yield ['TAPDONE_TWILIO_ACCOUNT', 'has no sender: neither SMS nor WhatsApp could leave'];
	if (from && service)
		yield [
			'TAPDONE_TWILIO_FROM',
			'is set beside a messaging service: one of them chooses the sender'
		];
	const parts = { tokens, from, service, whatsapp, twilioUrl };
	if (!account && Object.values(parts).some(Boolean))
		yield ['TAPDONE_TWILIO_ACCOUNT', 'is missing beside other settings of Twilio'];

	const { TAPDONE_SENDGRID_KEY: key, TAPDONE_SMTP: smtp, TAPDONE_MAIL_FROM: sender } = values;
	if (key && smtp) yield ['TAPDONE_SMTP', 'is set beside SendGrid: one of them carries e-mail'];
	if ((key ?? smtp) && !sender) yield ['TAPDONE_MAIL_FROM', 'is missing: e-mail has no sender'];
	if (sender && !key && !smtp)
		yield ['TAPDONE_MAIL_FROM', 'has nobody who carries e-mail beside it'];
	const { TAPDONE_SENDGRID_API: url, TAPDONE_SENDGRID_HOOK_KEYS: hookKeys } = values;
	if (!key && (url ?? hookKeys))
		yield ['TAPDONE_SENDGRID_KEY', 'is missing beside other settings of SendGrid'];
}

/** Messages and credentials would travel in the clear. */
export function* plainProviders(values: Values): Iterable<[Name, string]> {
	for (const name of ['TAPDONE_TWILIO_API', 'TAPDONE_SENDGRID_API'] as const)
		if (values[name]?.startsWith('http:'))
			yield [name, 'is http: messages and credentials would travel in the clear'];
}
