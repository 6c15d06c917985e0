import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queueQuery } from '../../src/lib/contracts/desk.ts';
import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import { claimException } from '../../src/lib/server/flows/claim-exception.ts';
import { decideException } from '../../src/lib/server/flows/decide-exception.ts';
import { handBack } from '../../src/lib/server/flows/hand-back.ts';
import { listQueue } from '../../src/lib/server/flows/list-queue.ts';
import { nextException } from '../../src/lib/server/flows/next-exception.ts';
import { showActions } from '../../src/lib/server/flows/show-actions.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import { askedForPerson, exceptionRow, openException } from '../support/desk.ts';
import { caseOf, eventsOf, got, messagesOf, reviewed, timeline } from '../support/journey.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply } from '../support/writebacks.ts';

let world: World;
let ana: StaffMember;
let ben: StaffMember;
beforeAll(async () => {
	world = await startWorld();
	ana = await addStaffMember(world.parts, { teams: ['arrangements'] });
	ben = await addStaffMember(world.parts, { teams: ['arrangements'], name: 'Ben Agent' });
});
afterAll(() => world.close());

const claim = (who: StaffMember, id: string) => claimException(world.parts, who.principal, id);
/** Pressed again where the case was locked for too long: on a busy machine that is no refusal. */
const pressed = (who: StaffMember, id: string): ReturnType<typeof claim> =>
	claim(who, id).catch((error: { code?: string }) => {
		if (error.code !== '55P03') throw error;
		return pressed(who, id);
	});
const queue = async (who: StaffMember, query: object = {}) =>
	got(await listQueue(world.parts, who.principal, queueQuery.parse(query)));
const ids = async (who: StaffMember, query: object = {}) =>
	(await queue(who, query)).items.map(({ id }) => id);

test('of 16 agents who press at once one gets the exception', async () => {
	const { exception } = await askedForPerson(world, 'C-1025');
	const agents = [];
	for (let made = 0; made < 16; made += 1)
		agents.push(await addStaffMember(world.parts, { teams: ['arrangements'] }));
	const told = await Promise.all(agents.map((agent) => pressed(agent, exception)));
	expect(told.filter(({ ok }) => ok)).toHaveLength(1);
	expect(told.filter((one) => !one.ok && one.reason === 'claimed-by-other')).toHaveLength(15);
	const { claimed_by, case_id } = await exceptionRow(world, exception);
	const claims = (await eventsOf(world, case_id)).filter(
		({ type }) => type === 'exception-claimed'
	);
	expect(claims.map(({ actor }) => actor)).toEqual([`staff:${claimed_by}`]);
	await decideException(
		world.parts,
		agents.find(({ principal }) => principal.id === claimed_by)!.principal,
		exception,
		{ outcome: 'cancelled' }
	);
});

test('agents who take the next one at once get different ones', async () => {
	const raised = [];
	for (const customer of ['C-1026', 'C-1027', 'C-1028', 'C-1029'])
		raised.push((await askedForPerson(world, customer)).exception);
	const agents = [ana, ben];
	for (let made = 0; made < 4; made += 1)
		agents.push(await addStaffMember(world.parts, { teams: ['arrangements'] }));
	const told = await Promise.all(
		agents.map(({ principal }) => nextException(world.parts, principal, { queue: 'policy' }))
	);
	const taken = told.flatMap((one) => (one.ok ? [one.value.id] : []));
	expect(taken.toSorted()).toEqual(raised.toSorted());
	expect(told.filter((one) => !one.ok && one.reason === 'empty')).toHaveLength(2);
});

test('a claim is nobody else’s until it is handed back or its lease ends, and an act renews it', async () => {
	const { exception } = await askedForPerson(world, 'C-1030');
	got(await claim(ana, exception));
	expect(await claim(ben, exception)).toEqual({
		ok: false,
		reason: 'claimed-by-other',
		detail: { staff: ana.principal.id }
	});
	expect(await ids(ben)).not.toContain(exception);
	expect(await ids(ana, { tab: 'mine' })).toContain(exception);
	await sql`update exceptions set lease_until = now() + interval '1 minute' where id = ${exception}`.execute(
		world.parts.db
	);
	got(await claim(ana, exception));
	const { lease_until, claimed_at } = await exceptionRow(world, exception);
	expect(lease_until!.getTime() - claimed_at!.getTime()).toBeGreaterThan(14 * 60_000);
	await sql`update exceptions set lease_until = now() - interval '1 second' where id = ${exception}`.execute(
		world.parts.db
	);
	expect(await ids(ben)).toContain(exception);
	expect(await ids(ana, { tab: 'mine' })).not.toContain(exception);
	got(await claim(ben, exception));
	expect((await claim(ana, exception)).ok).toBe(false);
	got(await handBack(world.parts, ben.principal, exception));
	got(await claim(ana, exception));
	got(await decideException(world.parts, ana.principal, exception, { outcome: 'cancelled' }));
});

test('F1 F2: what other teams have is not there: no row, no count, no act, no next one', async () => {
	const { exception } = await askedForPerson(world, 'C-1031');
	const other = await addStaffMember(world.parts, { teams: ['record-care'] });
	const teamless = await addStaffMember(world.parts);
	for (const who of [other, teamless]) {
		const { items, counts } = await queue(who);
		expect(items).toEqual([]);
		expect(counts.policy).toEqual({ next: 0, mine: 0, waiting: 0, breaching: 0 });
		expect(await queue(who, { team: 'arrangements' })).toMatchObject({ items: [] });
		const made = '019a0000-0000-7000-8000-000000000000';
		for (const id of [exception, made, 'no-uuid'])
			expect(await claim(who, id)).toEqual({ ok: false, reason: 'not-found' });
		expect(await nextException(world.parts, who.principal, { queue: 'policy' })).toEqual({
			ok: false,
			reason: 'empty'
		});
	}
	const overseer = await addStaffMember(world.parts, { roles: ['operations'] });
	expect(await ids(overseer)).toContain(exception);
	expect(await ids(overseer, { queue: 'system' })).not.toContain(exception);
});

