import { sql } from 'kysely';
import { readUnsubscribe } from '../crypto/unsubscribe.ts';
import { changeCase } from '../db/cases.ts';
import { suppress } from '../db/suppressions.ts';
import type { Parts } from '../parts.ts';
import { heedStop } from './heed-stop.ts';

/** What the signed address of an e-mail stands for. */
export interface Unsubscribing {
	message: string;
	caseId: string;
	language: string;
	/** Nothing more goes to this address already. */
	stopped: boolean;
}

/** Looks the address up; changes nothing. `null` for one that we did not sign. */
export async function openUnsubscribe(
	{ db, config }: Pick<Parts, 'db' | 'config'>,
	token: string
): Promise<Unsubscribing | null> {
	const message = readUnsubscribe(config.keys.links, token, new Date());
	if (!message) return null;
	const found = await db
		.selectFrom('messages')
		.innerJoin('cases', 'cases.id', 'messages.case_id')
		.select(['messages.case_id', 'cases.language'])
		.select(
			sql<boolean>`exists (select 1 from suppressions s
				where s.destination_hash = messages.destination_hash and s.channel = messages.channel
				and s.reason <> 'unusable')`.as('stopped')
		)
		.where('messages.id', '=', message)
		.executeTakeFirst();
	return (
		(found && {
			message,
			caseId: found.case_id,
			language: found.language,
			stopped: found.stopped
		}) ??
		null
	);
}

/** Nothing that we begin goes to the address of this message any more, from this moment on. */
export async function unsubscribe(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	{ message, caseId }: Unsubscribing
): Promise<void> {
	await changeCase(parts, caseId, { actor: 'customer', flow: 'unsubscribe' }, async (change) => {
		const { destination_hash, channel } = await change.trx
			.selectFrom('messages')
			.select(['destination_hash', 'channel'])
			.where('id', '=', message)
			.executeTakeFirstOrThrow();
		const reason = 'unsubscribed';
		const stopped = await suppress(change.trx, [{ destination_hash, channel, reason }]);
		if (stopped.length > 0) await heedStop(parts, change, channel);
	});
}
