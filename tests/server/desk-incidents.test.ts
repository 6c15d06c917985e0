import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { IncidentAct } from '../../src/lib/contracts/desk-incident.ts';
import {
	beginIncidentAct,
	type IncidentOrder
} from '../../src/lib/server/flows/begin-incident-act.ts';
import { cancelIncidentAct } from '../../src/lib/server/flows/cancel-incident-act.ts';
import { claimException } from '../../src/lib/server/flows/claim-exception.ts';
import { completeCase } from '../../src/lib/server/flows/complete-case.ts';
import { decideSettlement } from '../../src/lib/server/flows/decide-settlement.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { purgeOld } from '../../src/lib/server/flows/purge-old.ts';
import { rewrapKeys } from '../../src/lib/server/flows/rewrap-keys.ts';
import { showIncident } from '../../src/lib/server/flows/show-incident.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { workIncidentAct } from '../../src/lib/server/flows/work-incident-act.ts';
import { exceptionRow, incidentOf } from '../support/desk.ts';
import { eventsOf, got, timeline } from '../support/journey.ts';
import { newPerson } from '../support/people.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply, confirmed, onWrite, rowOf, type Sent } from '../support/writebacks.ts';

let world: World;
let olga: StaffMember;
let omar: StaffMember;
let paul: StaffMember;
let carl: StaffMember;
beforeAll(async () => {
	world = await startWorld();
	const member = (name: string, role: 'operations' | 'approver' | 'agent', team?: string) =>
		addStaffMember(world.parts, { roles: [role], teams: team ? [team] : [], name });
	olga = await member('Olga Operations', 'operations', 'operations');
	omar = await member('Omar Operations', 'operations', 'operations');
	paul = await member('Paul Approver', 'approver');
	carl = await member('Carl Agent', 'agent', 'data-care');
});
afterAll(() => world.close());

const why = 'The provider’s report of the night names them all';

let strangers = 0;

/** Forgets what the breaker has counted of the faults. */
const heal = () => world.parts.db.deleteFrom('connections').execute();

/** Payments that were sent, whose outcome nobody knows, and that nobody tries any more: one cause. */
async function doubtful(count: number): Promise<{ incident: string; sent: Sent[] }> {
	const sent: Sent[] = [];
	for (let made = 0; made < count; made += 1) {
		const one = await confirmed(world, await newPerson(world.core));
		await world.core.faults([onWrite(one, { fault: 'applied-then-reset' })]);
		await apply(world, one);
		await world.parts.db
			.updateTable('writebacks')
			.set({ failures: 99, next_at: new Date(Date.now() - 1000), lease_until: null })
			.where('id', '=', one.writeback)
			.execute();
		await apply(world, one);
		sent.push(one);
		await world.core.faults([]);
		await heal();
	}
	return { incident: await incidentOf(world, sent[0]!.caseId), sent };
}

/** Cases that were opened without what they need, of a customer that the record does not know. */
async function held(count: number): Promise<{ incident: string; cases: string[] }> {
	const cases: string[] = [];
	for (let made = 0; made < count; made += 1) {
		const line = { workflow: 'failed-payment', customer: `X-${(strangers += 1)}` };
		const facts = { due_date: '2026-11-16' };
		const [opened] = await openCases(world.parts, 'key:test', [{ ...line, facts }]);
		cases.push((opened as { id: string }).id);
	}
	for (const id of cases) await completeCase(world.parts, id);
	return { incident: await incidentOf(world, cases[0]!), cases };
}

const begin = async (who: StaffMember, incident: string, order: IncidentOrder) =>
	beginIncidentAct(world.parts, who.principal, incident, order);
const begun = async (who: StaffMember, incident: string, order: IncidentOrder) =>
	got(await begin(who, incident, order)).act;
