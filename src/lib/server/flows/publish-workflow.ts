import { fail, ok, type Result } from '../../domain/result.ts';
import type { Trx } from '../db/cases.ts';
import { latestVersion, lockWorkflow } from '../db/workflow-changes.ts';
import type { Parts } from '../parts.ts';
import { type PlacedProblem, type ReadWorkflow, readWorkflow } from '../workflows/read-yaml.ts';

export interface Published {
	key: string;
	version: number;
	/** False when the latest version has this very content. */
	isNew: boolean;
}

/**
 * Publishes a workflow document as the next version of its key, without a second person: for the
 * first installation and for deployments by script. Cases that are open keep theirs.
 *
 * - `bad-workflow`: every problem with line, field and cure.
 * - `older-version`: an older version has this content; `version`. A script that publishes at every
 *   deployment must not undo what was approved since: to go back is a proposal (`propose-rollback`).
 * @param by who publishes it
 */
export async function publishWorkflow(
	{ db }: Pick<Parts, 'db'>,
	source: string,
	by: string
): Promise<
	| Result<Published, 'bad-workflow', PlacedProblem[]>
	| Result<Published, 'older-version', { key: string; version: number }>
> {
	const read = readWorkflow(source);
	if (!read.ok) return read;
	const { document, hash } = read.value;
	const key = document.workflow;
	return db.transaction().execute(async (trx) => {
		await lockWorkflow(trx, key);
		const same = await trx
			.selectFrom('workflows')
			.select('version')
			.where('key', '=', key)
			.where('hash', '=', hash)
			.orderBy('version', 'desc')
			.limit(1)
			.executeTakeFirst();
		const latest = await latestVersion(trx, key);
		if (same && same.version !== latest?.version)
			return fail('older-version', { key, version: same.version });
		return ok(await publishIn(trx, read.value, source, by));
	});
}

/**
 * The one way of publishing: the next number, unless the latest version has this very content. The
 * caller holds the lock of the workflow and knows that it may.
 */
export async function publishIn(
	trx: Trx,
	{ document, hash }: ReadWorkflow,
	source: string,
	by: string
): Promise<Published> {
	const key = document.workflow;
	const latest = await latestVersion(trx, key);
	if (latest?.hash === hash) return { key, version: latest.version, isNew: false };
	const version = (latest?.version ?? 0) + 1;
	await trx
		.insertInto('workflows')
		.values({ key, version, document: JSON.stringify(document), source, hash, published_by: by })
		.execute();
	return { key, version, isNew: true };
}
