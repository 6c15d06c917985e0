import { type Kysely, sql } from 'kysely';

// The path: workflows, cases with their events, links, visits, challenges, messages, submissions,
// writebacks, exceptions. Sealed columns hold JWE ciphertext; `*_hash` columns hold keyed hashes.
const steps = [
	sql`create table workflows (
		key text not null,
		version integer not null check (version > 0),
		-- json keeps the order of keys, which is the order of the choices that a customer sees
		document json not null,
		source text not null,
		hash text not null,
		published_at timestamptz not null default now(),
		published_by text not null,
		primary key (key, version),
		unique (key, hash)
	)`,
	sql`create function refuse_change() returns trigger language plpgsql as $$
		begin raise exception '% rows never change', tg_table_name using errcode = '42501'; end $$`,
	sql`create trigger workflows_frozen before update or delete on workflows
		for each row execute function refuse_change()`,

	sql`create table cases (
		id uuid primary key,
		workflow text not null,
		version integer not null,
		stage text not null check (stage in ('held','waiting','visited','verified','submitted','with-person','resolved','cancelled','expired')),
		state jsonb not null,
		seq integer not null check (seq > 0),
		customer_hash text not null,
		duplicate_hash text not null,
		language text not null,
		key text not null,
		sealed text not null,
		facts_at timestamptz,
		opened_at timestamptz not null default now(),
		updated_at timestamptz not null default now(),
		expires_at timestamptz not null,
		remind_at timestamptz,
		-- set while the case waits to be put on its way: facts or a contact are looked for
		complete_at timestamptz,
		ended_at timestamptz,
		foreign key (workflow, version) references workflows (key, version),
		check ((ended_at is not null) = (stage in ('resolved','cancelled','expired')))
	)`,
	// One open case a trigger: a duplicate joins it.
	sql`create unique index cases_one_open on cases (duplicate_hash) where ended_at is null`,
	sql`create index cases_by_workflow on cases (workflow, id desc)`,
	sql`create index cases_by_workflow_stage on cases (workflow, stage)`,
	sql`create index cases_by_stage on cases (stage, id desc)`,
	sql`create index cases_by_customer on cases (customer_hash, id desc)`,
	sql`create index cases_to_remind on cases (remind_at) where remind_at is not null`,
	sql`create index cases_to_complete on cases (complete_at) where complete_at is not null`,
	sql`create index cases_to_expire on cases (expires_at) where ended_at is null`,

	sql`create table case_events (
		case_id uuid not null references cases,
		seq integer not null,
		type text not null,
		at timestamptz not null default now(),
		actor text not null,
		data jsonb not null,
		primary key (case_id, seq)
	)`,
	sql`create trigger case_events_append_only before update or delete on case_events
		for each row execute function refuse_change()`,

	sql`create table links (
		hash text primary key,
		case_id uuid not null references cases,
		created_at timestamptz not null default now(),
		expires_at timestamptz not null,
		ended_at timestamptz,
		end_reason text check (end_reason in ('superseded','revoked')),
		check ((ended_at is null) = (end_reason is null))
	)`,
	// One living link a case: a new one must first end the old one.
	sql`create unique index links_one_living on links (case_id) where ended_at is null`,

	sql`create table visits (
		id text primary key,
		secret_hash text not null,
		case_id uuid not null references cases,
		link_hash text not null references links,
		assurance text not null check (assurance in ('link','known-facts','code','code-and-facts')),
		created_at timestamptz not null default now(),
		seen_at timestamptz not null default now(),
		authorised_at timestamptz,
		ended_at timestamptz
	)`,
	sql`create index visits_by_case on visits (case_id)`,
	sql`create index visits_to_purge on visits (created_at)`,

	sql`create table challenges (
		id uuid primary key,
		visit_id text not null references visits on delete cascade,
		case_id uuid not null references cases,
		customer_hash text not null,
		channel text not null,
		mask text not null,
		destination_hash text not null,
		secret text not null,
		compared integer not null default 0,
		most integer not null check (most between 1 and 5),
		created_at timestamptz not null default now(),
		expires_at timestamptz not null,
		used_at timestamptz,
		ended_at timestamptz,
		check (compared <= most)
	)`,
	// One live code a visit: a new one must first end the old one.
	sql`create unique index challenges_one_live on challenges (visit_id) where used_at is null and ended_at is null`,
	sql`create index challenges_by_visit on challenges (visit_id)`,
	sql`create index challenges_by_case on challenges (case_id, created_at)`,
	sql`create index challenges_by_customer on challenges (customer_hash, created_at)`,
	sql`create index challenges_to_purge on challenges (created_at)`,

	sql`create table factors (
		customer_hash text not null,
		factor text not null,
		consecutive integer not null default 0,
		locked_until timestamptz,
		disabled_at timestamptz,
		primary key (customer_hash, factor)
	)`,
	sql`create table counters (
		key text not null,
		bucket timestamptz not null,
		count integer not null,
		ends_at timestamptz not null,
		primary key (key, bucket)
	)`,
	sql`create index counters_to_purge on counters (ends_at)`,
	sql`create table suppressions (
		destination_hash text not null,
		channel text not null,
		reason text not null,
		created_at timestamptz not null default now(),
		primary key (destination_hash, channel)
	)`,

	sql`create table messages (
		id uuid primary key,
		case_id uuid not null references cases,
		class text not null check (class in ('code','outreach','notice')),
		channel text not null,
		template text not null,
		mask text not null,
		destination_hash text not null,
		sealed text not null,
		state text not null check (state in ('queued','sending','unknown','accepted','failed','suppressed','expired')),
		attempts integer not null default 0,
		lease_until timestamptz,
		next_at timestamptz not null default now(),
		expires_at timestamptz,
		provider text,
		provider_id text,
		reason text,
		created_at timestamptz not null default now(),
		accepted_at timestamptz
	)`,
	sql`create index messages_by_case on messages (case_id, created_at)`,
	sql`create index messages_due on messages (next_at) where state in ('queued','sending','unknown')`,
	sql`create index messages_latest on messages (created_at desc, id desc)`,

	sql`create table drafts (
		id uuid primary key,
		case_id uuid not null references cases,
		action text not null,
		sealed text not null,
		created_at timestamptz not null default now()
	)`,
	sql`create index drafts_by_case on drafts (case_id, created_at desc)`,
	sql`create index drafts_to_purge on drafts (created_at)`,

	sql`create table submissions (
		id uuid primary key,
		case_id uuid not null references cases,
		action text not null,
		key text not null,
		body_hash text not null,
		assurance text not null,
		state text not null check (state in ('received','booked','rejected')),
		sealed text not null,
		created_at timestamptz not null default now(),
		ended_at timestamptz,
		unique (case_id, key),
		check ((state = 'received') = (ended_at is null))
	)`,
	// One submission under way a case, however many tabs confirm.
	sql`create unique index submissions_one_open on submissions (case_id) where ended_at is null`,

	sql`create table writebacks (
		id uuid primary key,
		submission_id uuid not null unique references submissions,
		case_id uuid not null references cases,
		workflow text not null,
		connection text not null,
		operation text not null,
		repeat text not null check (repeat in ('native-key','lookup','none')),
		reference text not null unique,
		state text not null check (state in ('pending','sending','unknown','applied','rejected','dead')),
		attempt integer not null default 0,
		failures integer not null default 0,
		lease_until timestamptz,
		next_at timestamptz default now(),
		first_sent_at timestamptz,
		last_sent_at timestamptz,
		record_reference text,
		reason text,
		created_at timestamptz not null default now(),
		updated_at timestamptz not null default now()
	)`,
	sql`create index writebacks_by_case on writebacks (case_id)`,
	sql`create index writebacks_due on writebacks (next_at) where state in ('pending','sending','unknown')`,
	sql`create table writeback_attempts (
		writeback_id uuid not null references writebacks,
		number integer not null,
		kind text not null check (kind in ('send','lookup')),
		started_at timestamptz not null default now(),
		ended_at timestamptz,
		outcome text,
		reason text,
		primary key (writeback_id, number)
	)`,

	sql`create table exceptions (
		id uuid primary key,
		case_id uuid not null references cases,
		workflow text not null,
		type text not null,
		class text not null check (class in ('policy','system')),
		breakpoint text not null,
		reason text not null,
		severity integer not null,
		owner text not null,
		backup text not null,
		outcomes jsonb not null,
		state text not null check (state in ('open','closed')),
		due_at timestamptz not null,
		opened_at timestamptz not null default now(),
		closed_at timestamptz,
		outcome text,
		check ((state = 'closed') = (closed_at is not null and outcome is not null))
	)`,
	sql`create unique index exceptions_one_open on exceptions (case_id, type, breakpoint) where state = 'open'`,
	sql`create index exceptions_queue on exceptions (class, due_at) where state = 'open'`,

	sql`create table connections (
		name text primary key,
		timeouts integer not null default 0,
		recent jsonb not null default '[]',
		opened_at timestamptz,
		probe_at timestamptz
	)`,

	sql`create table api_keys (
		id uuid primary key,
		name text not null,
		hash text not null unique,
		scopes jsonb not null,
		created_at timestamptz not null default now(),
		revoked_at timestamptz
	)`,
	sql`create table idempotency_keys (
		scope text not null,
		key text not null,
		body_hash text not null,
		status integer,
		response jsonb,
		lease_until timestamptz not null,
		created_at timestamptz not null default now(),
		primary key (scope, key)
	)`,
	sql`create index idempotency_keys_to_purge on idempotency_keys (created_at)`,
	sql`create table alerts (
		kind text not null,
		subject text not null,
		count integer not null default 1,
		first_at timestamptz not null default now(),
		last_at timestamptz not null default now(),
		primary key (kind, subject)
	)`
];

export async function up(db: Kysely<unknown>): Promise<void> {
	for (const step of steps) await step.execute(db);
}