const work = (act: string, most?: number) => workIncidentAct(world.parts, act, most);
const done = async (who: StaffMember, incident: string, order: IncidentOrder) => {
	const act = await begun(who, incident, order);
	await work(act);
	return actOf(who, incident, act);
};
async function actOf(who: StaffMember, incident: string, act: string): Promise<IncidentAct> {
	const shown = got(await showIncident(world.parts, who.principal, incident));
	return shown.incident.acts.find(({ id }) => id === act)!;
}
const exceptionOf = async ({ caseId }: { caseId: string }) =>
	world.parts.db
		.selectFrom('exceptions')
		.selectAll()
		.where('case_id', '=', caseId)
		.orderBy('opened_at', 'desc')
		.executeTakeFirstOrThrow();
const record = (incident: string) =>
	world.parts.db
		.selectFrom('audit_entries')
		.select(['actor', 'act', 'data'])
		.where('object', '=', `incident:${incident}`)
		.orderBy('id')
		.execute();
/** What comes after this has a cause of its own. */
const endIncidents = () =>
	world.parts.db
		.updateTable('incidents')
		.set({ closed_at: new Date() })
		.where('closed_at', 'is', null)
		.execute();
afterEach(endIncidents);

test('all are claimed but what a colleague works on, and of two who begin at once one does', async () => {
	const { incident, sent } = await doubtful(3);
	const others = await exceptionOf(sent[0]!);
	got(await claimException(world.parts, omar.principal, others.id));
	const told = await Promise.all([
		begin(olga, incident, { act: 'claim' }),
		begin(olga, incident, { act: 'claim' })
	]);
	expect(told.filter(({ ok }) => ok)).toHaveLength(1);
	expect(told.find(({ ok }) => !ok)).toMatchObject({ reason: 'already-running' });
	const { act, total } = got(told.find(({ ok }) => ok)!);
	expect(total).toBe(3);
	await work(act);
	expect(await actOf(olga, incident, act)).toMatchObject({
		state: 'done',
		own: true,
		total: 3,
		done: 2,
		refused: [{ reason: 'claimed-by-other', count: 1 }]
	});
	expect((await exceptionRow(world, others.id)).claimed_by).toBe(omar.principal.id);
	for (const one of sent.slice(1))
		expect((await exceptionOf(one)).claimed_by).toBe(olga.principal.id);
	const claims = (await eventsOf(world, sent[1]!.caseId)).filter(
		({ type }) => type === 'exception-claimed'
	);
	expect(claims.map(({ actor }) => actor)).toEqual([`staff:${olga.principal.id}`]);
	expect(await record(incident)).toEqual([
		{ actor: `staff:${olga.principal.id}`, act: 'claim-incident', data: { act, cases: 3 } },
		{
			actor: `staff:${olga.principal.id}`,
			act: 'end-incident-act',
			data: { act, results: { done: 2, 'claimed-by-other': 1 } }
		}
	]);
});

test('F7: what one proposes for all a second person approves for all, and each is sent again once', async () => {
	const { incident, sent } = await doubtful(3);
	const unmoved = { act: 'propose', settles: 'applied', why } as const;
	expect(await begin(olga, incident, unmoved)).toMatchObject({ reason: 'outcome-not-allowed' });
	const empty = { act: 'propose', settles: 'send-again', why: ' ' } as const;
	expect(await begin(olga, incident, empty)).toMatchObject({ reason: 'bad-text' });
	expect(await begin(paul, incident, { ...empty, why })).toMatchObject({ reason: 'forbidden' });
	const proposed = await done(olga, incident, { act: 'propose', settles: 'send-again', why });
	expect(proposed).toMatchObject({ state: 'done', done: 3, waiting: 3, refused: [] });
	for (const one of sent) expect((await rowOf(world, one)).state).toBe('dead');
	const yes = { act: 'approve', on: proposed.id } as const;
	expect(await begin(olga, incident, yes)).toMatchObject({ reason: 'forbidden' });
	// What is decided on alone meanwhile is not there any more for who only approves.
	const first = await exceptionOf(sent[0]!);
	const { id: proposal } = await world.parts.db
		.selectFrom('settlements')
		.select('id')
		.where('exception_id', '=', first.id)
		.executeTakeFirstOrThrow();
	const no = { proposal, approved: false, why };
	const act = await begun(paul, incident, yes);
	got(await decideSettlement(world.parts, paul.principal, first.id, no));
	await work(act);
	expect(await actOf(paul, incident, act)).toMatchObject({
		total: 3,
		done: 2,
		refused: [{ reason: 'not-found', count: 1 }]
	});
	expect(await begin(paul, incident, yes)).toMatchObject({ reason: 'empty' });
	expect((await rowOf(world, sent[0]!)).state).toBe('dead');
	for (const one of sent.slice(1)) {
		await apply(world, one);
		expect((await rowOf(world, one)).state).toBe('applied');
		expect(await world.core.effects(one.customer)).toHaveLength(1);
		expect(await timeline(world, one.caseId)).toContain('settlement-approved');
	}
});

