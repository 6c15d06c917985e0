import type pg from 'pg';
import type { Recorded } from './recorder.ts';
import type { Translate } from './replay.ts';

interface Plan {
	'Node Type': string;
	'Relation Name'?: string;
	Plans?: Plan[];
}

/** Tables of fewer rows are read from end to end because that is the fastest way. */
const LARGE = 5000;

/**
 * Those of the statements that PostgreSQL would answer by reading a large table from end to end,
 * with that table. They are planned and not run.
 */
export async function scans(
	pool: pg.Pool,
	statements: Recorded[],
	translate: Translate
): Promise<string[]> {
	const large = await largeTables(pool);
	const found = new Set<string>();
	for (const { text, values } of statements) {
		if (/^(begin|commit|rollback|start|set)\b/i.test(text)) continue;
		const { rows } = await pool.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
			`explain (format json) ${text}`,
			values.map(translate)
		);
		for (const table of scanned(rows[0]?.['QUERY PLAN'][0]?.Plan))
			if (large.has(table)) found.add(`${table}: ${text.replaceAll(/\s+/g, ' ')}`);
	}
	return [...found];
}

async function largeTables(pool: pg.Pool): Promise<Set<string>> {
	const { rows } = await pool.query<{ relname: string }>(
		'select relname from pg_class where reltuples >= $1',
		[LARGE]
	);
	return new Set(rows.map(({ relname }) => relname));
}

function scanned(plan: Plan | undefined): string[] {
	if (!plan) return [];
	const own = plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? ''] : [];
	return [...own, ...(plan.Plans ?? []).flatMap(scanned)];
}
