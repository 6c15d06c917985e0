import { sql } from 'kysely';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Parts } from '../parts.ts';
import { type PlacedProblem, type ReadWorkflow, readWorkflow } from '../workflows/read-yaml.ts';

export interface Published {
	key: string;
	version: number;
	/** False when the latest version has this very content. */
	isNew: boolean;
}

/**
 * Publishes a workflow document as the next version of its key. Cases that are open keep theirs.
 *
 * - `bad-workflow`: every problem with line, field and cure.
 * - `older-version`: an older version has this content, and versions never come back; `version`.
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
		// One publication of a key at a time: the next number is read, then taken.
		await sql`select pg_advisory_xact_lock(hashtext(${`publish:${key}`}))`.execute(trx);
		const versions = await trx
			.selectFrom('workflows')
			.select(['version', 'hash'])
			.where('key', '=', key)
			.orderBy('version', 'desc')
			.execute();
		const latest = versions[0]?.version ?? 0;
		const same = versions.find((one) => one.hash === hash);
		if (same && same.version !== latest)
			return fail('older-version', { key, version: same.version });
		if (same) return ok({ key, version: latest, isNew: false });
		await trx
			.insertInto('workflows')
			.values(rowOf(read.value, latest + 1, source, by))
			.execute();
		return ok({ key, version: latest + 1, isNew: true });
	});
}

const rowOf = ({ document, hash }: ReadWorkflow, version: number, source: string, by: string) => ({
	key: document.workflow,
	version,
	document: JSON.stringify(document),
	source,
	hash,
	published_by: by
});
