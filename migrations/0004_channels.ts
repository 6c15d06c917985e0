import { type Kysely, sql } from 'kysely';

// Channels of real providers: every call to one with its outcome, what providers tell afterwards,
// what people write back, and what follows from it.
const steps = [
	sql`alter table messages
		-- claims since one was last settled: what breaks every claim off is given up
		add column unsettled integer not null default 0,
		add column delivery text check (delivery in ('accepted','sent','failed','delivered','read')),
		add column delivery_at timestamptz`,
	// Whose number is this? The newest message to it tells.
	sql`create index messages_by_destination on messages (destination_hash, created_at desc)`,
	// Few among many: a campaign's messages are not read to find a code that is late.
	sql`create index messages_codes_due on messages (next_at)
		where class = 'code' and state in ('queued','sending','unknown')`,
	sql`create index messages_parked on messages (channel) where state = 'queued' and reason = 'sender-parked'`,

	sql`create table message_attempts (
		message_id uuid not null references messages,
		number integer not null check (number > 0),
		started_at timestamptz not null default now(),
		ended_at timestamptz,
		-- null while it is under way, or when its process died
		outcome text check (outcome in ('accepted','failed','unavailable','unknown')),
		failure text,
		provider text,
		provider_id text,
		code text,
		-- an earlier attempt may have been taken: the person may have got it twice
		duplicate boolean not null default false,
		delivery text check (delivery in ('accepted','sent','failed','delivered','read')),
		poll_at timestamptz,
		polls integer not null default 0,
		primary key (message_id, number),
		check ((ended_at is null) = (outcome is null))
	)`,
	sql`create index message_attempts_by_provider_id on message_attempts (provider, provider_id)
		where provider_id is not null`,
	sql`create index message_attempts_to_poll on message_attempts (poll_at) where poll_at is not null`,

	sql`create table provider_events (
		id uuid primary key,
		provider text not null,
		-- what makes two callbacks one, by the provider's own rule
		dedupe text not null,
		kind text not null check (kind in ('delivery','inbound')),
		provider_id text,
		message_id uuid,
		attempt integer,
		status text,
		code text,
		channel text,
		destination_hash text,
		word text,
		case_id uuid,
		state text not null check (state in ('stored','orphan','worked','failed')),
		tries integer not null default 0,
		lease_until timestamptz,
		next_at timestamptz default now(),
		received_at timestamptz not null default now(),
		unique (provider, dedupe)
	)`,
	sql`create index provider_events_due on provider_events (next_at)
		where state in ('stored','orphan') and next_at is not null`,
	sql`create index provider_events_orphans on provider_events (provider, provider_id)
		where state = 'orphan'`,
	sql`create index provider_events_to_purge on provider_events (received_at)`,

	sql`create table inbound_messages (
		id uuid primary key,
		case_id uuid not null references cases,
		channel text not null,
		word text not null,
		sealed text not null,
		received_at timestamptz not null default now()
	)`,
	sql`create index inbound_messages_by_case on inbound_messages (case_id, received_at)`,

	// Until when a person who wrote by WhatsApp may be answered in free words.
	sql`create table whatsapp_windows (
		destination_hash text primary key,
		expires_at timestamptz not null
	)`,
	sql`create index whatsapp_windows_to_purge on whatsapp_windows (expires_at)`,
	sql`create table disabled_templates (
		content_sid text primary key,
		code text not null,
		disabled_at timestamptz not null default now()
	)`
];

export async function up(db: Kysely<unknown>): Promise<void> {
	for (const step of steps) await step.execute(db);
}
