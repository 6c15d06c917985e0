import type { Visit } from '../../domain/identity/proofs.ts';
import { changeCase } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { endLink, endMessages } from './end-outreach.ts';
import { leavePath } from './leave-path.ts';

/**
 * "This is not me": whoever holds the phone is not the customer. The link and every visit on it end
 * at once and a person gets the case; nothing more is sent to this phone for it.
 */
export async function reportNotMe(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	visit: Visit
): Promise<void> {
	const workflow = await loadWorkflow(parts.db, visit.workflow.key, visit.workflow.version);
	await changeCase(
		parts,
		visit.caseId,
		{ actor: 'customer', flow: 'report-not-me' },
		async (change) => {
			const { trx, row, now } = change;
			await endLink(change);
			await endMessages(change, 'not-me');
			await trx
				.updateTable('visits')
				.set({ ended_at: now })
				.where('case_id', '=', row.id)
				.where('ended_at', 'is', null)
				.execute();
			// A reminder would bring a new link to the same phone.
			await trx
				.updateTable('cases')
				.set({ remind_at: null, outreach_at: null, outreach_why: 'not-me' })
				.where('id', '=', row.id)
				.execute();
			change.must({ do: 'end-visit', why: 'not-me' });
			if (!change.state.ended)
				leavePath(workflow, change, { breakpoint: 'identity', reason: 'not-me' });
		}
	);
}
