import type { CaseDetail, GetCase } from '../../contracts/api.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Parts } from '../parts.ts';
import { viewOf, viewRows } from './list-cases.ts';

/**
 * A case with a page of its timeline, the oldest first. Opens nothing sealed: events hold no
 * personal values. Numbers only rise, so a page goes on after the last one, whatever happens meanwhile.
 */
export async function getCase(
	{ db }: Pick<Parts, 'db'>,
	id: string,
	{ limit, cursor = 0 }: GetCase
): Promise<Result<CaseDetail, 'not-found'>> {
	const row = await viewRows(db).where('id', '=', id).executeTakeFirst();
	if (!row) return fail('not-found');
	const events = await db
		.selectFrom('case_events')
		.select(['seq', 'type', 'at', 'actor', 'data'])
		.where('case_id', '=', id)
		.where('seq', '>', cursor)
		.orderBy('seq')
		.limit(limit + 1)
		.execute();
	const timeline = events.slice(0, limit).map(({ seq, type, at, actor, data }) => ({
		number: seq,
		type,
		at: at.toISOString(),
		actor,
		data: data as Record<string, unknown>
	}));
	const next = events.length > limit ? (timeline.at(-1)?.number ?? null) : null;
	return ok({ ...viewOf(row), timeline, next });
}
