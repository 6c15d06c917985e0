import { sql } from 'kysely';
import type { SaveDraft } from '../../contracts/workflow-changes.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { actorOf, type Principal } from '../../domain/staff/permissions.ts';
import {
	decideProposal,
	draftOf,
	type DraftRow,
	latestVersion,
	lockWorkflow,
	openProposal
} from '../db/workflow-changes.ts';
import { permits } from '../db/permits.ts';
import type { Parts } from '../parts.ts';

/**
 * Saves a draft, with mistakes or without. What waits for approval and came from it is void from now
 * on: nobody approves what its author has left behind (case F8).
 *
 * - `changed-meanwhile`: somebody saved since `revision`; the detail is the draft as it is now, and
 *   nothing was stored.
 * @returns the draft's revision, to save on
 */
export async function saveWorkflowDraft(
	{ db }: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	{ key, revision, source }: SaveDraft
): Promise<Result<{ revision: number }, 'forbidden' | 'changed-meanwhile', DraftRow>> {
	return db.transaction().execute(async (trx) => {
		if (!(await permits(trx, principal, 'workflow.edit'))) return fail('forbidden');
		await lockWorkflow(trx, key);
		const draft = await draftOf(trx, key);
		if ((draft?.revision ?? 0) !== revision) return fail('changed-meanwhile', draft);
		if (draft?.source === source) return ok({ revision });
		const by = actorOf(principal);
		const next = revision + 1;
		const latest = await latestVersion(trx, key);
		const editors = [...new Set([...(draft?.editors ?? []), by])];
		const saved = { source, revision: next, editors: JSON.stringify(editors), edited_by: by };
		await trx
			.insertInto('workflow_drafts')
			.values({ key, based_on: latest?.version ?? null, ...saved })
			.onConflict((conflict) =>
				conflict.column('key').doUpdateSet({ ...saved, edited_at: sql<Date>`now()` })
			)
			.execute();
		const open = await openProposal(trx, key);
		if (open && open.restores === null)
			await decideProposal(trx, open.id, { state: 'void', by, decision: 'draft-changed' });
		return ok({ revision: next });
	});
}
