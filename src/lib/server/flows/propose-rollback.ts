import { v7 as uuid } from 'uuid';
import type { ProposeRollback } from '../../contracts/workflow-changes.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { actorOf, type Principal } from '../../domain/staff/permissions.ts';
import { recordAct } from '../db/audit.ts';
import { permits } from '../db/permits.ts';
import { latestVersion, lockWorkflow, openProposal } from '../db/workflow-changes.ts';
import type { Parts } from '../parts.ts';
import { type PlacedProblem, readWorkflow } from '../workflows/read-yaml.ts';
import type { ProposeRefusal } from './propose-change.ts';

/**
 * Puts the content of an older version before a second person: approved, it is a new version. A draft
 * that somebody works on stays as it is.
 *
 * - `bad-workflow`: what was right then breaks a rule of today; every problem with line and cure.
 */
export async function proposeRollback(
	{ db }: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	{ key, version, reason }: ProposeRollback
): Promise<
	Result<
		{ id: string; hash: string },
		| 'not-found'
		| Extract<
				ProposeRefusal,
				'forbidden' | 'bad-workflow' | 'nothing-changed' | 'already-proposed'
		  >,
		PlacedProblem[]
	>
> {
	const older = await db
		.selectFrom('workflows')
		.select('source')
		.where('key', '=', key)
		.where('version', '=', version)
		.executeTakeFirst();
	if (!older) return fail('not-found');
	const { source } = older;
	const read = readWorkflow(source);
	if (!read.ok) return read;
	const { hash } = read.value;
	return db.transaction().execute(async (trx) => {
		if (!(await permits(trx, principal, 'workflow.edit'))) return fail('forbidden');
		await lockWorkflow(trx, key);
		const latest = await latestVersion(trx, key);
		if (latest?.hash === hash) return fail('nothing-changed');
		if (await openProposal(trx, key)) return fail('already-proposed');
		const id = uuid();
		const by = actorOf(principal);
		const against = latest?.version ?? null;
		const asked = { reason, proposed_by: by, state: 'open' as const, editors: '[]' };
		await trx
			.insertInto('workflow_proposals')
			.values({ id, key, source, hash, against, restores: version, ...asked })
			.execute();
		await recordAct(trx, {
			actor: by,
			act: 'propose-rollback',
			object: `workflow:${key}`,
			result: 'done',
			reason,
			data: { proposal: id, hash, against, restores: version }
		});
		return ok({ id, hash });
	});
}
