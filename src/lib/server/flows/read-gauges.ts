import { sql } from 'kysely';
import type { Parts } from '../parts.ts';

const QUERIES = {
	tapdone_cases: {
		help: 'Cases by workflow and stage.',
		query: sql`select workflow, stage, count(*)::int as value from cases group by 1, 2`
	},
	tapdone_writebacks: {
		help: 'Writebacks by workflow and state.',
		query: sql`select workflow, state, count(*)::int as value from writebacks group by 1, 2`
	},
	tapdone_exceptions_open: {
		help: 'Open exceptions by class and type.',
		query: sql`select class, type, count(*)::int as value from exceptions
			where state = 'open' group by 1, 2`
	},
	tapdone_alerts: {
		help: 'Alerts by kind, as often as they were raised.',
		query: sql`select kind, sum(count)::int as value from alerts group by 1`
	}
};

/** The figures of this moment that the database knows, the same on every node, in Prometheus text. */
export async function readGauges({
	db,
	jobs,
	log
}: Pick<Parts, 'db' | 'jobs' | 'log'>): Promise<string> {
	const blocks = [];
	for (const [name, { help, query }] of Object.entries(QUERIES)) {
		// One figure that takes too long must not cost the others.
		const rows = await query.execute(db).then(
			(answer) => answer.rows as Record<string, string | number>[],
			(error: unknown) => {
				log.warn({ error, gauge: name }, 'metrics: a figure could not be read');
				return [];
			}
		);
		blocks.push(gauge(name, help, rows));
	}
	const depth = await jobs.depth().catch((error: unknown) => {
		log.warn({ error, gauge: 'tapdone_jobs' }, 'metrics: a figure could not be read');
		return [];
	});
	const waiting = depth.map((one) => ({ queue: one.queue, value: one.waiting }));
	const oldest = depth.map((one) => ({ queue: one.queue, value: one.oldestSeconds }));
	blocks.push(
		gauge('tapdone_jobs_waiting', 'Jobs that could run now, by queue.', waiting),
		gauge('tapdone_jobs_oldest_seconds', 'Age of the oldest of them, by queue.', oldest)
	);
	return blocks.join('');
}

function gauge(name: string, help: string, rows: Record<string, string | number>[]): string {
	const lines = rows.map(({ value, ...labels }) => {
		const said = Object.entries(labels).map(
			([label, text]) => `${label}="${String(text).replace(/["\\\n]/g, '\\$&')}"`
		);
		return `${name}{${said.join(',')}} ${value}`;
	});
	return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ''].join('\n');
}
