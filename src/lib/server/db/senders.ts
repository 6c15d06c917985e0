import { sql } from 'kysely';
import { type Channel, CHANNELS } from '../../domain/workflow/document.ts';
import type { Parts } from '../parts.ts';
import { raiseAlert } from './alerts.ts';
import { askBreaker, openBreaker, tellBreaker } from './breakers.ts';
import type { Db } from './connect.ts';

type Used = Pick<Parts, 'db' | 'crash'>;

/** No connection of a workflow is called so: their names hold no colon. */
const nameOf = (channel: Channel): string => `sender:${channel}`;

/** Why a message waits for its sender; what is parked under it is woken when the sender works again. */
export const PARKED = 'sender-parked';

/** Parked messages come back spread over this: they are no herd. */
const SPREAD_SECONDS = 60;

/** Seconds to wait while the sender of a channel is out of order, 0 when it may be called. */
export const askSender = (parts: Used, channel: Channel): Promise<number> =>
	askBreaker(parts, nameOf(channel), undefined);

/** The senders that are out of order and whose next probe is not due yet. Takes nothing. */
export async function refusedSenders(db: Db): Promise<Set<Channel>> {
	const rows = await db
		.selectFrom('connections')
		.select('name')
		.where('name', 'in', CHANNELS.map(nameOf))
		.where('opened_at', 'is not', null)
		.where('probe_at', '>', sql<Date>`now()`)
		.execute();
	const names = new Set(rows.map(({ name }) => name));
	return new Set(CHANNELS.filter((channel) => names.has(nameOf(channel))));
}

/** The account or the sender is refused: nobody calls it but one probe at a time. One alert tells it. */
export async function closeSender(db: Db, channel: Channel, code: string): Promise<void> {
	if (await openBreaker(db, nameOf(channel)))
		await raiseAlert(db, 'sender-down', `${channel}:${code}`);
}

/** It answered: if it was out of order, what waited for it goes on. */
export async function tellSenderWorks(parts: Used, channel: Channel): Promise<void> {
	const turned = await tellBreaker(parts, nameOf(channel), 'ok');
	if (turned?.to !== 'closed') return;
	await parts.db
		.updateTable('messages')
		.set({ next_at: sql<Date>`now() + make_interval(secs => random() * ${SPREAD_SECONDS})` })
		.where('state', '=', 'queued')
		.where('reason', '=', PARKED)
		.where('channel', '=', channel)
		.execute();
}
