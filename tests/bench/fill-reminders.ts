import pg from 'pg';

/*
 * Reminders that wait as they do on a morning after a large campaign: of ten, four are due as
 * messages with their jobs, two as steps that the sweeper wakes, and of each of the two kinds two
 * are held until later. All of them hang on copies of a real case, so that they can really be sent.
 */

const FROM = 7_000_000;

const id = (kind: number) =>
	`(lpad(to_hex(1760000000000 + n * 1000), 12, '0') || '7' || lpad(to_hex(${kind}), 3, '0') || '8'
		|| left(md5(n::text), 15))::uuid`;
const hash = (kind: string) => `left(md5('${kind}' || n) || md5(n::text), 43)`;

const steps = (model: string, count: number) => [
	`create temporary table reminded as
	select n, ${id(1)} as case_id, ${id(2)} as message, n % 10 in (0, 1, 2, 3, 4, 5) as queued,
		n % 10 in (4, 5, 6, 7) as held
	from generate_series(${FROM + 1}::bigint, ${FROM + count}) n`,
	'analyze reminded',
	`insert into cases (id, workflow, version, stage, state, seq, reached, customer_hash, duplicate_hash,
		language, key, sealed, facts_at, expires_at, outreach_step, outreach_at)
	select r.case_id, c.workflow, c.version, c.stage, c.state, c.seq, c.reached, ${hash('reminded')},
		${hash('reminds')}, c.language, c.key, c.sealed, c.facts_at, now() + interval '30 days',
		coalesce(c.outreach_step, m.step),
		case when not queued then now() + case when held then interval '12 hours' else interval '0' end end
	from reminded r join cases c on c.id = '${model}'
		join lateral (select step from messages where case_id = c.id limit 1) m on true`,
	`insert into case_events (case_id, seq, type, at, actor, data, hash)
	select r.case_id, e.seq, e.type, e.at, e.actor, e.data, e.hash
	from reminded r join case_events e on e.case_id = '${model}'`,
	`insert into links (hash, case_id, created_at, expires_at)
	select ${hash('link')}, case_id, now() - interval '1 day', now() + interval '30 days' from reminded`,
	`insert into messages (id, case_id, class, channel, template, step, mask, destination_hash, sealed,
		state, next_at)
	select r.message, r.case_id, m.class, m.channel, m.template, m.step, m.mask, ${hash('to')}, m.sealed,
		'queued', now() + case when held then interval '12 hours' else interval '0' end
	from reminded r join messages m on m.case_id = '${model}' and m.class = 'outreach' where r.queued`,
	`insert into pgboss.job select (jsonb_populate_record(null::pgboss.job, to_jsonb(j)
			|| jsonb_build_object('id', gen_random_uuid(), 'data', jsonb_build_object('v', 1, 'message', r.message), 'state', 'created', 'priority', 0,
			'start_after', m.next_at, 'created_on', m.created_at, 'started_on', null,
			'completed_on', null, 'heartbeat_on', null, 'output', null, 'retry_count', 0))).*
	from (select * from pgboss.job where name = 'send-message' limit 1) j, reminded r
		join messages m on m.id = r.message`
];

/** @param model a real case whose invitation went out */
export async function fillReminders(url: string, model: string, count: number): Promise<void> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	try {
		// As in fill.ts: keys and chains hold by construction.
		await client.query('set session_replication_role = replica');
		for (const statement of steps(model, count)) await client.query(statement);
		await client.query('vacuum (analyze)');
	} finally {
		await client.end();
	}
}

/** Reminders that have not gone out yet, whether they may or not. */
export async function waitingReminders(url: string): Promise<number> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	try {
		const { rows } = await client.query<{ n: number }>(
			`select (select count(*) from messages where state = 'queued' and class = 'outreach')::int
				+ (select count(*) from cases where ended_at is null and outreach_at is not null)::int as n`
		);
		return rows[0]?.n ?? 0;
	} finally {
		await client.end();
	}
}
