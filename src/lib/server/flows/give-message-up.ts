import { raiseAlert } from '../db/alerts.ts';
import { changeCase } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import { loadWorkflow } from '../db/workflows.ts';
import { leavePath } from './leave-path.ts';
import type { MessageRow, Sending } from './send-message.ts';

/**
 * Every claim of it broke off: it is not tried for ever, and nothing of it is read again. Its case
 * says so and a person gets it; if even the case cannot be changed, operations alone hear of it.
 */
export async function giveMessageUp(parts: Sending, row: MessageRow): Promise<void> {
	const { db, log } = parts;
	log.error({ message: row.id, attempts: row.attempts }, 'messages: given up, every try broke off');
	await raiseAlert(db, 'poison-job', `message:${row.class}`);
	const end = (trx: Db) =>
		trx
			.updateTable('messages')
			.set({ state: 'failed', reason: 'poisoned', lease_until: null })
			.where('id', '=', row.id)
			.where('attempts', '=', row.attempts)
			.executeTakeFirst();
	try {
		await changeCase(
			parts,
			row.case_id,
			{ actor: 'system', flow: 'give-message-up' },
			async (change) => {
				const { numUpdatedRows } = await end(change.trx);
				if (numUpdatedRows === 0n) return;
				change.must({ do: 'fail-message', message: row.id, reason: 'poisoned' });
				// Its link is sealed in it: nobody can be told on another channel.
				if (row.class !== 'outreach' || change.state.ended) return;
				const workflow = await loadWorkflow(change.trx, change.row.workflow, change.row.version);
				leavePath(workflow, change, { breakpoint: 'trigger', reason: 'message-poisoned' });
			}
		);
	} catch (error) {
		log.error({ error, message: row.id }, 'messages: its case cannot be changed either');
		await end(db);
	}
}
