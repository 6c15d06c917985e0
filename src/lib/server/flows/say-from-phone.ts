import type { PhoneSays } from '../../contracts/phone.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { countAgainst } from '../db/counters.ts';
import type { Parts } from '../parts.ts';
import type { MessageContent } from './queue-message.ts';
import { takeInbound } from './take-inbound.ts';

/** Of one phone: somebody plays with it, nothing writes by itself. */
const SAYS = { most: 30, seconds: 60 };

/**
 * A customer of the demo answers on the simulated phone, from the number that the last message went
 * to. Where a provider of this machine carries the channel it tells us as a provider does, signed and
 * by its callback; else it is taken in as one that came.
 *
 * - `no-message`: nobody has written to this phone on this channel, so there is nothing to answer.
 * - `unavailable`: the channel takes no answers, or its provider is not there.
 */
export async function sayFromPhone(
	parts: Pick<Parts, 'db' | 'vault' | 'jobs' | 'log' | 'crash' | 'channels'>,
	{ handset, app: channel, text }: PhoneSays
): Promise<Result<null, 'no-message' | 'too-many' | 'unavailable'>> {
	const row = await parts.db
		.selectFrom('messages')
		.innerJoin('cases', 'cases.id', 'messages.case_id')
		.select(['messages.sealed', 'cases.key'])
		.where('cases.customer_hash', '=', handset)
		.where('cases.erased_at', 'is', null)
		.where('messages.channel', '=', channel)
		.where('messages.accepted_at', 'is not', null)
		.orderBy('messages.accepted_at', 'desc')
		.limit(1)
		.executeTakeFirst();
	if (!row) return fail('no-message');
	if (!(await countAgainst(parts.db, { key: `phone-says:${handset}`, ...SAYS })))
		return fail('too-many');
	const key = await parts.vault.openCaseKey(row.key);
	const { to } = await parts.vault.open<MessageContent>(key, row.sealed, 'messages.sealed');
	const said = await parts.channels.say?.({ channel, from: to, text }).catch((error: unknown) => {
		parts.log.warn({ error }, 'phone: an answer could not be given');
		return undefined;
	});
	if (said === undefined) return fail('unavailable');
	if (said) await takeInbound(parts, said);
	return ok(null);
}
