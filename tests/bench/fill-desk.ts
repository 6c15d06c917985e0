import pg from 'pg';
import { MARKS } from '../../src/lib/domain/telemetry/reached.ts';

/*
 * Fills the desk of a database that is filled with cases already. What is open hangs on copies of
 * real cases, whole and under their own key, so that their pages can be opened and worked on; what
 * is closed hangs on the cases that were there.
 */

/** Accounts that hold claims. */
const COLLEAGUES = 50;
/** Numbers of these cases begin behind all others. */
const FROM = 5_000_000;

const id = (kind: number) =>
	`(lpad(to_hex(1760000000000 + n * 1000), 12, '0') || '7' || lpad(to_hex(${kind}), 3, '0') || '8'
		|| left(md5(n::text), 15))::uuid`;
const hash = (kind: string) => `left(md5('${kind}' || n) || md5(n::text), 43)`;

const BREAKPOINTS = `case when t.value->>'class' = 'policy'
	then (array['eligibility', 'identity', 'reply'])[length(t.key) % 3 + 1]
	else (array['writeback', 'trigger'])[length(t.key) % 2 + 1] end`;

const steps = (models: string[], open: number, key: string) => [
	`create temporary table types as
	select w.key as workflow, t.key as type, t.value->>'class' as class,
		(t.value->>'severity')::int as severity, t.value->>'owner' as owner,
		t.value->>'backup' as backup, ${BREAKPOINTS} as breakpoint,
		row_number() over (order by w.key, t.key) - 1 as number,
		row_number() over (partition by w.key order by t.key) - 1 as of_workflow,
		count(*) over (partition by w.key) as types
	from workflows w, json_each(w.document->'exceptions') t`,
	`insert into staff (id, email, name, key)
	select ${id(6)}, 'colleague-' || n || '@example.org', 'Colleague ' || n, '${key}'
	from generate_series(1::bigint, ${COLLEAGUES}) n`,
	`create temporary table asked as
	select n, ${id(1)} as case_id, ${id(7)} as exception, m.id as model,
		m.state->'exceptions'->0->>'id' as model_exception, t.*, case when t.class = 'system' then md5(t.workflow || t.type)::uuid end as incident,
		due_at, least(due_at, now()) - interval '1 day' as at
	from (select n, now() + make_interval(mins => (n * 7919 % 14400 - 2880)::int) as due_at
			from generate_series(${FROM + 1}::bigint, ${FROM + open}) n) as numbered
		join types t on t.number = n % (select count(*) from types)
		join cases m on m.workflow = t.workflow and m.id in (${models.map((one) => `'${one}'`).join()})`,
	'analyze asked',
	`insert into incidents (id, workflow, type, breakpoint, connection, reason)
	select distinct incident, workflow, type, breakpoint, 'demo-core', 'no-answer' from asked
	where incident is not null`,
	`insert into cases (id, workflow, version, stage, state, seq, reached, customer_hash, duplicate_hash,
		language, key, sealed, facts_at, opened_at, updated_at, expires_at)
	select a.case_id, c.workflow, c.version, c.stage, jsonb_set(c.state, '{exceptions}', jsonb_build_array(
			jsonb_build_object('id', a.exception, 'type', a.type, 'breakpoint', a.breakpoint, 'dueAt',
				to_char(a.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))),
		c.seq, c.reached | case a.class when 'system' then ${MARKS.system} else 0 end,
		${hash('asks')}, ${hash('asked')}, c.language, c.key, c.sealed, c.facts_at, a.at, a.at,
		a.at + interval '30 days'
	from asked a join cases c on c.id = a.model`,
	`insert into case_events (case_id, seq, type, at, actor, data, hash)
	select a.case_id, e.seq, e.type, a.at, e.actor,
		replace(e.data::text, a.model_exception, a.exception::text)::jsonb, e.hash
	from asked a join case_events e on e.case_id = a.model`,
	`insert into links (hash, case_id, created_at, expires_at)
	select ${hash('link')}, case_id, at, at + interval '30 days' from asked`,
	`insert into messages (id, case_id, class, channel, template, mask, destination_hash, sealed, state,
		attempts, next_at, provider, provider_id, created_at, accepted_at)
	select gen_random_uuid(), a.case_id, m.class, m.channel, m.template, m.mask, ${hash('to')}, m.sealed,
		m.state, m.attempts, a.at, m.provider, md5(n::text), a.at, a.at
	from asked a join messages m on m.case_id = a.model`,
	`insert into exceptions (id, case_id, workflow, type, class, breakpoint, reason, severity, owner,
		backup, outcomes, state, due_at, opened_at, incident_id, claimed_by, claimed_at, lease_until,
		waits_for, escalated_at)
	select exception, case_id, workflow, type, class, breakpoint, 'asked-for-a-person', severity, owner,
		backup, '[]', 'open', due_at, at, incident, holder, case when holder is not null then now() end,
		case when holder is not null then now() + interval '1 hour' end,
		case when n % 50 = 1 then 'customer' when n % 200 = 2 and class = 'system' then 'approver' end,
		case when due_at < now() then due_at end
	from asked left join lateral (select id as holder from staff
		where n % 33 = 0 and email = 'colleague-' || n % ${COLLEAGUES} + 1 || '@example.org') s on true`,
	`create temporary table was_asked as
	select c.id as case_id, c.opened_at, t.* from cases c
		join types t on t.workflow = c.workflow and t.of_workflow = hashtext(c.id::text)::bigint % 97 % t.types
	where c.stage = 'resolved' and hashtext(c.id::text) % 9 = 0`,
	`insert into exceptions (id, case_id, workflow, type, class, breakpoint, reason, severity, owner,
		backup, outcomes, state, due_at, opened_at, closed_at, outcome)
	select gen_random_uuid(), case_id, workflow, type, class, breakpoint, 'asked-for-a-person', severity,
		owner, backup, '[]', 'closed', opened_at + interval '10 hours', opened_at,
		opened_at + interval '4 hours', 'completed' from was_asked`,
	`update cases c set reached = c.reached | ${MARKS.person}
		| case w.class when 'system' then ${MARKS.system} else 0 end
	from was_asked w where w.case_id = c.id`
];

/**
 * Opens that many exceptions, of every type of every workflow, and closes one on each ninth case
 * that is resolved.
 * @param models a real case of each workflow, with one open exception
 * @param key a wrapped key of that database: a start checks that it can open what is stored
 */
export async function fillDesk(
	url: string,
	models: string[],
	open: number,
	key: string
): Promise<void> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	try {
		// As in fill.ts: keys and chains hold by construction.
		await client.query('set session_replication_role = replica');
		for (const statement of steps(models, open, key)) await client.query(statement);
		await client.query('vacuum (analyze)');
	} finally {
		await client.end();
	}
}
