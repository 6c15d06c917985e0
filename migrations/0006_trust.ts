import { type Kysely, sql } from 'kysely';

// Trust: events and acts that only grow, chained and covered by signed checkpoints; and the erasure of
// a person, which destroys the keys of their cases.

const frozen = (table: string) => [
	sql`create trigger ${sql.ref(`${table}_append_only`)} before update or delete on ${sql.table(table)}
		for each row execute function refuse_change()`,
	whole(table)
];
const whole = (table: string) =>
	sql`create trigger ${sql.ref(`${table}_whole`)} before truncate on ${sql.table(table)}
		for each statement execute function refuse_change()`;

const steps = [
	whole('case_events'),
	whole('audit_entries'),
	whole('workflows'),

	// The form that is hashed. The database makes it as well as checks it, so the text of jsonb, which
	// PostgreSQL itself makes canonical, is what both sides read; `at` counts microseconds.
	sql`create function event_hash(before bytea, e_case uuid, e_seq integer, e_type text,
			e_at timestamptz, e_actor text, e_data jsonb)
		returns bytea language sql stable
		return sha256(convert_to(json_build_array(coalesce(encode(before, 'hex'), ''), e_case, e_seq, e_type,
			(extract(epoch from e_at) * 1000000)::bigint, e_actor, e_data)::text, 'UTF8'))`,

	sql`alter table case_events add column hash bytea`,
	sql`alter table case_events disable trigger case_events_append_only`,
	sql`do $$
		declare e record; before bytea;
		begin
			for e in select * from case_events order by case_id, seq loop
				if e.seq = 1 then before := null; end if;
				before := event_hash(before, e.case_id, e.seq, e.type, e.at, e.actor, e.data);
				update case_events set hash = before where case_id = e.case_id and seq = e.seq;
			end loop;
		end $$`,
	sql`alter table case_events enable trigger case_events_append_only`,
	sql`alter table case_events alter column hash set not null`,

	// What no checkpoint covers yet. A row here is a wake-up: the event is the truth.
	sql`create table unsealed_events (case_id uuid not null, seq integer not null)`,
	sql`insert into unsealed_events select id, seq from cases`,
	// Here rather than in the program, so that no build and no hand can add an event past the chain.
	sql`create function chain_event() returns trigger language plpgsql as $$
		declare before bytea;
		begin
			if new.seq > 1 then
				select hash into before from case_events where case_id = new.case_id and seq = new.seq - 1;
				if before is null then
					raise exception 'event % of case % has no event before it', new.seq, new.case_id
						using errcode = '23514';
				end if;
			end if;
			new.hash := event_hash(before, new.case_id, new.seq, new.type, new.at, new.actor, new.data);
			return new;
		end $$`,
	sql`create trigger case_events_chained before insert on case_events
		for each row execute function chain_event()`,
	sql`create function note_events() returns trigger language plpgsql as $$
		begin
			insert into unsealed_events select case_id, max(seq) from added group by case_id;
			return null;
		end $$`,
	sql`create trigger case_events_noted after insert on case_events
		referencing new table as added for each statement execute function note_events()`,

	sql`create table unsealed_entries (id bigint not null)`,
	sql`insert into unsealed_entries select id from audit_entries`,
	sql`create function note_entries() returns trigger language plpgsql as $$
		begin
			insert into unsealed_entries select id from added;
			return null;
		end $$`,
	sql`create trigger audit_entries_noted after insert on audit_entries
		referencing new table as added for each statement execute function note_entries()`,

	// The chain over all acts, made afterwards: one chain inside every act's transaction would make
	// them wait for each other. Places have no gaps, ids of entries may.
	sql`create table audit_seals (
		place bigint primary key check (place > 0),
		entry_id bigint not null unique references audit_entries,
		hash bytea not null
	)`,
	...frozen('audit_seals'),

	// What was signed, and a copy of it outside the database.
	sql`create table checkpoints (
		number bigint primary key check (number > 0),
		at timestamptz not null,
		jws text not null
	)`,
	...frozen('checkpoints'),
	// The heads that each covers: the last event of every case that changed since the one before.
	sql`create table checkpoint_heads (
		checkpoint bigint not null references checkpoints,
		case_id uuid not null,
		seq integer not null,
		hash bytea not null,
		primary key (checkpoint, case_id)
	)`,
	sql`create index checkpoint_heads_by_case on checkpoint_heads (case_id, seq)`,
	...frozen('checkpoint_heads'),

	sql`update cases set state = state || '{"erased": false}'`,
	// An erased case keeps its events and its row; its key is a word that opens nothing.
	sql`alter table cases
		add column erased_at timestamptz,
		add check (erased_at is null or (ended_at is not null and key = 'destroyed' and sealed = ''))`,
	sql`create index idempotency_keys_by_case on idempotency_keys ((response->>'case'))
		where response->>'case' is not null`,
	sql`create table legal_holds (
		id uuid primary key,
		customer_hash text not null,
		reason text not null,
		set_by text not null,
		set_at timestamptz not null default now(),
		lifted_by text,
		lifted_at timestamptz,
		check ((lifted_by is null) = (lifted_at is null))
	)`,
	sql`create unique index legal_holds_living on legal_holds (customer_hash) where lifted_at is null`,
	// By what name the record of acts tells of a customer who was looked up without a case. The record
	// only grows: it is this row that an erasure deletes, and then the name is nobody's.
	sql`create table looked_up_customers (
		id uuid primary key,
		customer_hash text not null unique,
		looked_at timestamptz not null default now()
	)`,
	sql`create index looked_up_customers_to_purge on looked_up_customers (looked_at)`,
	sql`create table erasures (
		id uuid primary key,
		-- gone with the person
		customer_hash text,
		reason text not null,
		state text not null check (state in ('requested', 'erased', 'declined')),
		requested_by text not null,
		requested_at timestamptz not null default now(),
		decided_by text,
		decided_at timestamptz,
		-- signed, with nothing personal: who, when, which cases; numbered for the copy outside
		number bigint unique,
		receipt text,
		check ((state = 'requested') = (decided_at is null)),
		check ((state = 'requested') = (customer_hash is not null)),
		check ((state = 'erased') = (receipt is not null)),
		check ((number is null) = (receipt is null)),
		check (decided_by is null or state = 'declined' or decided_by <> requested_by)
	)`,
	sql`create unique index erasures_one_open on erasures (customer_hash) where state = 'requested'`,
	sql`create index erasures_latest on erasures (requested_at desc, id desc)`
];

export async function up(db: Kysely<unknown>): Promise<void> {
	for (const step of steps) await step.execute(db);
}