test('nobody decides on what they proposed for all, whatever their roles', async () => {
	const { incident } = await doubtful(1);
	const both = await addStaffMember(world.parts, {
		roles: ['operations', 'approver'],
		teams: ['operations']
	});
	const { id } = await done(both, incident, { act: 'propose', settles: 'rejected', why });
	expect(await begin(both, incident, { act: 'approve', on: id })).toMatchObject({
		reason: 'own-proposal'
	});
	const refused = await done(paul, incident, { act: 'refuse', on: id, why });
	expect(refused).toMatchObject({ done: 1 });
	expect((await actOf(both, incident, id)).waiting).toBe(0);
});

test('all are closed with one outcome and one note; what may not be closed so stays as it was', async () => {
	const { incident, cases } = await held(3);
	const allowed = got(await showIncident(world.parts, carl.principal, incident)).incident;
	expect(allowed.outcomes.map(({ id }) => id)).toEqual(['completed', 'cancelled']);
	expect(allowed.outcomes[1]!.told.map(({ language }) => language)).toEqual(['en', 'de', 'ar']);
	const made = { act: 'decide', outcome: 'granted' } as const;
	expect(await begin(carl, incident, made)).toMatchObject({ reason: 'outcome-not-allowed' });
	const order = { act: 'decide', outcome: 'cancelled', note: 'The file was sent twice' } as const;
	const act = await begun(carl, incident, order);
	await work(act, 1);
	const half = await actOf(carl, incident, act);
	expect(half).toMatchObject({ state: 'running', total: 3, done: 1 });
	await work(act);
	expect(await actOf(carl, incident, act)).toMatchObject({ state: 'done', done: 3 });
	for (const id of cases) {
		const { stage } = await world.parts.db
			.selectFrom('cases')
			.select('stage')
			.where('id', '=', id)
			.executeTakeFirstOrThrow();
		expect(stage).toBe('cancelled');
		expect(await timeline(world, id)).toContain('note-written');
	}
	const { key, sealed } = await world.parts.db
		.selectFrom('incident_acts')
		.select(['key', 'sealed'])
		.where('id', '=', act)
		.executeTakeFirstOrThrow();
	expect([key, sealed]).toEqual([null, null]);

	// A doubtful writeback is closed by nothing but its settlement, and is not even claimed by trying.
	const lost = await doubtful(1);
	const shown = got(await showIncident(world.parts, olga.principal, lost.incident)).incident;
	const ends = shown.outcomes.find(({ does }) => does === 'end')!;
	const tried = await done(olga, lost.incident, { act: 'decide', outcome: ends.id });
	expect(tried).toMatchObject({
		done: 0,
		refused: [{ reason: 'submission-under-way', count: 1 }]
	});
	expect(await exceptionOf(lost.sent[0]!)).toMatchObject({ state: 'open', claimed_by: null });
	expect(await timeline(world, lost.sent[0]!.caseId)).not.toContain('exception-claimed');
});

