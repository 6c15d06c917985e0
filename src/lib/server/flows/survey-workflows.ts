import { sql } from 'kysely';
import type { VersionEntry, WorkflowEntry } from '../../contracts/console.ts';
import { staffNames } from '../db/staff-names.ts';
import type { Parts } from '../parts.ts';

const MOST = 50;

/** Every workflow that is published or drafted, by key: there are few. */
export async function surveyWorkflows({ db }: Pick<Parts, 'db'>): Promise<WorkflowEntry[]> {
	const { rows } = await sql<Omit<WorkflowEntry, 'publishedAt'> & { published: Date | null }>`
		select coalesce(w.key, d.key) as key, coalesce(w.title, d.key) as title, w.version,
			w.published_at as published, (d.key is not null and d.source is distinct from w.source) as draft,
			p.id as proposal,
			(select count(*)::int from switches s where s.workflow = w.key and s.on_at is null) as off,
			(select count(*)::int from cases c where c.workflow = w.key
				and c.stage in ('held','waiting','visited','verified','submitted','with-person')) as "openCases"
		from (select distinct on (key) key, version, published_at, source, document->>'title' as title
			from workflows order by key, version desc) w
		full join workflow_drafts d on d.key = w.key
		left join workflow_proposals p on p.key = coalesce(w.key, d.key) and p.state = 'open'
		order by 1`.execute(db);
	return rows.map(({ published, ...row }) => ({
		...row,
		publishedAt: published?.toISOString() ?? null
	}));
}

/** The versions of a workflow, the newest first; `before` is the last number of the page before. */
export async function listVersions(
	{ db }: Pick<Parts, 'db'>,
	key: string,
	before?: number
): Promise<{ versions: VersionEntry[]; next: number | null }> {
	const { rows } = await sql<
		Omit<VersionEntry, 'publishedAt' | 'publishedBy'> & { at: Date; by: string }
	>`
		select w.version, w.document->>'title' as title, w.published_at as at, w.published_by as by,
			count(c.id)::int as cases, count(c.id) filter (where c.ended_at is null)::int as "openCases"
		from (select * from workflows where key = ${key} and version < ${before ?? 2_147_483_647}
			order by version desc limit ${MOST + 1}) w
		left join cases c on c.workflow = w.key and c.version = w.version
		group by 1, 2, 3, 4 order by 1 desc`.execute(db);
	const page = rows.slice(0, MOST);
	const nameOf = await staffNames(
		db,
		page.map(({ by }) => by)
	);
	const versions = page.map(({ at, by, ...row }) => ({
		...row,
		publishedAt: at.toISOString(),
		publishedBy: nameOf(by)
	}));
	return { versions, next: rows.length > MOST ? (page.at(-1)?.version ?? null) : null };
}
