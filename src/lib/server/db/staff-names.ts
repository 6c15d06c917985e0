import { isUuid } from '../../contracts/uuid.ts';
import type { Db } from './connect.ts';

/** The names of those who did something, by actor; somebody of no account stays as written. */
export async function staffNames(
	db: Db,
	actors: readonly (string | null)[]
): Promise<(actor: string) => string> {
	const idOf = (actor: string) => actor.replace(/^staff:/, '');
	const ids = [...new Set(actors.flatMap((actor) => (actor ? [idOf(actor)] : [])))].filter(isUuid);
	const rows = ids.length
		? await db.selectFrom('staff').select(['id', 'name']).where('id', 'in', ids).execute()
		: [];
	const names = new Map(rows.map(({ id, name }) => [id, name]));
	return (actor) => names.get(idOf(actor)) ?? idOf(actor);
}
