import pg from 'pg';
import { MARKS } from '../../src/lib/domain/telemetry/reached.ts';

/*
 * Fills a database with cases that are over and cases that wait, as they are after most of a year:
 * twenty rows and eight kilobytes a case. The rows are plausible in size, in spread and in what
 * their indexes see; nothing in them can be opened.
 */

/** Ids of version 7 grow with time: their indexes grow at the end. `kind` tells them apart. */
const id = (kind: number) =>
	`(lpad(to_hex(1760000000000 + n * 1000), 12, '0') || '7' || lpad(to_hex(${kind}), 3, '0') || '8'
		|| left(md5(n::text), 15))::uuid`;
/** As long as a keyed hash, and as scattered. */
const hash = (kind: string, of = 'n') => `left(md5('${kind}' || ${of}) || md5(${of}::text), 43)`;
const sealed = (bytes: number) => `left(repeat(md5(n::text), ${Math.ceil(bytes / 32)}), ${bytes})`;

const { sent: SENT, visited, verified, submitted, booked } = MARKS;
const VISITED = SENT | visited;
const RESOLVED = VISITED | verified | submitted | booked;

/** What every table needs of a case, made once, under one key that a start can open. Seven of ten are resolved, two wait, one was left. */
const made = (cases: number, key: string) => `create temporary table made as
	select n, at, '${key}' as key, n % 10 > 2 as done, n % 10 in (1, 2) as open, ${id(1)} as case_id, ${id(2)} as message,
		${id(3)} as submission, ${id(4)} as writeback, ${hash('customer', '(n / 2)')} as customer,
		${hash('destination', '(n / 2)')} as destination, ${hash('link')} as link,
		left(${hash('visit')}, 21) as visit,
		case n % 10 when 0 then 'expired' when 1 then 'waiting' when 2 then 'visited'
			else 'resolved' end as stage,
		(array['failed-payment', 'collections-plan', 'address-update'])[n % 3 + 1] as workflow
	from (select n, now() - (${cases} - n) * (interval '300 days' / ${cases}) as at
		from generate_series(1::bigint, ${cases}) n) as numbered`;

const STEPS = [
	`insert into cases (id, workflow, version, stage, state, seq, reached, customer_hash, duplicate_hash,
		language, key, sealed, facts_at, opened_at, updated_at, expires_at, ended_at)
	select case_id, workflow, 1, stage,
		jsonb_build_object('stage', stage, 'assurance', 'code', 'missing', '[]'::jsonb, 'withheld',
			'[]'::jsonb, 'exceptions', '[]'::jsonb, 'failures', '{"code": 0, "known-facts": 0}'::jsonb),
		9, case stage when 'resolved' then ${RESOLVED} when 'visited' then ${VISITED} else ${SENT} end,
		customer, ${hash('duplicate')}, 'en', key, ${sealed(620)}, at, at, at,
		case when open then now() else at end + interval '3 days',
		case when not open then at + interval '1 hour' end from made`,
	`insert into case_events (case_id, seq, type, at, actor, data, hash)
	select case_id, seq, (array['case-opened', 'link-issued', 'message-queued', 'message-accepted',
		'visit-started', 'challenge-passed', 'submission-received', 'submission-booked',
		'case-resolved'])[seq], at, 'system',
		'{"message": "019a3c51-0000-7000-8000-000000000000", "channel": "sms", "mask": "••• 001"}',
		sha256(convert_to(n || ' ' || seq, 'UTF8'))
	from made, generate_series(1, 9) seq`,
	`insert into links (hash, case_id, created_at, expires_at)
	select link, case_id, at, at + interval '400 days' from made`,
	...['1', '2'].map(
		(part) => `insert into messages (id, case_id, class, channel, template, mask, destination_hash,
		sealed, state, attempts, next_at, provider, provider_id, created_at, accepted_at)
	select overlay(message::text placing '${part}' from 20)::uuid, case_id,
		(array['outreach', 'code'])[${part}], 'sms', 'invitation', '••• 001', destination, ${sealed(520)},
		'accepted', 1, at, 'phone', message::text, at, at from made`
	),
	`insert into visits (id, secret_hash, case_id, link_hash, assurance, created_at, seen_at, ended_at)
	select visit || part, link, case_id, link, (array['link', 'code'])[part], at, at,
		case part when 1 then at end
	from made, generate_series(1, 2) part`,
	`insert into challenges (id, visit_id, case_id, customer_hash, channel, mask, destination_hash,
		secret, compared, most, created_at, expires_at, used_at)
	select ${id(5)}, visit || 1, case_id, customer, 'sms', '••• 001', destination, ${sealed(140)}, 1, 5,
		at, at, at from made`,
	`insert into factors (customer_hash, factor) select customer, 'code' from made where n % 2 = 0`,
	`insert into drafts (id, case_id, action, sealed, created_at)
	select ${id(6)}, case_id, 'pay-now', ${sealed(120)}, at from made`,
	`insert into submissions (id, case_id, action, key, body_hash, assurance, state, sealed,
		created_at, ended_at)
	select submission, case_id, 'pay-now', ${id(6)}::text, link, 'code', 'booked', ${sealed(700)}, at, at
	from made where done`,
	`insert into writebacks (id, submission_id, case_id, workflow, connection, operation, repeat,
		reference, state, attempt, next_at, first_sent_at, last_sent_at, record_reference, created_at,
		updated_at)
	select writeback, submission, case_id, workflow, 'demo-core', 'pay', 'native-key',
		'TD-' || upper(left(md5('reference' || n), 12)) || n, 'applied', 1, null, at, at, 'PAY-' || n, at, at
	from made where done`,
	`insert into writeback_attempts (writeback_id, number, kind, started_at, ended_at, outcome)
	select writeback, 1, 'send', at, at, 'applied' from made where done`
];

/**
 * Puts that many cases with all that belongs to them into the tables of an empty database.
 * @param key a wrapped key of that database: a start checks that it can open what is stored
 */
export async function fill(url: string, cases: number, key: string): Promise<void> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	try {
		// Foreign keys and append-only triggers are not what is filled for; they hold by construction.
		await client.query('set session_replication_role = replica');
		for (const statement of [made(cases, key), ...STEPS]) await client.query(statement);
		await client.query('vacuum (analyze)');
	} finally {
		await client.end();
	}
}
