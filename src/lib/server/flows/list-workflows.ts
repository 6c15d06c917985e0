import { sql } from 'kysely';
import type { WorkflowList } from '../../contracts/api.ts';
import type { Parts } from '../parts.ts';

/** The latest published version of each workflow, by key. */
export async function listWorkflows({ db }: Pick<Parts, 'db'>): Promise<WorkflowList> {
	const rows = await db
		.selectFrom('workflows')
		.distinctOn('key')
		.select(['key', 'version', 'published_at'])
		.select(sql<string>`document->>'title'`.as('title'))
		.orderBy('key')
		.orderBy('version', 'desc')
		.execute();
	return {
		workflows: rows.map(({ key, version, title, published_at }) => ({
			key,
			version,
			title,
			publishedAt: published_at.toISOString()
		}))
	};
}
