import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';

/** Is the link that a message was made with still the living one? Compared in the database's precision. */
export const isLinked = (message: string) => sql`exists (select 1 from messages m
	join links l on l.case_id = m.case_id and l.ended_at is null and l.created_at <= m.created_at
	where m.id = ${message})`;

/** The same, asked for itself. */
export async function linkLives(db: Db, message: string): Promise<boolean> {
	const { rows } = await sql<{ yes: boolean }>`select ${isLinked(message)} as yes`.execute(db);
	return rows[0]?.yes ?? false;
}
