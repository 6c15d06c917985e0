import type { CaseDetail } from '../../contracts/api.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Parts } from '../parts.ts';
import { VIEW_COLUMNS, viewOf } from './list-cases.ts';

/** A case with its timeline. Opens nothing sealed: events hold no personal values. */
export async function getCase(
	{ db }: Pick<Parts, 'db'>,
	id: string
): Promise<Result<CaseDetail, 'not-found'>> {
	const row = await db
		.selectFrom('cases')
		.select(VIEW_COLUMNS)
		.where('id', '=', id)
		.executeTakeFirst();
	if (!row) return fail('not-found');
	const events = await db
		.selectFrom('case_events')
		.select(['seq', 'type', 'at', 'actor', 'data'])
		.where('case_id', '=', id)
		.orderBy('seq')
		.execute();
	const timeline = events.map(({ seq, type, at, actor, data }) => ({
		number: seq,
		type,
		at: at.toISOString(),
		actor,
		data: data as Record<string, unknown>
	}));
	return ok({ ...viewOf(row), timeline });
}
