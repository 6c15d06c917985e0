import { sql } from 'kysely';
import type { Db } from '../../src/lib/server/db/connect.ts';

/** Published documents are no personal data, and hold words that may look like it. */
const PUBLISHED = new Set(['workflows']);

/** Whole rows as text, of every table there is, those of the jobs included: nothing personal. */
export async function plainViolations(db: Db, personal: string): Promise<Record<string, string[]>> {
	const { rows: tables } = await sql<{ schema: string; name: string }>`
		select n.nspname as schema, c.relname as name from pg_class c
		join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p') and not c.relispartition
			and n.nspname in ('public', 'pgboss')`.execute(db);
	const found: string[] = [];
	for (const { schema, name } of tables.filter((one) => !PUBLISHED.has(one.name))) {
		const table = sql.table(`${schema}.${name}`);
		const { rows } = await sql<{ seen: string }>`
			select substring(t::text from ${personal}) as seen from ${table} t
			where t::text ~ ${personal} limit 1`.execute(db);
		for (const { seen } of rows) found.push(`${schema}.${name} holds ${seen}`);
	}
	return { 'nothing personal is stored in the clear': found };
}
