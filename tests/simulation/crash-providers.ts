import { signTwilio } from '../../src/demo/providers/twilio.ts';
import { signUnsubscribe } from '../../src/lib/server/crypto/unsubscribe.ts';
import type { Traveller } from './crash-customer.ts';

const TOKEN = 'token-of-the-matrix';

/** Twilio may call back; it carries nothing, since SMS go to the phone. */
export const CALLED_BACK = {
	TAPDONE_TWILIO_ACCOUNT: `AC${'0'.repeat(32)}`,
	TAPDONE_TWILIO_TOKENS: TOKEN,
	TAPDONE_TWILIO_WHATSAPP: '+4915735990000',
	TAPDONE_TWILIO_API: 'http://127.0.0.1:9'
};

/** Posts a form until it is answered, as a provider and a mail program do. */
async function post(
	{ lane }: Traveller,
	path: string,
	fields: Record<string, string>,
	headers: Record<string, string> = {}
): Promise<void> {
	for (;;) {
		await lane.alive();
		const body = new URLSearchParams(fields);
		const answer = await fetch(`${lane.url()}${path}`, { method: 'POST', headers, body }).then(
			async (response) => ({ status: response.status, text: await response.text() }),
			() => null
		);
		if (answer?.status === 200 || answer?.status === 204) return;
		if (answer) throw new Error(`${path} answered ${answer.status} ${answer.text}`);
		await lane.lost();
	}
}

const hook = (traveller: Traveller, fields: Record<string, string>): Promise<void> =>
	post(traveller, '/hooks/twilio', fields, {
		'x-twilio-signature': signTwilio(TOKEN, `${traveller.lane.fleet.origin}/hooks/twilio`, fields)
	});

/** The timeline of the case says it. */
const said = (traveller: Traveller, id: string, type: string): Promise<unknown> =>
	traveller.until(() =>
		traveller.lane.fleet.db
			.selectFrom('case_events')
			.select('seq')
			.where('case_id', '=', id)
			.where('type', '=', type)
			.executeTakeFirst()
	);

const sidOf = (number: number): string => `SM${String(number).padStart(32, '0')}`;

/** The invitation, once it has left. */
const invitation = (traveller: Traveller, id: string): Promise<{ id: string }> =>
	traveller.until(() =>
		traveller.lane.fleet.db
			.selectFrom('messages')
			.select('id')
			.where('case_id', '=', id)
			.where('state', '=', 'accepted')
			.executeTakeFirst()
	);

/** The invitation is one of Twilio's, which tells that it has arrived. */
export async function report(traveller: Traveller, id: string): Promise<void> {
	const message = await invitation(traveller, id);
	const MessageSid = sidOf(traveller.number);
	await traveller.lane.fleet.db
		.updateTable('message_attempts')
		.set({ provider: 'twilio', provider_id: MessageSid })
		.where('message_id', '=', message.id)
		.execute();
	await hook(traveller, { MessageSid, MessageStatus: 'delivered' });
	await said(traveller, id, 'message-reported');
}

export async function writeBack(traveller: Traveller, id: string): Promise<void> {
	await invitation(traveller, id);
	const { phone } = await traveller.lane.fleet.core.customer(traveller.id);
	const MessageSid = sidOf(traveller.number);
	await hook(traveller, { MessageSid, From: phone ?? '', Body: 'start' });
	await said(traveller, id, 'messages-resumed');
}

/** Ends what comes by this channel, by the address that stands in the head of a mail. */
export async function unsubscribe(traveller: Traveller, id: string): Promise<void> {
	const message = await invitation(traveller, id);
	const { config } = traveller.lane.fleet.parts;
	const token = signUnsubscribe(config.keys.links, message.id);
	await post(traveller, `/hooks/unsubscribe/${token}`, { 'List-Unsubscribe': 'One-Click' });
	await said(traveller, id, 'messages-stopped');
}

/** Said stop on a case of long ago. */
export async function optOut({ lane, id }: Traveller): Promise<void> {
	const { db, vault } = lane.fleet;
	await db
		.insertInto('suppressions')
		.values({ destination_hash: vault.hash('customer', id), channel: 'sms', reason: 'test' })
		.execute();
}
