import { changeCase } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { sendLink } from './issue-link.ts';

/**
 * The reminder that a customer asked for: a new link by the first open channel, unless the case has
 * moved on. One conditional statement takes it, so it goes out once. Put off again meanwhile, it
 * looks again on the new day.
 */
export async function remindCustomer(
	parts: Pick<Parts, 'db' | 'vault' | 'jobs' | 'crash' | 'links' | 'config'>,
	id: string
): Promise<void> {
	await changeCase(parts, id, { actor: 'system', flow: 'remind' }, async (change) => {
		const taken = await change.trx
			.updateTable('cases')
			.set({ remind_at: null })
			.where('id', '=', id)
			.where('remind_at', '<=', change.now)
			.executeTakeFirst();
		const { state, row } = change;
		if (!taken.numUpdatedRows) {
			const { remind_at: startAfter } = row;
			if (startAfter)
				await parts.jobs.send(change.trx, 'remind', { v: 1, case: id }, { startAfter });
			return;
		}
		if (state.ended || state.submission?.state === 'received') return;
		if (state.missing.length > 0) {
			// The record has lost what the case needs: no link without it.
			await change.trx
				.updateTable('cases')
				.set({ complete_at: change.now })
				.where('id', '=', id)
				.execute();
			await parts.jobs.send(change.trx, 'complete-case', { v: 1, case: id });
			return;
		}
		const workflow = await loadWorkflow(change.trx, row.workflow, row.version);
		await sendLink(parts, workflow, change);
	});
}
