import { sql } from 'kysely';
import { SENDS } from '../../domain/identity/limits.ts';
import type { Db } from '../db/connect.ts';
import { giveBack, type Limit, roomFrom } from '../db/counters.ts';
import type { MessageRow } from './send-message.ts';

/**
 * What one contact may be sent, by its `destinationHash`. The day's limit stands first: where both are
 * full it is the one that refuses, since waiting a little would not help.
 */
export const phoneLimits = (hash: string): { day: Limit; now: Limit } => ({
	day: { key: `sends-phone-day:${hash}`, most: SENDS.perPhoneDay, seconds: 86_400 },
	now: {
		key: `sends-phone:${hash}`,
		most: SENDS.perPhone.count,
		seconds: SENDS.perPhone.minutes * 60
	}
});

/** A try of it was taken, or nobody knows. */
export async function mayHaveGone(db: Db, row: MessageRow): Promise<boolean> {
	const gone = await db
		.selectFrom('message_attempts')
		.select('number')
		.where('message_id', '=', row.id)
		.where(sql<boolean>`coalesce(outcome, 'unknown') in ('accepted', 'unknown')`)
		.executeTakeFirst();
	return gone !== undefined;
}

/**
 * A code is over without having been sent: it does not count for its phone. One whose try may have
 * gone out, its answer lost with the process, goes on counting.
 */
export async function giveCodeBack(db: Db, row: MessageRow): Promise<void> {
	if (await mayHaveGone(db, row)) return;
	const { day, now } = phoneLimits(row.destination_hash);
	for (const limit of [day, now]) await giveBack(db, limit);
}

/** From when a code may go to one of these contacts again; `null` while one of them has room. */
export async function codesFrom(db: Db, hashes: string[]): Promise<Date | null> {
	const times: number[] = [];
	for (const hash of new Set(hashes)) {
		const { day, now } = phoneLimits(hash);
		const full = [await roomFrom(db, day), await roomFrom(db, now)].flatMap((at) => at ?? []);
		if (full.length === 0) return null;
		times.push(Math.max(...full.map((at) => at.getTime())));
	}
	return times.length > 0 ? new Date(Math.min(...times)) : null;
}
