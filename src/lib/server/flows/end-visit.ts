import type { Visit } from '../../domain/identity/proofs.ts';
import { changeCase } from '../db/cases.ts';
import type { Parts } from '../parts.ts';

/** "End this visit": the cookie is worth nothing from now on, on every node. */
export async function endVisit(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	visit: Visit
): Promise<void> {
	await changeCase(
		parts,
		visit.caseId,
		{ actor: 'customer', flow: 'end-visit' },
		async (change) => {
			const ended = await change.trx
				.updateTable('visits')
				.set({ ended_at: change.now })
				.where('id', '=', visit.id)
				.where('ended_at', 'is', null)
				.executeTakeFirst();
			if (ended.numUpdatedRows) change.must({ do: 'end-visit', why: 'finished' });
		}
	);
}
