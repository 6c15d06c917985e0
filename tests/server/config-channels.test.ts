import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/lib/server/config.ts';

const key = () => randomBytes(32).toString('base64url');
const base = () => ({
	TAPDONE_ORIGIN: 'https://t.example.org',
	TAPDONE_MASTER_KEYS: `a:${key()}`,
	TAPDONE_LINK_KEYS: `b:${key()}`,
	TAPDONE_AUDIT_KEYS: `c:${key()}`,
	TAPDONE_LOOKUP_KEY: key()
});
const TWILIO = {
	TAPDONE_TWILIO_ACCOUNT: `AC${'a1'.repeat(16)}`,
	TAPDONE_TWILIO_TOKENS: 'token-of-today,token-of-yesterday',
	TAPDONE_TWILIO_FROM: '+4915735990000'
};
const SENDGRID = { TAPDONE_SENDGRID_KEY: 'SG.abcdefgh1234', TAPDONE_MAIL_FROM: 'a@example.org' };
const SMTP = {
	TAPDONE_SMTP: 'smtps://u:p@mail.example.org:465',
	TAPDONE_MAIL_FROM: 'a@example.org'
};

const read = (env: Record<string, string>) => readConfig({ ...base(), ...env });
function wrong(env: Record<string, string>): string[] {
	const found = read(env);
	if (found.ok) throw new Error('the configuration was accepted');
	return (found.detail ?? []).map(({ variable }) => variable);
}
function channels(env: Record<string, string>) {
	const found = read(env);
	if (!found.ok) throw new Error(JSON.stringify(found.detail));
	return found.value.channels;
}

test('each provider is read whole, or not at all', () => {
	expect(channels({})).toEqual({ twilio: null, sendgrid: null, smtp: null });
	expect(channels({ ...TWILIO, ...SENDGRID })).toEqual({
		twilio: {
			accountSid: TWILIO.TAPDONE_TWILIO_ACCOUNT,
			tokens: ['token-of-today', 'token-of-yesterday'],
			sms: { from: '+4915735990000' },
			whatsapp: null,
			baseUrl: null
		},
		sendgrid: { key: 'SG.abcdefgh1234', from: 'a@example.org', baseUrl: null, hookKeys: [] },
		smtp: null
	});
	expect(channels(SMTP).smtp).toEqual({ url: SMTP.TAPDONE_SMTP, from: 'a@example.org' });
});

const without = (env: Record<string, string>, name: string) =>
	Object.fromEntries(Object.entries(env).filter(([one]) => one !== name));

test.each<[string, Record<string, string>, string[]]>([
	[
		'an account without tokens',
		without(TWILIO, 'TAPDONE_TWILIO_TOKENS'),
		['TAPDONE_TWILIO_TOKENS']
	],
	[
		'an account without a sender',
		without(TWILIO, 'TAPDONE_TWILIO_FROM'),
		['TAPDONE_TWILIO_ACCOUNT']
	],
	['a sender without an account', { TAPDONE_TWILIO_FROM: 'Nordlicht' }, ['TAPDONE_TWILIO_ACCOUNT']],
	[
		'a sender beside a service',
		{ ...TWILIO, TAPDONE_TWILIO_SERVICE: `MG${'0'.repeat(32)}` },
		['TAPDONE_TWILIO_FROM']
	],
	['mail by nobody', { TAPDONE_MAIL_FROM: 'a@example.org' }, ['TAPDONE_MAIL_FROM']],
	['mail from nobody', { TAPDONE_SENDGRID_KEY: 'SG.abcdefgh1234' }, ['TAPDONE_MAIL_FROM']],
	['mail by two', { ...SENDGRID, ...SMTP }, ['TAPDONE_SMTP']],
	[
		'hook keys without SendGrid',
		{ TAPDONE_SENDGRID_HOOK_KEYS: 'A'.repeat(88) },
		['TAPDONE_SENDGRID_KEY']
	],
	[
		'a provider in the clear',
		{ ...TWILIO, TAPDONE_TWILIO_API: 'http://twilio.example.org' },
		['TAPDONE_TWILIO_API']
	],
	[
		'the same token twice',
		{ ...TWILIO, TAPDONE_TWILIO_TOKENS: 'token-1,token-1' },
		['TAPDONE_TWILIO_TOKENS', 'TAPDONE_TWILIO_TOKENS']
	]
])('%s is a problem with a name', (_what, env, variables) => {
	expect(wrong(env)).toEqual(variables);
});

test('no secret is repeated in a problem', () => {
	const found = read({ ...TWILIO, TAPDONE_TWILIO_TOKENS: 'x y', TAPDONE_SMTP: 'ftp://u:hush@h' });
	expect(JSON.stringify(found)).not.toMatch(/x y|hush/);
});
