import { type Kysely, sql } from 'kysely';

// Exceptions in people's hands: claims with leases, escalation, incidents; and what people add to a
// case: questions, notes, proposals of how a writeback is settled.
const steps = [
	// One cause that makes many: system exceptions hang on it, and it is one item of the queue.
	sql`create table incidents (
		id uuid primary key,
		workflow text not null,
		type text not null,
		breakpoint text not null,
		connection text not null,
		reason text not null,
		opened_at timestamptz not null default now(),
		closed_at timestamptz
	)`,
	sql`create unique index incidents_one_open on incidents (workflow, type, breakpoint, connection, reason)
		where closed_at is null`,

	sql`alter table exceptions
		add column incident_id uuid references incidents,
		add column claimed_by uuid references staff,
		add column claimed_at timestamptz,
		add column lease_until timestamptz,
		-- what it waits for before anybody can go on: the customer's answer, a second person
		add column waits_for text check (waits_for in ('customer','approver')),
		add column escalated_at timestamptz,
		add check ((claimed_by is null) = (lease_until is null))`,
	// The order in which they are worked, by owner; and the same over all owners.
	sql`create index exceptions_by_owner on exceptions (class, owner, severity, due_at, id) where state = 'open'`,
	sql`create index exceptions_due_by_owner on exceptions (class, owner, due_at, id) where state = 'open'`,
	sql`create index exceptions_in_order on exceptions (class, severity, due_at, id) where state = 'open'`,
	sql`create index exceptions_by_backup on exceptions (class, backup, severity, due_at, id)
		where state = 'open' and escalated_at is not null`,
	sql`create index exceptions_claimed on exceptions (claimed_by, severity, due_at, id)
		where state = 'open' and claimed_by is not null`,
	sql`create index exceptions_waiting on exceptions (class, owner, severity, due_at, id)
		where state = 'open' and waits_for is not null`,
	sql`create index exceptions_to_escalate on exceptions (due_at)
		where state = 'open' and escalated_at is null`,
	sql`create index exceptions_by_incident on exceptions (incident_id, due_at) where state = 'open'`,
	sql`create index exceptions_of_incident on exceptions (incident_id) where incident_id is not null`,
	sql`create index exceptions_by_case on exceptions (case_id, opened_at)`,

	// How often the queues have changed, for the live lists: a number that costs no lock to raise.
	sql`create sequence desk_changes`,
	sql`create function count_desk_change() returns trigger language plpgsql as $$
		begin perform nextval('desk_changes'); return null; end $$`,
	sql`create trigger exceptions_changed after insert or update on exceptions
		for each statement execute function count_desk_change()`,

	sql`create table questions (
		id uuid primary key,
		case_id uuid not null references cases,
		exception_id uuid not null references exceptions,
		asked_by uuid not null references staff,
		fact text not null,
		-- what stands beside the field, in the agent's words
		sealed text not null,
		-- what the customer answered
		answer text,
		created_at timestamptz not null default now(),
		answered_at timestamptz,
		check ((answer is null) = (answered_at is null))
	)`,
	sql`create index questions_by_case on questions (case_id, created_at)`,

	// What people write about a case in their own words: notes, and the reason of an act.
	sql`create table case_notes (
		id uuid primary key,
		case_id uuid not null references cases,
		author uuid not null references staff,
		act text not null,
		sealed text not null,
		created_at timestamptz not null default now()
	)`,
	sql`create index case_notes_by_case on case_notes (case_id, created_at)`,

	// What a person put right in the system of record itself; its writeback goes with it.
	sql`create table corrections (
		id uuid primary key,
		case_id uuid not null references cases,
		exception_id uuid not null references exceptions,
		fact text not null,
		-- what is sent, and of whom
		sealed text not null,
		made_by uuid not null references staff,
		state text not null check (state in ('received','applied','rejected')),
		created_at timestamptz not null default now(),
		ended_at timestamptz,
		check ((state = 'received') = (ended_at is null))
	)`,
	sql`create unique index corrections_one_open on corrections (case_id, fact) where ended_at is null`,
	sql`create index corrections_by_case on corrections (case_id, created_at)`,
	sql`alter table writebacks
		alter column submission_id drop not null,
		add column correction_id uuid unique references corrections,
		add check (num_nonnulls(submission_id, correction_id) = 1)`,

	// What became of a writeback whose outcome nobody knows: one proposes, somebody else decides.
	sql`create table settlements (
		id uuid primary key,
		case_id uuid not null references cases,
		exception_id uuid not null references exceptions,
		writeback_id uuid not null references writebacks,
		settles text not null check (settles in ('applied','rejected','send-again')),
		record_reference text,
		proposed_by uuid not null references staff,
		proposed_at timestamptz not null default now(),
		decided_by uuid references staff,
		decided_at timestamptz,
		approved boolean,
		check ((decided_by is null) = (decided_at is null) and (decided_by is null) = (approved is null)),
		check (decided_by <> proposed_by)
	)`,
	sql`create unique index settlements_one_open on settlements (writeback_id) where decided_at is null`,
	sql`create index settlements_by_case on settlements (case_id, proposed_at)`,

	// One act on all that one cause stops, and what became of it, case by case.
	sql`create table incident_acts (
		id uuid primary key,
		incident_id uuid not null references incidents,
		act text not null check (act in ('claim','decide','propose','approve','refuse')),
		-- the outcome that is decided on, or how writebacks are to be settled
		outcome text,
		-- the act whose proposals a second person decides on
		decides_on uuid references incident_acts on delete set null,
		staff_id uuid not null references staff,
		-- the words that go with each case, under a key of their own, for as long as it runs
		key text,
		sealed text,
		state text not null check (state in ('running','done','cancelled')),
		total integer not null,
		lease_until timestamptz,
		started_at timestamptz not null default now(),
		ended_at timestamptz,
		cancelled_by uuid references staff,
		check ((state = 'running') = (ended_at is null)),
		check ((key is null) = (sealed is null) and (state = 'running' or key is null)),
		check ((state = 'cancelled') = (cancelled_by is not null))
	)`,
	sql`create unique index incident_acts_one_running on incident_acts (incident_id) where state = 'running'`,
	sql`create index incident_acts_by_incident on incident_acts (incident_id, started_at desc)`,
	sql`create index incident_acts_ended on incident_acts (ended_at) where ended_at is not null`,
	sql`create index incident_acts_deciding on incident_acts (decides_on) where decides_on is not null`,
	sql`create trigger incident_acts_changed after insert or update on incident_acts
		for each statement execute function count_desk_change()`,
	sql`create table incident_act_cases (
		act_id uuid not null references incident_acts on delete cascade,
		exception_id uuid not null references exceptions,
		-- what was proposed, or is decided on
		settlement_id uuid references settlements,
		-- counted before each try: what ends every process is not tried for ever
		tries integer not null default 0,
		-- null until it is 'done', or the reason why it was not
		result text,
		primary key (act_id, exception_id)
	)`,
	sql`create index incident_act_cases_left on incident_act_cases (act_id, tries, exception_id) where result is null`,

	// Done, but finished by hand: `deferred` is not `resolved`.
	sql`alter table cases drop constraint cases_stage_check, drop constraint cases_check,
		add constraint cases_stage_check check (stage in ('held','waiting','visited','verified','submitted','with-person','resolved','deferred','cancelled','expired')),
		add constraint cases_check check ((ended_at is not null) = (stage in ('resolved','deferred','cancelled','expired')))`,

	sql`update cases set state = state || '{"grants": [], "questions": [], "answered": null, "corrections": []}'`
];

export async function up(db: Kysely<unknown>): Promise<void> {
	for (const step of steps) await step.execute(db);
}
