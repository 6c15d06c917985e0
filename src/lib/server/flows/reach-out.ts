import { type CaseChange, changeCase } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { takeStep } from './take-step.ts';
import { reminderOf, stepOf } from './up-next.ts';

/**
 * The next step of a case's outreach, or the reminder that the customer asked for: that one comes
 * instead, and the steps wait for it. One conditional statement takes it, so it goes out once. Put
 * off again meanwhile, it looks again on the new day.
 */
export async function reachOut(
	parts: Pick<Parts, 'db' | 'vault' | 'jobs' | 'crash' | 'links' | 'config'>,
	id: string
): Promise<void> {
	await changeCase(parts, id, { actor: 'system', flow: 'reach-out' }, async (change) => {
		const { trx, row, state } = change;
		if (!(await takeTurn(change))) {
			const { remind_at: startAfter } = row;
			if (startAfter) await parts.jobs.send(trx, 'outreach', { v: 1, case: id }, { startAfter });
			return;
		}
		if (state.ended) return;
		const workflow = await loadWorkflow(trx, row.workflow, row.version);
		const asked = row.remind_at !== null;
		await takeStep(parts, workflow, change, {
			step: asked ? reminderOf(workflow, row.outreach_step) : stepOf(workflow, row.outreach_step),
			dueAt: (row.remind_at ?? row.outreach_at) as Date,
			asked
		});
	});
}

/** `false`: not due, or another run was faster. */
async function takeTurn({ trx, row, now }: CaseChange): Promise<boolean> {
	const taken = await trx
		.updateTable('cases')
		.set({ remind_at: null, outreach_at: null })
		.where('id', '=', row.id)
		.where((eb) => eb.fn.coalesce('remind_at', 'outreach_at'), '<=', now)
		.executeTakeFirst();
	return taken.numUpdatedRows > 0n;
}