test('a role that is removed in between ends what is left, and an act that is stopped does nothing more', async () => {
	const { incident, cases } = await held(3);
	const leaver = await addStaffMember(world.parts, { teams: ['data-care'] });
	const order = { act: 'decide', outcome: 'cancelled', note: 'The file was sent twice' } as const;
	const act = await begun(leaver, incident, order);
	await work(act, 1);
	await world.parts.db
		.deleteFrom('staff_roles')
		.where('staff_id', '=', leaver.principal.id)
		.execute();
	await work(act);
	expect(await actOf(carl, incident, act)).toMatchObject({
		done: 1,
		refused: [{ reason: 'forbidden', count: 2 }]
	});
	const second = await begun(carl, incident, order);
	await work(second, 1);
	const stranger = await addStaffMember(world.parts, { teams: ['arrangements'] });
	const stop = (who: StaffMember) =>
		cancelIncidentAct(world.parts, who.principal, incident, second);
	expect(await stop(stranger)).toMatchObject({ reason: 'not-found' });
	got(await stop(carl));
	expect(await stop(carl)).toMatchObject({ reason: 'already-finished' });
	await work(second);
	expect(await actOf(carl, incident, second)).toMatchObject({
		state: 'cancelled',
		total: 2,
		done: 1,
		refused: []
	});
	const open = await world.parts.db
		.selectFrom('exceptions')
		.select('id')
		.where('case_id', 'in', cases)
		.where('state', '=', 'open')
		.execute();
	expect(open).toHaveLength(1);
	expect((await record(incident)).at(-1)).toMatchObject({
		act: 'cancel-incident-act',
		data: { act: second, results: { done: 1, 'not-come-to': 1 } }
	});
});

test('F1: what other teams have is not there, and no act of theirs', async () => {
	const { incident } = await held(1);
	const stranger = await addStaffMember(world.parts, { teams: ['arrangements'] });
	expect(await showIncident(world.parts, stranger.principal, incident)).toMatchObject({
		reason: 'not-found'
	});
	for (const id of [incident, '019a0000-0000-7000-8000-000000000000', 'no-uuid'])
		expect(await begin(stranger, id, { act: 'claim' })).toMatchObject({ reason: 'not-found' });
	const auditor = await addStaffMember(world.parts, { roles: ['auditor'] });
	expect(await begin(auditor, incident, { act: 'claim' })).toMatchObject({ reason: 'forbidden' });
});

test('on several nodes at once, after a death and with a case that cannot be read, each is done once', async () => {
	const { incident, sent } = await doubtful(4);
	const act = await begun(olga, incident, { act: 'propose', settles: 'send-again', why });
	const broken = await exceptionOf(sent[0]!);
	await sql`update cases set sealed = 'x' where id = ${broken.case_id}`.execute(world.parts.db);
	// A node has died with the act in its hands; the master key is changed meanwhile.
	await world.parts.db
		.updateTable('incident_acts')
		.set({ lease_until: new Date(Date.now() + 60_000) })
		.execute();
	await work(act);
	expect(await actOf(olga, incident, act)).toMatchObject({ state: 'running', done: 0 });
	const rewrapped = await rewrapKeys(world.parts);
	expect(rewrapped.unreadable).toBe(0);
	await sql`update incident_acts set lease_until = now() - interval '1 second',
		started_at = now() - interval '1 minute'`.execute(world.parts.db);
	await sql`delete from counters where key = 'sweep'`.execute(world.parts.db);
	expect(await sweep(world.parts)).toMatchObject({ acts: 1 });
	// The lease of one is lost while it works: two go through the same cases.
	const lose = () =>
		world.parts.db.updateTable('incident_acts').set({ lease_until: null }).execute();
	await Promise.all([work(act), lose().then(() => work(act)), lose().then(() => work(act))]);
	await work(act);
	expect(await actOf(olga, incident, act)).toMatchObject({
		state: 'done',
		done: 3,
		refused: [{ reason: 'failed', count: 1 }]
	});
	const { proposals } = await world.parts.db
		.selectFrom('settlements')
		.select(({ fn }) => fn.countAll<string>().as('proposals'))
		.where(
			'exception_id',
			'in',
			(await Promise.all(sent.map(exceptionOf))).map(({ id }) => id)
		)
		.executeTakeFirstOrThrow();
	expect(Number(proposals)).toBe(3);
	await world.parts.db
		.updateTable('incident_acts')
		.set({ ended_at: new Date(0) })
		.execute();
	expect(await purgeOld(world.parts)).toBeGreaterThan(0);
	expect(got(await showIncident(world.parts, olga.principal, incident)).incident.acts).toEqual([]);
});
