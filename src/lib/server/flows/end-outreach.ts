import type { CaseChange } from '../db/cases.ts';

/** Revokes the living link; every visit on it is over with it. */
export async function endLink({ trx, row, now }: CaseChange): Promise<void> {
	await trx
		.updateTable('links')
		.set({ ended_at: now, end_reason: 'revoked' })
		.where('case_id', '=', row.id)
		.where('ended_at', 'is', null)
		.execute();
}

/**
 * What is queued never leaves, codes included, and no code of this case is worth anything any more.
 * A message that is being sent at this moment settles itself.
 */
export async function endMessages(change: CaseChange, reason: string): Promise<void> {
	const { trx, row, now } = change;
	await trx
		.updateTable('challenges')
		.set({ ended_at: now })
		.where('case_id', '=', row.id)
		.where('used_at', 'is', null)
		.where('ended_at', 'is', null)
		.execute();
	const ended = await trx
		.updateTable('messages')
		.set({ state: 'suppressed', reason })
		.where('case_id', '=', row.id)
		.where('state', '=', 'queued')
		.returning('id')
		.execute();
	for (const { id } of ended) change.must({ do: 'fail-message', message: id, reason });
}
