import type { AlertEntry } from '../../contracts/console.ts';
import type { Parts } from '../parts.ts';

const MOST = 200;

/** What operations must hear of, the latest first: the same about the same subject is one that counts. */
export async function listAlerts({ db }: Pick<Parts, 'db'>): Promise<AlertEntry[]> {
	const rows = await db
		.selectFrom('alerts')
		.selectAll()
		.orderBy('last_at', 'desc')
		.orderBy('kind')
		.orderBy('subject')
		.limit(MOST)
		.execute();
	return rows.map(({ kind, subject, count, first_at, last_at }) => ({
		kind,
		subject,
		count,
		firstAt: first_at.toISOString(),
		lastAt: last_at.toISOString()
	}));
}
