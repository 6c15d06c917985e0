import type { EndProposal } from '../../contracts/workflow-changes.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { actorOf, type Principal } from '../../domain/staff/permissions.ts';
import { recordAct } from '../db/audit.ts';
import { permits } from '../db/permits.ts';
import { decideProposal, lockWorkflow, proposalOf } from '../db/workflow-changes.ts';
import type { Parts } from '../parts.ts';

const ACTS = {
	rejected: { act: 'reject-change', permission: 'workflow.approve' },
	withdrawn: { act: 'withdraw-change', permission: 'workflow.edit' }
} as const;

/**
 * Ends a proposal without publishing it, with the reason: an approver rejects it, whoever may propose
 * withdraws it. The draft it came from stays.
 */
export async function endProposal(
	{ db }: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	state: keyof typeof ACTS,
	{ id, reason }: EndProposal
): Promise<Result<{ key: string }, 'not-found' | 'forbidden' | 'decided'>> {
	const seen = await proposalOf(db, id);
	if (!seen) return fail('not-found');
	const { key } = seen;
	const { act, permission } = ACTS[state];
	return db.transaction().execute(async (trx) => {
		if (!(await permits(trx, principal, permission))) return fail('forbidden');
		await lockWorkflow(trx, key);
		if ((await proposalOf(trx, id))?.state !== 'open') return fail('decided');
		const by = actorOf(principal);
		await decideProposal(trx, id, { state, by, decision: reason });
		await recordAct(trx, {
			actor: by,
			act,
			object: `workflow:${key}`,
			result: 'done',
			reason,
			data: { proposal: id, hash: seen.hash }
		});
		return ok({ key });
	});
}
