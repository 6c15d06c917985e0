import { fail, ok, type Result } from '../../domain/result.ts';
import { latestVersion } from '../db/workflow-changes.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { readWorkflow } from '../workflows/read-yaml.ts';
import { type Side, sourceOf } from './compare-versions.ts';

export interface LookedAt {
	/** What is looked at: a version, the draft, a proposal. */
	workflow: Workflow;
	published: Workflow;
}

/** What is looked at, ready to evaluate, beside what is published; a draft has no version yet: 0. */
export async function versionToLookAt(
	{ db }: Pick<Parts, 'db'>,
	key: string,
	side: Side
): Promise<Result<LookedAt, 'not-found' | 'not-published' | 'bad-workflow'>> {
	const latest = await latestVersion(db, key);
	if (!latest) return fail('not-published');
	const published = await loadWorkflow(db, key, latest.version);
	const source = await sourceOf(db, key, side);
	if (source === null) return fail('not-found');
	const read = readWorkflow(source);
	if (!read.ok) return fail('bad-workflow');
	const version = /^\d+$/.test(side) ? Number(side) : 0;
	const { document, compiled } = read.value;
	return ok({ workflow: { key, version, document, compiled }, published });
}
