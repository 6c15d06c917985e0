import { sql } from 'kysely';
import { livingAmong } from '../db/staff.ts';
import type { Parts } from '../parts.ts';

/** A number that rises with every change of the queues; which ones, it does not tell. */
export async function readDeskVersion({ db }: Pick<Parts, 'db'>): Promise<string> {
	const { rows } = await sql<{ version: string }>`
		select last_value::text as version from desk_changes`.execute(db);
	return rows[0]?.version ?? '';
}

/** Who of those that look on is still signed in. Looking keeps nobody signed in (case E4). */
export const stillSignedIn = (
	{ db }: Pick<Parts, 'db'>,
	sessions: string[]
): Promise<Set<string>> => livingAmong(db, sessions);
