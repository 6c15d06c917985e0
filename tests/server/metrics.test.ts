import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { raiseAlert } from '../../src/lib/server/db/alerts.ts';
import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import { checkCode } from '../../src/lib/server/flows/check-code.ts';
import { checkFacts } from '../../src/lib/server/flows/check-facts.ts';
import { readGauges } from '../../src/lib/server/flows/read-gauges.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { beginVisit, got, messagesOf, newestCode, SOURCE } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { newPerson } from '../support/people.ts';
import { samplesOf, seriesOf } from '../support/samples.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply, confirmed, onWrite } from '../support/writebacks.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const gauges = async () => samplesOf(await readGauges(world.parts));
const counted = async () => samplesOf(await world.parts.metrics.registry.metrics());

test('before anything happened every figure is there by name and zero or absent', async () => {
	const text = (await world.parts.metrics.registry.metrics()) + (await readGauges(world.parts));
	const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
	expect(Object.fromEntries(types)).toEqual({
		tapdone_http_seconds: 'histogram',
		tapdone_sends_total: 'counter',
		tapdone_challenges_total: 'counter',
		tapdone_records_seconds: 'histogram',
		tapdone_writebacks_total: 'counter',
		tapdone_cases: 'gauge',
		tapdone_writebacks: 'gauge',
		tapdone_exceptions_open: 'gauge',
		tapdone_alerts: 'gauge',
		tapdone_jobs_waiting: 'gauge',
		tapdone_jobs_oldest_seconds: 'gauge'
	});
	// Each name once, with a word of help: Prometheus refuses the whole text otherwise.
	expect(types).toHaveLength(11);
	expect(text.match(/^# HELP \S+ \S.*$/gm)).toHaveLength(11);
	expect(seriesOf(samplesOf(text), 'tapdone_cases')).toEqual({});
	expect(Object.values(samplesOf(text)).every((figure) => figure === 0)).toBe(true);
});

test('after a journey the figures say what happened: cases, challenges, sends, writebacks', async () => {
	await journeys();

	const now = await gauges();
	expect(seriesOf(now, 'tapdone_cases')).toEqual({
		'{stage="resolved",workflow="failed-payment"}': 1,
		'{stage="submitted",workflow="failed-payment"}': 1,
		'{stage="verified",workflow="failed-payment"}': 1,
		'{stage="with-person",workflow="collections-plan"}': 1,
		'{stage="with-person",workflow="address-update"}': 1,
		'{stage="waiting",workflow="address-update"}': 1
	});
	expect(seriesOf(now, 'tapdone_writebacks')).toEqual({
		'{state="applied",workflow="failed-payment"}': 1,
		'{state="pending",workflow="failed-payment"}': 1,
		'{state="rejected",workflow="failed-payment"}': 1
	});
	expect(seriesOf(now, 'tapdone_exceptions_open')).toEqual({
		'{class="policy",type="nothing-fits"}': 1,
		'{class="system",type="missing-data"}': 1
	});
	expect(seriesOf(now, 'tapdone_alerts')).toEqual({ '{kind="contract"}': 3 });

	const own = await counted();
	expect(seriesOf(own, 'tapdone_challenges_total')).toEqual({
		'{factor="code",result="passed"}': 3,
		'{factor="code",result="wrong-code"}': 1,
		'{factor="known-facts",result="no-match"}': 1
	});
	expect(seriesOf(own, 'tapdone_sends_total')).toEqual({
		'{channel="sms",class="outreach",outcome="accepted"}': 1,
		'{channel="sms",class="outreach",outcome="refused"}': 1,
		'{channel="sms",class="code",outcome="accepted"}': 1
	});
	expect(seriesOf(own, 'tapdone_writebacks_total')).toEqual({
		'{state="applied",workflow="failed-payment"}': 1,
		'{state="rejected",workflow="failed-payment"}': 1
	});
	const calls = seriesOf(own, 'tapdone_records_seconds_count');
	const { '{connection="demo-core",kind="read",outcome="ok"}': reads, ...writes } = calls;
	expect(reads).toBeGreaterThan(0);
	expect(writes).toEqual({
		'{connection="demo-core",kind="apply",outcome="applied"}': 1,
		'{connection="demo-core",kind="apply",outcome="rejected"}': 1
	});
	expect(
		own['tapdone_records_seconds_sum{connection="demo-core",kind="apply",outcome="applied"}']
	).toBeGreaterThan(0);
});

test('queues tell how many jobs could run now and how long the oldest has waited', async () => {
	const { db, jobs } = world.parts;
	await sql`delete from pgboss.job`.execute(db);
	const inAnHour = new Date(Date.now() + 3_600_000);
	await db.transaction().execute(async (trx) => {
		for (const message of ['a', 'b']) await jobs.send(trx, 'send-message', { v: 1, message });
		await jobs.send(trx, 'apply-writeback', { v: 1, writeback: 'c' });
		await jobs.send(trx, 'outreach', { v: 1, case: 'd' }, { startAfter: inAnHour });
	});
	// One of the two messages has waited for two hours, another job is done.
	await sql`update pgboss.job set start_after = start_after - interval '2 hours'
		where data->>'message' = 'a'`.execute(db);
	await sql`update pgboss.job set state = 'completed' where data->>'writeback' = 'c'`.execute(db);

	const now = await gauges();
	expect(seriesOf(now, 'tapdone_jobs_waiting')).toEqual({
		'{queue="send-message"}': 2,
		'{queue="send-code"}': 0,
		'{queue="work-callbacks"}': 0,
		'{queue="poll-delivery"}': 0,
		'{queue="work-incident"}': 0,
		'{queue="apply-writeback"}': 0,
		'{queue="complete-case"}': 0,
		'{queue="make-offer"}': 0,
		'{queue="outreach"}': 0
	});
	const { '{queue="send-message"}': oldest, ...others } = seriesOf(
		now,
		'tapdone_jobs_oldest_seconds'
	);
	expect(oldest).toBeGreaterThanOrEqual(7_200);
	expect(others).toEqual({
		'{queue="send-code"}': 0,
		'{queue="work-callbacks"}': 0,
		'{queue="poll-delivery"}': 0,
		'{queue="work-incident"}': 0,
		'{queue="apply-writeback"}': 0,
		'{queue="complete-case"}': 0,
		'{queue="make-offer"}': 0,
		'{queue="outreach"}': 0
	});
});

test('a figure that cannot be read costs none of the others', async () => {
	const { db, jobs, log } = world.parts;
	await sql`alter table alerts rename to alerts_away`.execute(db);
	const now = samplesOf(await readGauges({ db, jobs, log }));
	await sql`alter table alerts_away rename to alerts`.execute(db);
	expect(seriesOf(now, 'tapdone_alerts')).toEqual({});
	expect(Object.keys(seriesOf(now, 'tapdone_writebacks'))).not.toEqual([]);
	expect(Object.keys(seriesOf(now, 'tapdone_jobs_waiting'))).not.toEqual([]);
	await sql`alter table pgboss.job rename to job_away`.execute(db);
	const without = samplesOf(await readGauges({ db, jobs, log }));
	await sql`alter table pgboss.job_away rename to job`.execute(db);
	expect(seriesOf(without, 'tapdone_jobs_waiting')).toEqual({});
	expect(Object.keys(seriesOf(without, 'tapdone_writebacks'))).not.toEqual([]);
});

/** One payment booked, one confirmed, one promise refused; one asks a person; two were invited, one of them in vain. */
async function journeys(): Promise<void> {
	const { parts, core } = world;
	const booked = await confirmed(world, await newPerson(core));
	await apply(world, booked);
	await confirmed(world, await newPerson(core));
	const refused = await newPerson(core);
	await core.faults([onWrite({ customer: refused }, { fault: 'status', status: 422 })]);
	await apply(world, await confirmed(world, refused, 'pay-later'));

	const customer = await newPerson(core, {}, 'C-1026');
	const asking = await openCase(world, { workflow: 'collections-plan', customer });
	const visit = await beginVisit(world, asking);
	got(await requestCode(parts, visit, 'sms', SOURCE));
	const wrong = (Number(await newestCode(world, asking)) + 1) % 1_000_000;
	await checkCode(parts, visit, String(wrong).padStart(6, '0'), SOURCE);
	await checkCode(parts, visit, 'no code', SOURCE);
	// Facts are asked for while codes are locked, and what is chosen asks for both.
	const locked = { customer_hash: visit.customerHash, factor: 'code' as const, consecutive: 10 };
	const locked_until = new Date(Date.now() + 60_000);
	await parts.db
		.insertInto('factors')
		.values({ ...locked, locked_until })
		.onConflict((conflict) =>
			conflict.columns(['customer_hash', 'factor']).doUpdateSet({ locked_until })
		)
		.execute();
	await checkFacts(parts, visit, {}, 'plan-long');
	for (const { id } of await messagesOf(world, asking)) await sendMessage(parts, id);
	await askPerson(parts, visit);

	const invite = async (sms: string) =>
		openCase(world, {
			workflow: 'address-update',
			customer: await newPerson(core),
			contacts: { sms }
		});
	await invite('+4917604069001');
	// The simulated phone refuses numbers that end like this one.
	const [unsent] = await messagesOf(world, await invite('+4917604060000'));
	await sendMessage(parts, unsent!.id);
	for (let times = 0; times < 3; times++) await raiseAlert(parts.db, 'contract', 'demo-core');
}
