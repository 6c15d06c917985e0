import { type Selectable, sql } from 'kysely';
import { raiseAlert } from '../db/alerts.ts';
import { CaseErased } from '../db/cases.ts';
import type { Schema } from '../db/schema.ts';
import type { Parts } from '../parts.ts';
import { noteReply } from './note-reply.ts';
import { reportDelivery } from './report-delivery.ts';

export type Callback = Selectable<Schema['provider_events']>;
export type Working = Pick<Parts, 'db' | 'vault' | 'jobs' | 'config' | 'links' | 'log' | 'crash'>;

/** Claims of one callback: what breaks so many of them off does not go away. */
const MOST_TRIES = 6;

/** How long a callback waits for its message: our own call may not have returned yet. */
const ORPHAN_WAIT = sql<Date>`now() + interval '2 minutes'`;

async function claim({ db }: Working, id: string): Promise<Callback | undefined> {
	return db
		.updateTable('provider_events')
		.set({ tries: sql`tries + 1`, lease_until: sql<Date>`now() + interval '60 seconds'` })
		.where('id', '=', id)
		.where('state', 'in', ['stored', 'orphan'])
		.where('next_at', '<=', sql<Date>`now()`)
		.where((eb) =>
			eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', sql<Date>`now()`)])
		)
		.returningAll()
		.executeTakeFirst();
}

/** Works one callback that was stored: safe to run twice, and in any order with the others. */
export async function workCallback(parts: Working, id: string): Promise<void> {
	const callback = await claim(parts, id);
	if (!callback) return;
	if (callback.tries > MOST_TRIES) return giveUp(parts, callback);
	const work = callback.kind === 'delivery' ? reportDelivery : noteReply;
	const worked = await work(parts, callback).catch((error: unknown) =>
		dropErased(parts, callback, error)
	);
	if (!worked) await keepOrphan(parts, callback);
}

/** Of an erased person nothing is noted any more; an opt-out took effect when it came. */
async function dropErased({ db }: Working, { id }: Callback, error: unknown): Promise<true> {
	if (!(error instanceof CaseErased)) throw error;
	await db
		.updateTable('provider_events')
		.set({ state: 'worked', next_at: null, lease_until: null, destination_hash: null })
		.where('id', '=', id)
		.execute();
	return true;
}

/**
 * Nobody knows the message: perhaps our own call has not returned yet, so it is looked for once more
 * before operations hear of it (case O3). It stays where it is, and is matched should the id turn up.
 */
async function keepOrphan({ db }: Working, callback: Callback): Promise<void> {
	const again = callback.state === 'orphan';
	const { numUpdatedRows } = await db
		.updateTable('provider_events')
		.set({ state: 'orphan', lease_until: null, next_at: again ? null : ORPHAN_WAIT, tries: 0 })
		.where('id', '=', callback.id)
		// Meanwhile the id has turned up, and it was woken: that must not be undone.
		.where('state', '=', callback.state)
		.executeTakeFirst();
	if (again && numUpdatedRows > 0n) await raiseAlert(db, 'unknown-callback', callback.provider);
}

async function giveUp({ db, log }: Working, callback: Callback): Promise<void> {
	log.error({ callback: callback.id }, 'callbacks: given up, every try broke off');
	await raiseAlert(db, 'poison-job', `callback:${callback.kind}`);
	await db
		.updateTable('provider_events')
		.set({ state: 'failed', next_at: null, lease_until: null })
		.where('id', '=', callback.id)
		.execute();
}
