import { type Insertable, sql } from 'kysely';
import type { DeliveryReport } from '../../contracts/callbacks.ts';
import { newIds } from '../crypto/ids.ts';
import type { Trx } from '../db/cases.ts';
import type { Schema } from '../db/schema.ts';
import type { Parts } from '../parts.ts';
import { sendCallbacks } from './wake-callbacks.ts';

/** What is known of a callback when it comes; the rest of its row are the table's own defaults. */
const TOLD = [
	...(['kind', 'provider', 'dedupe', 'provider_id', 'message_id', 'attempt'] as const),
	...(['status', 'code', 'channel', 'destination_hash', 'word', 'case_id'] as const)
] as const;
const columns = sql.join(['id', 'state', ...TOLD].map((name) => sql.ref(name)));

export type CallbackRow = Pick<Insertable<Schema['provider_events']>, (typeof TOLD)[number]>;

/**
 * Keeps what a provider told, each of it once, with the job that works it; the provider gets its
 * answer at once. A repeat finds its row there and does nothing. One parameter holds them all: a
 * statement with one for each value takes both sides longer to read than the rows take to store.
 * @returns the ids of those that are new
 */
export async function keepCallbacks(
	{ jobs }: Pick<Parts, 'jobs'>,
	trx: Trx,
	told: CallbackRow[]
): Promise<string[]> {
	if (told.length === 0) return [];
	const ids = newIds(told.length);
	// In one order everywhere: two nodes that are told the same must not wait for each other.
	const inOrder = told
		.toSorted((a, b) => (a.dedupe < b.dedupe ? -1 : 1))
		.map((one, place) => ({ ...one, id: ids[place], state: 'stored' }));
	const { rows } = await sql<{ id: string }>`insert into provider_events (${columns})
		select ${columns}
		from json_populate_recordset(null::provider_events, ${JSON.stringify(inOrder)}::json)
		on conflict (provider, dedupe) do nothing
		returning id`.execute(trx);
	const kept = rows.map(({ id }) => id);
	await sendCallbacks({ jobs }, trx, kept);
	return kept;
}

/** The same for what was told of messages that we sent, in a transaction of its own. */
export async function storeReports(
	{ db, jobs, crash }: Pick<Parts, 'db' | 'jobs' | 'crash'>,
	reports: DeliveryReport[]
): Promise<number> {
	const rows = reports.map((report): CallbackRow => ({
		kind: 'delivery',
		provider: report.provider,
		dedupe: report.dedupe,
		provider_id: report.providerId ?? null,
		message_id: report.message ?? null,
		attempt: report.attempt ?? null,
		status: report.status,
		code: report.code ?? null
	}));
	const kept = await db.transaction().execute(async (trx) => {
		const ids = await keepCallbacks({ jobs }, trx, rows);
		crash('store-reports:before-commit');
		return ids;
	});
	crash('store-reports:after-commit');
	return kept.length;
}
