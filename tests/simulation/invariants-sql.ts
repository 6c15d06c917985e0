/** An open exception that somebody will look at: owner, backup, timer, allowed outcomes. */
const WITH_PERSON = (kase: string) => `exists (select 1 from exceptions e where e.case_id = ${kase}
	and e.state = 'open' and e.owner <> '' and e.backup <> '' and jsonb_array_length(e.outcomes) > 0)`;
const EFFECTS = (reference: string) =>
	`(select count(*) from effects where effects.ours = ${reference})`;
/** Reached the person, or may yet. */
const LET_OUT = (message: string) => `${message}.class = 'outreach'
	and ${message}.state in ('accepted','sending','unknown') and ${message}.released_at is not null`;
const UNDER_WAY = `('queued','sending','unknown')`;

/** Rules that hold at every moment; each query gives the rows that break its rule. */
export const ALWAYS: Record<string, string> = {
	'a submission takes effect at most once': `select ours as id from effects
		group by ours having count(*) > 1`,
	'what took effect belongs to a submission': `select ours as id from effects
		where not exists (select 1 from writebacks w where w.reference = ours)`,
	'what is applied took effect once': `select reference as id from writebacks
		where state = 'applied' and ${EFFECTS('reference')} <> 1`,
	'what is booked took effect once': `select s.id from submissions s
		join writebacks w on w.submission_id = s.id
		where s.state = 'booked' and ${EFFECTS('w.reference')} <> 1`,
	'what is rejected took no effect': `select s.id from submissions s
		join writebacks w on w.submission_id = s.id
		where 'rejected' in (s.state, w.state) and ${EFFECTS('w.reference')} <> 0`,
	'what is surely not sent took no effect': `select reference as id from writebacks
		where state = 'pending' and ${EFFECTS('reference')} <> 0`,
	'every submission has its writeback': `select id from submissions s
		where not exists (select 1 from writebacks w where w.submission_id = s.id)`,
	'submission and writeback agree': `select s.id from submissions s
		join writebacks w on w.submission_id = s.id
		where s.state <> case w.state when 'applied' then 'booked'
			when 'rejected' then 'rejected' else 'received' end`,
	'a received submission is under way or with a person': `select s.id from submissions s
		join writebacks w on w.submission_id = s.id
		where s.state = 'received' and not ${WITH_PERSON('s.case_id')}
			and not (w.state in ('pending','sending','unknown') and w.next_at is not null)`,
	'a dead writeback is with a person': `select id from writebacks
		where state = 'dead' and not ${WITH_PERSON('writebacks.case_id')}`,

	'the stage is that of the state': `select id from cases where stage <> state->>'stage'`,
	'events are numbered without a gap': `select c.id from cases c
		where c.seq <> (select count(*) from case_events e where e.case_id = c.id)
			or c.seq <> (select max(seq) from case_events e where e.case_id = c.id)`,
	'a resolved case has a booked submission': `select id from cases c where stage = 'resolved'
		and not exists (select 1 from submissions s where s.case_id = c.id and s.state = 'booked')`,
	'a booked submission resolves its case': `select c.id from cases c
		join submissions s on s.case_id = c.id where s.state = 'booked' and c.stage not in ('resolved', 'deferred')`,
	'no case ends before it has begun': `select id from cases
		where stage = 'expired' and complete_at is not null`,
	'an ended case has no open exception but who asked a person afterwards': `select c.id from cases c
		join exceptions e on e.case_id = c.id where e.state = 'open' and c.ended_at is not null
			and (e.opened_at <= c.ended_at or e.reason not in
				('asked-for-a-person', 'reply', 'possible-opt-out'))`,
	'an ended case has no submission under way': `select c.id from cases c
		join submissions s on s.case_id = c.id where s.state = 'received' and c.ended_at is not null`,
	'a case knows its open exceptions': `select c.id from cases c
		where (select coalesce(jsonb_agg(e.id::text order by e.id::text), '[]') from exceptions e
				where e.case_id = c.id and e.state = 'open')
			<> (select coalesce(jsonb_agg(x->>'id' order by x->>'id'), '[]')
				from jsonb_array_elements(c.state->'exceptions') x)`,
	'a case knows its latest submission': `select c.id from cases c
		left join lateral (select id, state from submissions s where s.case_id = c.id
			order by created_at desc, id desc limit 1) s on true
		where (c.state->'submission'->>'id') is distinct from s.id::text
			or (c.state->'submission'->>'state') is distinct from s.state`,
	'an open case has something that moves it': `select id from cases c
		where ended_at is null and not ${WITH_PERSON('c.id')} and remind_at is null
			and outreach_at is null and complete_at is null
			and not exists (select 1 from submissions s where s.case_id = c.id and s.state = 'received')
			and not exists (select 1 from visits v where v.case_id = c.id)
			and not exists (select 1 from messages m where m.case_id = c.id and m.class = 'outreach'
				and m.state in ('accepted','queued','sending','unknown'))`,
	'a case under way has a living link': `select id from cases c
		where stage in ('waiting','visited','verified','submitted') and complete_at is null
			-- One that waits for its first hour has none that would age meanwhile.
			and not (outreach_why is not null and outreach_at is not null
				and not exists (select 1 from links l where l.case_id = c.id))
			and not exists (select 1 from links l where l.case_id = c.id and l.ended_at is null)`,

	'one submission is under way a case': `select case_id as id from submissions
		where state = 'received' group by case_id having count(*) > 1`,
	'one link lives a case': `select case_id as id from links where ended_at is null
		group by case_id having count(*) > 1`,
	'a challenge compares five codes at most': `select id from challenges
		where compared > 5 or compared > most`,
	'a code opens one visit': `select c.id from cases c
		where (select count(*) from case_events e where e.case_id = c.id
				and e.type = 'challenge-passed' and e.data->>'factor' = 'code')
			> (select count(*) from challenges h where h.case_id = c.id and h.used_at is not null)`,
	'ten failures in a row lock a factor': `select customer_hash || factor as id from factors
		where consecutive >= 10 and locked_until is null`,
	'a link takes three wrong facts at most': `select id from cases
		where (state->'failures'->>'known-facts')::int > 3`,
	'one use of an action needs the assurance that it names': `select s.id from submissions s
		join cases c on c.id = s.case_id
		join workflows w on w.key = c.workflow and w.version = c.version
		where array_position(array['link','known-facts','code','code-and-facts'], s.assurance)
			< array_position(array['link','known-facts','code','code-and-facts'],
				w.document->'actions'->s.action->>'assurance')`,

	'a message under way is looked at again': `select id from messages
		where state in ${UNDER_WAY} and next_at is null`,
	'a message that is over says so in the timeline': `select m.id from messages m
		where m.state not in ${UNDER_WAY} and not exists (select 1 from case_events e
			where e.case_id = m.case_id and e.type in ('message-accepted','message-failed')
				and e.data->>'message' = m.id::text)`,
	'nothing that we begin is sent after an opt-out': `select m.id from messages m
		join suppressions s on s.destination_hash = m.destination_hash and s.channel = m.channel
		where m.class = 'outreach' and m.state = 'accepted'
			and m.accepted_at > s.created_at + interval '2 seconds'`,
	'nothing that we begin is sent twice a day to one person': `select m.id from messages m
		join cases c on c.id = m.case_id join cases d on d.customer_hash = c.customer_hash
		join messages n on n.case_id = d.id and n.id <> m.id
		where ${LET_OUT('m')} and ${LET_OUT('n')}
			and n.released_at <= m.released_at and n.released_at > m.released_at - interval '1 day'`,
	'nothing that we begin is sent four times a week to one person': `select m.id from messages m
		join cases c on c.id = m.case_id where ${LET_OUT('m')} and 3 < (
			select count(*) from cases d join messages n on n.case_id = d.id
			where d.customer_hash = c.customer_hash and ${LET_OUT('n')}
				and n.released_at <= m.released_at
				and n.released_at > m.released_at - interval '7 days')`,
	'what was sent had been let out': `select id from messages
		where class = 'outreach' and state = 'accepted' and released_at is null`,
	'a step of a case goes out once': `select case_id || ' ' || step as id from messages
		where step is not null and state = 'accepted' group by case_id, step having count(*) > 1`,
	'what is planned has a time and a step': `select id from cases
		where outreach_at is not null and outreach_step is null`,

	'an open exception is complete': `select id from exceptions where state = 'open'
		and (owner = '' or backup = '' or due_at is null or jsonb_array_length(outcomes) = 0)`,
	'policy and system exceptions are what their workflow says': `select e.id from exceptions e
		join cases c on c.id = e.case_id
		join workflows w on w.key = c.workflow and w.version = c.version
		where e.class is distinct from w.document->'exceptions'->e.type->>'class'
			or e.owner is distinct from w.document->'exceptions'->e.type->>'owner'`,
	'policy and system exceptions share no queue': `select workflow || ' ' || type as id
		from exceptions group by workflow, type having count(distinct class) > 1`
};

/** What holds besides once everything that was due has run and nothing goes wrong any more. */
export const SETTLED: Record<string, string> = {
	'every submission is applied, rejected or with a person': `select s.id from submissions s
		where s.state = 'received' and not ${WITH_PERSON('s.case_id')}`,
	'no writeback waits for nobody': `select id from writebacks w
		where state in ('pending','sending','unknown') and not ${WITH_PERSON('w.case_id')}`,
	// One of ours waits, with a time, while a person has the case.
	'no message is left behind': `select m.id from messages m join cases c on c.id = m.case_id
		where m.state in ${UNDER_WAY} and not (m.class = 'outreach' and m.state = 'queued'
			and m.next_at is not null and c.stage = 'with-person')`,
	'no case waits to begin': `select id from cases
		where complete_at is not null and ended_at is null`,
	'no reminder is overdue': `select id from cases where remind_at < now() and ended_at is null`
};
