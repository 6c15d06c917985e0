import { type Kysely, sql } from 'kysely';

// Staff: accounts, what their roles permit, sessions; and the record of privileged acts.
const steps = [
	sql`create table staff (
		id uuid primary key,
		-- in small letters
		email text not null unique,
		name text not null,
		-- argon2id; null until the account is set up
		password text,
		-- this account's own key, wrapped by the master keyring, and the TOTP secret under it
		key text not null,
		totp text,
		totp_step bigint not null default 0,
		created_at timestamptz not null default now(),
		disabled_at timestamptz
	)`,
	sql`create table role_permissions (
		role text not null,
		permission text not null,
		primary key (role, permission)
	)`,
	sql`insert into role_permissions (role, permission) values
		('agent', 'desk.read'), ('agent', 'desk.work'), ('agent', 'personal.reveal'),
		('approver', 'workflow.read'), ('approver', 'workflow.approve'), ('approver', 'writeback.approve'),
		('approver', 'person.approve-erasure'), ('approver', 'figures.read'), ('approver', 'desk.read'),
		('operations', 'desk.read'), ('operations', 'desk.work'), ('operations', 'desk.all'),
		('operations', 'desk.assign'), ('operations', 'personal.reveal'), ('operations', 'writeback.propose'),
		('operations', 'workflow.read'), ('operations', 'workflow.edit'), ('operations', 'figures.read'),
		('auditor', 'desk.read'), ('auditor', 'desk.all'), ('auditor', 'workflow.read'),
		('auditor', 'figures.read'), ('auditor', 'audit.read'),
		('administrator', 'staff.manage'), ('administrator', 'person.erase'), ('administrator', 'audit.read')`,
	sql`create table staff_roles (
		staff_id uuid not null references staff,
		role text not null check (role in ('agent','approver','operations','auditor','administrator')),
		primary key (staff_id, role)
	)`,
	sql`create table staff_teams (
		staff_id uuid not null references staff,
		team text not null,
		lead boolean not null default false,
		primary key (staff_id, team)
	)`,
	sql`create table staff_recovery_codes (
		staff_id uuid not null references staff,
		hash text not null,
		used_at timestamptz,
		primary key (staff_id, hash)
	)`,
	// The way into an account that was just made or has lost its password: one use.
	sql`create table staff_invitations (
		hash text primary key,
		staff_id uuid not null references staff,
		created_at timestamptz not null default now(),
		expires_at timestamptz not null,
		used_at timestamptz
	)`,
	sql`create index staff_invitations_by_staff on staff_invitations (staff_id)`,
	sql`create table staff_sessions (
		id uuid primary key,
		secret_hash text not null unique,
		staff_id uuid not null references staff,
		-- false between the password and the second factor
		complete boolean not null,
		created_at timestamptz not null default now(),
		seen_at timestamptz not null default now(),
		fresh_at timestamptz not null default now(),
		ended_at timestamptz
	)`,
	sql`create index staff_sessions_living on staff_sessions (staff_id) where ended_at is null`,
	sql`create index staff_sessions_to_purge on staff_sessions (created_at)`,

	// Privileged acts that are no event of one case. Written in the transaction of the act.
	sql`create table audit_entries (
		id bigint generated always as identity primary key,
		at timestamptz not null default now(),
		actor text not null,
		act text not null,
		object text not null,
		result text not null,
		reason text,
		data jsonb not null
	)`,
	sql`create index audit_entries_by_object on audit_entries (object, id desc)`,
	sql`create index audit_entries_by_actor on audit_entries (actor, id desc)`,
	sql`create trigger audit_entries_append_only before update or delete on audit_entries
		for each row execute function refuse_change()`
];

export async function up(db: Kysely<unknown>): Promise<void> {
	for (const step of steps) await step.execute(db);
}
