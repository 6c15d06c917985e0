import { v7 as uuid } from 'uuid';
import type { Insertable } from 'kysely';
import type { DeliveryReport } from '../../contracts/callbacks.ts';
import type { Trx } from '../db/cases.ts';
import type { Schema } from '../db/schema.ts';
import type { Parts } from '../parts.ts';

export type CallbackRow = Omit<
	Insertable<Schema['provider_events']>,
	'id' | 'state' | 'received_at'
>;

/**
 * Keeps what a provider told, each of it once, with the job that works it; the provider gets its
 * answer at once. A repeat finds its row there and does nothing.
 * @returns the ids of those that are new
 */
export async function keepCallbacks(
	{ jobs }: Pick<Parts, 'jobs'>,
	trx: Trx,
	told: CallbackRow[]
): Promise<string[]> {
	if (told.length === 0) return [];
	// In one order everywhere: two nodes that are told the same must not wait for each other.
	const inOrder = told.toSorted((a, b) => (a.dedupe < b.dedupe ? -1 : 1));
	const kept = await trx
		.insertInto('provider_events')
		.values(inOrder.map((one) => ({ ...one, id: uuid(), state: 'stored' as const })))
		.onConflict((conflict) => conflict.columns(['provider', 'dedupe']).doNothing())
		.returning('id')
		.execute();
	const waiting = kept.map(({ id }) => ({ data: { v: 1 as const, callback: id } }));
	await jobs.sendAll(trx, 'work-callback', waiting);
	return kept.map(({ id }) => id);
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
