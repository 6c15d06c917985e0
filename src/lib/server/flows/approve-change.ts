import { sql } from 'kysely';
import type { ApproveChange } from '../../contracts/workflow-changes.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { actorOf, type Principal } from '../../domain/staff/permissions.ts';
import { recordAct } from '../db/audit.ts';
import type { Trx } from '../db/cases.ts';
import { permits } from '../db/permits.ts';
import {
	decideProposal,
	latestVersion,
	lockWorkflow,
	proposalOf,
	type ProposalRow
} from '../db/workflow-changes.ts';
import type { Parts } from '../parts.ts';
import { readWorkflow } from '../workflows/read-yaml.ts';
import { publishIn } from './publish-workflow.ts';

/**
 * - `decided`: approved, rejected, withdrawn, or void because its draft was saved since.
 * - `changed-meanwhile`: the content seen has another hash than the proposal's.
 * - `own-change`: who wrote or proposed any of it does not approve it (case F7).
 * - `overtaken`: another version came since it was compared; the proposal is void.
 */
export type ApproveRefusal =
	| 'not-found'
	| 'forbidden'
	| 'decided'
	| 'changed-meanwhile'
	| 'own-change'
	| 'overtaken'
	| 'bad-workflow';

/**
 * Publishes exactly what somebody else proposed: the approval names the hash of the content that was
 * seen, and the proposal, the version and the record of it change in one transaction (case F8).
 */
export async function approveChange(
	{ db }: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	{ id, hash }: ApproveChange
): Promise<Result<{ key: string; version: number }, ApproveRefusal>> {
	const seen = await proposalOf(db, id);
	if (!seen) return fail('not-found');
	const { key, source } = seen;
	const read = readWorkflow(source);
	if (!read.ok) return fail('bad-workflow');
	return db.transaction().execute(async (trx) => {
		const actor = actorOf(principal);
		const entry = { actor, act: 'approve-change', object: `workflow:${key}` };
		const data = { proposal: id, hash };
		const refuse = async (reason: ApproveRefusal) => {
			await recordAct(trx, { ...entry, result: reason, data });
			return fail(reason);
		};
		if (!(await permits(trx, principal, 'workflow.approve'))) return refuse('forbidden');
		await lockWorkflow(trx, key);
		const proposal = await proposalOf(trx, id);
		if (proposal?.state !== 'open') return refuse('decided');
		if (proposal.hash !== hash || read.value.hash !== hash) return refuse('changed-meanwhile');
		if (proposal.proposed_by === actor || proposal.editors.includes(actor))
			return refuse('own-change');
		const latest = await latestVersion(trx, key);
		if ((latest?.version ?? null) !== proposal.against) {
			await decideProposal(trx, id, { state: 'void', by: actor, decision: 'overtaken' });
			return refuse('overtaken');
		}
		const { version } = await publishIn(trx, read.value, source, actor);
		await decideProposal(trx, id, { state: 'published', by: actor, version });
		await settleDraft(trx, proposal, version);
		await recordAct(trx, { ...entry, result: 'done', data: { ...data, version } });
		return ok({ key, version });
	});
}

/** The draft begins anew from what it has become; a save that came between would have voided it. */
async function settleDraft(trx: Trx, proposal: ProposalRow, version: number): Promise<void> {
	if (proposal.restores !== null) return;
	await trx
		.updateTable('workflow_drafts')
		.set({ based_on: version, editors: '[]', revision: sql<number>`revision + 1` })
		.where('key', '=', proposal.key)
		.execute();
}
