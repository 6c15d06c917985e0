import type { AuditView } from '../../contracts/console.ts';
import { staffNames } from '../db/staff-names.ts';
import type { Parts } from '../parts.ts';

const MOST = 100;

export interface AuditQuery {
	/** What it was done to, such as `workflow:…`. */
	object?: string | undefined;
	/** The last id of the page before. */
	before?: string | undefined;
}

/** The record of privileged acts, the latest first, 100 at a time. */
export async function listAudit(
	{ db }: Pick<Parts, 'db'>,
	{ object, before }: AuditQuery = {}
): Promise<{ entries: AuditView[]; next: string | null }> {
	let query = db.selectFrom('audit_entries').selectAll();
	if (object) query = query.where('object', '=', object);
	if (before && /^\d{1,18}$/.test(before)) query = query.where('id', '<', before);
	const rows = await query
		.orderBy('id', 'desc')
		.limit(MOST + 1)
		.execute();
	const page = rows.slice(0, MOST);
	const nameOf = await staffNames(
		db,
		page.map(({ actor }) => actor)
	);
	const entries = page.map(({ id, at, actor, act, object, result, reason, data }) => ({
		id: String(id),
		at: at.toISOString(),
		actor: nameOf(actor),
		act,
		object,
		result,
		reason,
		data: JSON.stringify(data)
	}));
	return { entries, next: rows.length > MOST ? (entries.at(-1)?.id ?? null) : null };
}
