import { sql } from 'kysely';
import type { Db } from '../../src/lib/server/db/connect.ts';
import type { Crowd } from './providers-crowd.ts';

/** What holds of messages at providers; each query gives the rows that break its rule. */
const RULES: Record<string, string> = {
	'one thing told is one entry of the timeline': `select e.case_id::text || e.data::text as id
		from case_events e where e.type = 'message-reported' and e.data->>'status' <> 'deferred'
		group by e.case_id, e.data having count(*) > (select count(*) from message_attempts a
			where a.message_id = (e.data->>'message')::uuid)`,
	'every callback that was kept was worked, or nobody knows its message': `select id from provider_events p
		where state in ('stored','failed') or (state = 'orphan' and exists (
			select 1 from message_attempts a where a.provider = p.provider and a.provider_id = p.provider_id))`,
	'a message is as far as anything told of its newest try, or as what has arrived': `select m.id
		from messages m where m.delivery is distinct from coalesce(
			(select 'read' from message_attempts a where a.message_id = m.id and a.delivery = 'read' limit 1),
			(select 'delivered' from message_attempts a where a.message_id = m.id
				and a.delivery = 'delivered' limit 1),
			(select a.delivery from message_attempts a where a.message_id = m.id and a.outcome = 'accepted'
				order by a.number desc limit 1))`,
	'a try says how it ended': `select message_id as id from message_attempts where outcome is null`,
	'nothing is sent again that has arrived': `select m.id from messages m
		join message_attempts a on a.message_id = m.id and a.delivery in ('delivered','read')
		join message_attempts later on later.message_id = m.id and later.number > a.number
			and later.started_at > a.ended_at + interval '1 hour'`,
	'a message that was not delivered has gone on, or its case has a person or a reason to be left alone': `select m.id
		from messages m join cases c on c.id = m.case_id
		where m.class = 'outreach' and m.state = 'failed' and c.ended_at is null
			and not exists (select 1 from messages other where other.case_id = m.case_id
				and other.class = 'outreach' and other.id > m.id)
			and not exists (select 1 from exceptions e where e.case_id = m.case_id)`
};

export async function brokenRules(db: Db): Promise<string[]> {
	const broken: string[] = [];
	for (const [rule, query] of Object.entries(RULES)) {
		const { rows } = await db.transaction().execute(async (trx) => {
			await sql`set local statement_timeout = 0`.execute(trx);
			return sql.raw<{ id: unknown }>(query).execute(trx);
		});
		if (rows.length) broken.push(`not so: ${rule}: ${rows.length}, as ${String(rows[0]?.id)}`);
	}
	return broken;
}

/**
 * What the providers say of us: the same text goes out again only after it is known to have failed,
 * or is flagged a duplicate; nobody gets two different links of one case.
 */
export async function brokenAtProviders({ db, twilio, sendgrid }: Crowd): Promise<string[]> {
	const { rows } = await sql<{ provider: string; known: number; flagged: number; failed: number }>`
		select provider, count(*)::int as known,
			count(*) filter (where duplicate)::int as flagged,
			count(*) filter (where failure is not null)::int as failed
		from message_attempts where provider_id is not null group by provider`.execute(db);
	const of = (name: string) => rows.find(({ provider }) => provider === name);
	const repeats = (texts: string[]) => texts.length - new Set(texts).size;
	const sms = repeats(
		twilio.taken.map(({ to, body, contentVariables }) => `${to} ${body} ${contentVariables[2]}`)
	);
	const mails = repeats(sendgrid.taken.map(({ to, text }) => `${to} ${text}`));
	const broken: string[] = [];
	const allowed = (name: string) => (of(name)?.flagged ?? 0) + (of(name)?.failed ?? 0);
	if (sms > allowed('twilio'))
		broken.push(`Twilio got ${sms} repeats, ${allowed('twilio')} explained`);
	if (mails > allowed('sendgrid'))
		broken.push(`SendGrid got ${mails} repeats, ${allowed('sendgrid')} explained`);
	return broken;
}
