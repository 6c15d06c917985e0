import { type Kysely, sql } from 'kysely';

// Changes of workflows: one draft a workflow, and proposals that another person publishes.
const steps = [
	// What was published once may be published again, as a version of its own: that is how a change
	// is taken back. Whoever publishes decides whether it may; see flows/publish-workflow.ts.
	sql`alter table workflows drop constraint workflows_key_hash_key`,

	// One account an address, however it is written: two would make four eyes of two (case F7).
	sql`alter table staff add constraint staff_email_small check (email = lower(email))`,

	sql`create table workflow_drafts (
		key text primary key,
		-- the version it began from; null for a workflow that was never published
		based_on integer,
		source text not null,
		-- rises with every save and never begins again: an old page cannot match by chance
		revision integer not null check (revision > 0),
		-- accounts that have changed it since it began from its version
		editors jsonb not null,
		edited_by text not null,
		edited_at timestamptz not null default now(),
		foreign key (key, based_on) references workflows (key, version)
	)`,

	sql`create table workflow_proposals (
		id uuid primary key,
		key text not null,
		source text not null,
		hash text not null,
		-- the version it was compared with; null where there was none
		against integer,
		-- the older version whose content it brings back; null for a draft
		restores integer,
		editors jsonb not null,
		reason text not null,
		proposed_by text not null,
		proposed_at timestamptz not null default now(),
		state text not null check (state in ('open','published','rejected','withdrawn','void')),
		decided_by text,
		decided_at timestamptz,
		decision text,
		version integer,
		foreign key (key, against) references workflows (key, version),
		foreign key (key, restores) references workflows (key, version),
		foreign key (key, version) references workflows (key, version),
		check ((state = 'open') = (decided_at is null and decided_by is null)),
		check ((state = 'published') = (version is not null))
	)`,
	sql`create unique index workflow_proposals_one_open on workflow_proposals (key) where state = 'open'`,
	sql`create index workflow_proposals_latest on workflow_proposals (proposed_at desc, id desc)`,
	sql`create index workflow_proposals_by_key on workflow_proposals (key, proposed_at desc, id desc)`,
	// What is approved is what was proposed, whoever writes to the table (case F8).
	sql`create trigger workflow_proposals_frozen
		before update of id, key, source, hash, against, restores, editors, reason, proposed_by, proposed_at
			or delete on workflow_proposals
		for each row execute function refuse_change()`,
	sql`create function refuse_decided() returns trigger language plpgsql as $$
		begin
			if old.state <> 'open' then
				raise exception 'a proposal is decided once' using errcode = '42501';
			end if;
			return new;
		end $$`,
	sql`create trigger workflow_proposals_decided_once before update on workflow_proposals
		for each row execute function refuse_decided()`,

	// Parts of a workflow that are off, in all its versions (domain/workflow/switches). Whoever confirms
	// asks here; what is off and has no on_at holds. A part that the program paused one person resumes.
	sql`create table switches (
		id uuid primary key,
		workflow text not null,
		part text not null check (part = 'outreach' or part like 'action:_%' or part like 'template:_%'),
		off_by text not null,
		off_at timestamptz not null default now(),
		off_why text not null,
		-- somebody asked for it to be on again
		asked_by text,
		asked_at timestamptz,
		asked_why text,
		on_by text,
		on_at timestamptz,
		check ((asked_by is null) = (asked_at is null) and (asked_by is null) = (asked_why is null)),
		check ((on_by is null) = (on_at is null)),
		-- four eyes: nobody puts on alone what was taken off by hand
		check (on_at is null or (asked_at is not null and (part like 'template:_%' or on_by <> asked_by)))
	)`,
	sql`create unique index switches_off on switches (workflow, part) where on_at is null`,
	sql`create index switches_latest on switches (workflow, off_at desc, id desc)`,
	sql`create trigger switches_frozen
		before update of id, workflow, part, off_by, off_at, off_why or delete on switches
		for each row execute function refuse_change()`,
	sql`create function refuse_ended() returns trigger language plpgsql as $$
		begin
			if old.on_at is not null then
				raise exception 'a switch is put on once' using errcode = '42501';
			end if;
			return new;
		end $$`,
	sql`create trigger switches_put_on_once before update on switches
		for each row execute function refuse_ended()`,
	sql`insert into role_permissions (role, permission) values
		('operations', 'workflow.stop'), ('approver', 'workflow.stop')`,

	// What a case has reached at least once, as bits (domain/telemetry/reached): figures count cases by
	// one index instead of reading every event.
	sql`alter table cases add column reached integer not null default 0`,
	sql`update cases c set reached = coalesce((
		select bit_or(case e.type
			when 'message-accepted' then 1
			when 'visit-started' then 2
			when 'challenge-passed' then 4
			when 'action-chosen' then 2048
			when 'submission-received' then 8
			when 'submission-booked' then 16
			when 'exception-raised' then 32
				| case when e.data->>'class' = 'system' then 64 else 0 end
				| case when e.data->>'breakpoint' = 'writeback' then 128 else 0 end
			when 'rung-taken' then case when (e.data->>'worked')::boolean then 256 else 0 end
			when 'messages-stopped' then 512
			when 'message-reported' then case when e.data->>'status' in ('delivered','read') then 1024 else 0 end
			when 'path-left' then case e.data->>'breakpoint'
				when 'trigger' then 1 << 16 when 'identity' then 1 << 17 when 'eligibility' then 1 << 18
				when 'transaction' then 1 << 19 when 'writeback' then 1 << 20 when 'reply' then 1 << 21
				else 0 end
			else 0 end)
		from case_events e where e.case_id = c.id), 0)`,
	sql`update cases set state = state || '{"chosen": []}'`,
	sql`create index cases_figures on cases (workflow, opened_at)
		include (version, reached, stage, ended_at, customer_hash)`,
	sql`create index exceptions_figures on exceptions (workflow, opened_at)`,
	sql`create index exceptions_open_figures on exceptions (workflow, opened_at) where state = 'open'`,
	sql`create index writebacks_figures on writebacks (workflow, created_at)
		include (state, updated_at, next_at, case_id)`
];

export async function up(db: Kysely<unknown>): Promise<void> {
	for (const step of steps) await step.execute(db);
}
