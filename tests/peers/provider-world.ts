import { sql } from 'kysely';
import { type SendgridPeer, startSendgrid } from '../../src/demo/providers/sendgrid.ts';
import { startTwilio, type TwilioPeer } from '../../src/demo/providers/twilio.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { workCallback } from '../../src/lib/server/flows/work-callback.ts';
import { openCase } from '../support/open-case.ts';
import { startWorld, type World } from '../support/world.ts';
import { startHooks } from './provider-hooks.ts';

export interface ProviderWorld extends World {
	twilio: TwilioPeer;
	sendgrid: SendgridPeer;
	/** Opens a case of somebody new; gives its id. */
	invite(contacts: Record<string, string>): Promise<string>;
	/** Sends and works all that is due, until nothing is, and waits for what providers tell. */
	settle(): Promise<void>;
}

export const NUMBER = '+4915735990000';
/** Approved templates of WhatsApp, as a deployment names them in its workflows. */
const SID = (digit: string) => `HX${digit.repeat(32)}`;
export const INVITATION = SID('1');
const whatsapp = (sid: string, variables: string) =>
	`whatsapp:\n      content: { en: ${sid}, de: ${sid}, ar: ${sid} }\n      variables: [${variables}]`;

/** The starters with templates of WhatsApp. */
export const withTemplates = (source: string): string =>
	source
		.replace(/^ {2}invitation:\n/m, `$&    ${whatsapp(INVITATION, 'brand, link')}\n`)
		.replace(/^ {2}code:\n(?= {4}segments)/m, `$&    ${whatsapp(SID('2'), 'code')}\n`);

/** What the environment of a deployment says of its providers. */
export const settingsOf = (twilio: TwilioPeer, sendgrid: SendgridPeer, origin: string) => ({
	TAPDONE_ORIGIN: origin,
	TAPDONE_TWILIO_ACCOUNT: twilio.accountSid,
	TAPDONE_TWILIO_TOKENS: twilio.token,
	TAPDONE_TWILIO_FROM: NUMBER,
	TAPDONE_TWILIO_WHATSAPP: NUMBER,
	TAPDONE_TWILIO_API: twilio.url,
	TAPDONE_SENDGRID_KEY: sendgrid.key,
	TAPDONE_SENDGRID_API: sendgrid.url,
	TAPDONE_SENDGRID_HOOK_KEYS: sendgrid.hookKey,
	TAPDONE_MAIL_FROM: 'service@nordlicht.example.org'
});

/** A world whose messages go by the SDKs to providers of this machine, which call it back. */
export async function startProviderWorld(env: Record<string, string> = {}): Promise<ProviderWorld> {
	const hooks = await startHooks();
	const twilio = await startTwilio({ inbound: `${hooks.origin}/hooks/twilio` });
	const sendgrid = await startSendgrid({ hook: `${hooks.origin}/hooks/sendgrid` });
	const world = await startWorld({
		change: withTemplates,
		env: { ...settingsOf(twilio, sendgrid, hooks.origin), ...env }
	});
	const { parts } = world;
	hooks.attach(parts);
	let people = 0;

	const due = async (table: 'messages' | 'provider_events', states: string[]) => {
		const { rows } = await sql<{ id: string }>`select id from ${sql.table(table)}
			where state in (${sql.join(states)}) and next_at <= now()
				and (lease_until is null or lease_until <= now()) order by id`.execute(parts.db);
		return rows.map(({ id }) => id);
	};

	return {
		...world,
		twilio,
		sendgrid,
		invite: (contacts) =>
			openCase(world, { workflow: 'failed-payment', customer: `P-${++people}`, contacts }),
		async settle() {
			for (;;) {
				const messages = await due('messages', ['queued', 'sending']);
				const callbacks = await due('provider_events', ['stored', 'orphan']);
				if (messages.length + callbacks.length === 0) return;
				await Promise.all(messages.map((id) => sendMessage(parts, id)));
				await Promise.all(callbacks.map((id) => workCallback(parts, id)));
				await Promise.all([twilio.told(), sendgrid.told()]);
			}
		},
		async close() {
			await world.close();
			await Promise.all([hooks.close(), twilio.close(), sendgrid.close()]);
		}
	};
}
