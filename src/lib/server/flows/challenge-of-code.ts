import { sql } from 'kysely';
import type { Assurance } from '../../domain/workflow/document.ts';
import type { Db } from '../db/connect.ts';
import type { MessageRow } from './send-message.ts';

/**
 * The challenge that a code's message was made for, while it can still be passed; `undefined` once it
 * was used, ended or replaced by a newer one: then nobody is to get this code any more.
 */
export const livingChallenge = (
	db: Db,
	{ case_id, destination_hash, expires_at }: MessageRow
): Promise<{ id: string; expires_at: Date; assurance: Assurance } | undefined> =>
	db
		.selectFrom('challenges')
		.innerJoin('visits', 'visits.id', 'challenges.visit_id')
		.select(['challenges.id', 'challenges.expires_at', 'visits.assurance'])
		.where('challenges.case_id', '=', case_id)
		.where('challenges.destination_hash', '=', destination_hash)
		// Made in one transaction, to the same instant.
		.where('challenges.expires_at', '=', expires_at)
		.where('challenges.expires_at', '>', sql<Date>`now()`)
		.where('challenges.used_at', 'is', null)
		.where('challenges.ended_at', 'is', null)
		.executeTakeFirst();
