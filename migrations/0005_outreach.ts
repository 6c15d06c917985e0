import { type Kysely, sql } from 'kysely';

// Outreach as a sequence: which step of a case comes next, when it is looked at, and why not earlier;
// and of each message which step it is, and when it was let out, which is what caps count.
const steps = [
	sql`alter table cases
		add column outreach_step text,
		add column outreach_at timestamptz,
		add column outreach_why text,
		add check (outreach_at is null or outreach_step is not null)`,
	// What the customer asked for comes instead of what was planned, so one of the two is due.
	sql`drop index cases_to_remind`,
	sql`create index cases_outreach_due on cases (coalesce(remind_at, outreach_at))
		where ended_at is null and coalesce(remind_at, outreach_at) is not null`,
	sql`alter table messages
		add column step text,
		add column released_at timestamptz`
];

export async function up(db: Kysely<unknown>): Promise<void> {
	for (const step of steps) await step.execute(db);
}
