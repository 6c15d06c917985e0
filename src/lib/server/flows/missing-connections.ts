import { sql } from 'kysely';
import type { Parts } from '../parts.ts';

export interface MissingConnection {
	workflow: string;
	connection: string;
}

/**
 * Published workflows whose system of record the settings do not name: their cases open, and no code
 * and no writeback can ever go. Only the latest version of each counts.
 */
export async function missingConnections({
	db,
	config
}: Pick<Parts, 'db'> & { config: Pick<Parts['config'], 'records'> }): Promise<MissingConnection[]> {
	const rows = await db
		.selectFrom('workflows')
		.distinctOn('key')
		.select('key as workflow')
		.select(sql<string>`document->'records'->>'connection'`.as('connection'))
		.orderBy('key')
		.orderBy('version', 'desc')
		.execute();
	return rows.filter(({ connection }) => !Object.hasOwn(config.records, connection));
}
