import { v7 as uuid } from 'uuid';
import type { ProposeChange } from '../../contracts/workflow-changes.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { actorOf, type Principal } from '../../domain/staff/permissions.ts';
import { recordAct } from '../db/audit.ts';
import { permits } from '../db/permits.ts';
import { draftOf, latestVersion, lockWorkflow, openProposal } from '../db/workflow-changes.ts';
import type { Parts } from '../parts.ts';
import { type PlacedProblem, readWorkflow } from '../workflows/read-yaml.ts';

export type ProposeRefusal =
	| 'forbidden'
	| 'no-draft'
	| 'changed-meanwhile'
	| 'bad-workflow'
	| 'other-workflow'
	| 'overtaken'
	| 'nothing-changed'
	| 'already-proposed';

/**
 * Puts a draft before a second person: its content is frozen, with its hash and the reason.
 *
 * - `changed-meanwhile`: somebody saved the draft since `revision`.
 * - `bad-workflow`: a draft may have mistakes, a proposal none; every problem with line and cure.
 * - `other-workflow`: the document names another workflow than the draft's.
 * - `overtaken`: a version came since `against`, which the proposer compared it with.
 */
export async function proposeChange(
	{ db }: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	{ key, revision, against, reason }: ProposeChange
): Promise<Result<{ id: string; hash: string }, ProposeRefusal, PlacedProblem[]>> {
	const draft = await draftOf(db, key);
	if (!draft) return fail('no-draft');
	if (draft.revision !== revision) return fail('changed-meanwhile');
	const read = readWorkflow(draft.source);
	if (!read.ok) return read;
	const { document, hash } = read.value;
	if (document.workflow !== key) return fail('other-workflow');
	return db.transaction().execute(async (trx) => {
		if (!(await permits(trx, principal, 'workflow.edit'))) return fail('forbidden');
		await lockWorkflow(trx, key);
		// A revision never comes back: the same number is the same text.
		if ((await draftOf(trx, key))?.revision !== revision) return fail('changed-meanwhile');
		const latest = await latestVersion(trx, key);
		if ((latest?.version ?? null) !== against) return fail('overtaken');
		if (latest?.hash === hash) return fail('nothing-changed');
		if (await openProposal(trx, key)) return fail('already-proposed');
		const id = uuid();
		const by = actorOf(principal);
		const { source } = draft;
		const editors = JSON.stringify(draft.editors);
		const asked = { reason, proposed_by: by, state: 'open' as const };
		await trx
			.insertInto('workflow_proposals')
			.values({ id, key, source, hash, against, editors, ...asked })
			.execute();
		const object = `workflow:${key}` as const;
		const data = { proposal: id, hash, against };
		await recordAct(trx, {
			actor: by,
			act: 'propose-change',
			object,
			result: 'done',
			reason,
			data
		});
		return ok({ id, hash });
	});
}