test('a role that was taken away a moment ago permits nothing', async () => {
	const { exception } = await askedForPerson(world, 'C-1032');
	const gone = await addStaffMember(world.parts, { teams: ['arrangements'] });
	got(await claim(gone, exception));
	await world.parts.db
		.deleteFrom('staff_roles')
		.where('staff_id', '=', gone.principal.id)
		.execute();
	expect(
		await decideException(world.parts, gone.principal, exception, { outcome: 'cancelled' })
	).toEqual({ ok: false, reason: 'forbidden' });
	expect((await exceptionRow(world, exception)).state).toBe('open');
	expect(await listQueue(world.parts, gone.principal, queueQuery.parse({}))).toEqual({
		ok: false,
		reason: 'forbidden'
	});
});

test('a decision ends the case, and the link tells how', async () => {
	const { exception, caseId, visit } = await askedForPerson(world, 'C-1033');
	expect(
		await decideException(world.parts, ana.principal, exception, { outcome: 'granted' })
	).toEqual({ ok: false, reason: 'outcome-not-allowed' });
	got(
		await decideException(world.parts, ana.principal, exception, { outcome: 'agreed-otherwise' })
	);
	expect((await caseOf(world, caseId)).state).toMatchObject({
		stage: 'cancelled',
		answered: { type: 'nothing-fits', outcome: 'agreed-otherwise' }
	});
	expect(await exceptionRow(world, exception)).toMatchObject({
		state: 'closed',
		outcome: 'agreed-otherwise',
		claimed_by: null
	});
	const view = await showActions(world.parts, visit);
	expect(view.answer).toMatch(/in another way/);
	const [notice] = (await messagesOf(world, caseId)).slice(-1);
	expect(notice).toMatchObject({ class: 'notice', template: 'news', state: 'queued' });
	expect(await timeline(world, caseId)).toEqual(
		expect.arrayContaining(['exception-claimed', 'exception-closed', 'case-cancelled'])
	);
});

test('what the customer finished meanwhile is not decided any more', async () => {
	const seen = await reviewed(world, {
		workflow: 'failed-payment',
		customer: 'C-1001',
		action: 'pay-now'
	});
	await askPerson(world.parts, seen.visit);
	const late = await openException(world, seen.caseId);
	const agent = await addStaffMember(world.parts, { teams: ['payment-desk'] });
	got(await submitAction(world.parts, seen.visit, seen.draftId, seen.shown));
	expect(
		await decideException(world.parts, agent.principal, late, { outcome: 'cancelled' })
	).toEqual({ ok: false, reason: 'submission-under-way' });
	const { id: writeback } = await world.parts.db
		.selectFrom('writebacks')
		.select('id')
		.where('case_id', '=', seen.caseId)
		.executeTakeFirstOrThrow();
	await apply(world, { writeback });
	expect(
		await decideException(world.parts, agent.principal, late, { outcome: 'cancelled' })
	).toEqual({
		ok: false,
		reason: 'already-finished',
		detail: { outcome: 'finished-by-customer' }
	});
});

test('a queue is filtered by workflow and type: rows, figures, pages and the next one', async () => {
	const mixed = await addStaffMember(world.parts, { teams: ['arrangements', 'record-care'] });
	const plan = await askedForPerson(world, 'C-1034');
	const address = await askedForPerson(world, 'C-1035', 'address-update');
	const one = { workflow: 'address-update' };
	expect(await ids(mixed)).toEqual(expect.arrayContaining([plan.exception, address.exception]));
	expect(await ids(mixed, one)).toEqual([address.exception]);
	expect(await ids(mixed, { ...one, type: 'nothing-fits' })).toEqual([address.exception]);
	const none = await queue(mixed, { ...one, type: 'identity-not-proven' });
	expect(none.items).toEqual([]);
	expect(none.counts.policy).toEqual({ next: 0, mine: 0, waiting: 0, breaching: 0 });
	const { counts, choices } = await queue(mixed, one);
	expect(counts.policy.next).toBe(1);
	expect(choices.workflows.map(({ key }) => key)).toEqual(['address-update', 'collections-plan']);
	expect(choices.types.map(({ key }) => key)).toContain('nothing-fits');
	const wrong = { type: 'nothing-fits', workflow: 'no-such' } as const;
	const asked = { queue: 'policy' as const, ...wrong };
	expect(await nextException(world.parts, mixed.principal, asked)).toMatchObject({
		reason: 'empty'
	});
	const next = { queue: 'policy' as const, workflow: 'address-update' };
	expect(got(await nextException(world.parts, mixed.principal, next)).id).toBe(address.exception);
	// What other teams work is not offered either (case F2).
	const other = await addStaffMember(world.parts, { teams: ['data-care'] });
	const offered = (await queue(other)).choices;
	expect(offered.types).toEqual([]);
	const broken = (await queue(other, { queue: 'system' })).choices;
	expect(broken.types.map(({ key }) => key)).toEqual(['missing-data']);
});
