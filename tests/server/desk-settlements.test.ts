import { afterAll, beforeAll, expect, test } from 'vitest';
import { countCases } from '../../src/lib/server/db/figures.ts';
import { claimException } from '../../src/lib/server/flows/claim-exception.ts';
import { decideException } from '../../src/lib/server/flows/decide-exception.ts';
import { decideSettlement } from '../../src/lib/server/flows/decide-settlement.ts';
import { listIncidents } from '../../src/lib/server/flows/list-incidents.ts';
import { listQueue } from '../../src/lib/server/flows/list-queue.ts';
import { proposeSettlement } from '../../src/lib/server/flows/propose-settlement.ts';
import { showIncident } from '../../src/lib/server/flows/show-incident.ts';
import { showDeskCase } from '../../src/lib/server/flows/show-desk-case.ts';
import { queueQuery } from '../../src/lib/contracts/desk.ts';
import { exceptionRow, openException } from '../support/desk.ts';
import { caseOf, got, timeline } from '../support/journey.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply, confirmed, onWrite, receiptOf, rowOf, type Sent } from '../support/writebacks.ts';

let world: World;
let olga: StaffMember;
let paul: StaffMember;
beforeAll(async () => {
	world = await startWorld();
	olga = await addStaffMember(world.parts, {
		roles: ['operations', 'approver'],
		teams: ['operations'],
		name: 'Olga Operations'
	});
	paul = await addStaffMember(world.parts, { roles: ['approver'], name: 'Paul Approver' });
});
afterAll(() => world.close());

const why = 'looked it up in the core';

/** A payment that was sent and whose outcome nobody knows, with the exception that this raised. */
async function doubtful(customer: string): Promise<Sent & { exception: string }> {
	const sent = await confirmed(world, customer);
	await world.core.faults([onWrite(sent, { fault: 'applied-then-reset' })]);
	await apply(world, sent);
	await world.parts.db
		.updateTable('writebacks')
		.set({ failures: 99, next_at: new Date(Date.now() - 1000), lease_until: null })
		.where('id', '=', sent.writeback)
		.execute();
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'dead', next_at: null });
	return { ...sent, exception: await openException(world, sent.caseId) };
}

const propose = (
	{ exception }: { exception: string },
	order: Partial<Parameters<typeof proposeSettlement>[3]> = {}
) =>
	proposeSettlement(world.parts, olga.principal, exception, {
		settles: 'applied',
		reference: 'PAY-77',
		why,
		...order
	});
const decide = (
	who: StaffMember,
	{ exception }: { exception: string },
	proposal: string,
	approved = true
) => decideSettlement(world.parts, who.principal, exception, { proposal, approved, why });

test('F7: what one proposes a second person approves, never the same; then it is booked, and deferred', async () => {
	const sent = await doubtful('C-1001');
	expect(await propose(sent, { reference: '' })).toMatchObject({ reason: 'reference-needed' });
	const { proposal } = got(await propose(sent));
	expect(await propose(sent)).toMatchObject({ reason: 'already-proposed' });
	expect(await decide(olga, sent, proposal)).toMatchObject({ reason: 'own-proposal' });
	expect(await decide(paul, sent, 'no-uuid')).toMatchObject({ reason: 'already-decided' });
	expect((await rowOf(world, sent)).state).toBe('dead');
	const waiting = got(
		await listQueue(
			world.parts,
			paul.principal,
			queueQuery.parse({ queue: 'system', tab: 'waiting' })
		)
	);
	expect(waiting.items.map(({ id }) => id)).toEqual([sent.exception]);
	expect(waiting.counts.system.waiting).toBe(1);
	const told = await Promise.all([
		decide(paul, sent, proposal),
		decide(paul, sent, proposal),
		decide(paul, sent, proposal)
	]);
	expect(told.filter(({ ok }) => ok)).toHaveLength(1);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'applied', record_reference: 'PAY-77' });
	expect((await caseOf(world, sent.caseId)).row.stage).toBe('deferred');
	expect(await timeline(world, sent.caseId)).toContain('case-deferred');
	const day = new Date().toISOString().slice(0, 10);
	const span = { key: 'failed-payment', zone: 'UTC', from: day, to: day, version: 0 };
	const groups = await countCases(world.parts.db, [span]);
	expect(groups.filter(({ end }) => end === 'deferred')).toMatchObject([{ cases: 1 }]);
	expect(await receiptOf(world, sent)).toMatchObject({ state: 'booked', reference: 'PAY-77' });
});

test('found not applied, the customer may choose anew', async () => {
	const sent = await doubtful('C-1002');
	const { proposal } = got(await propose(sent, { settles: 'rejected' }));
	got(await decide(paul, sent, proposal));
	expect((await rowOf(world, sent)).state).toBe('rejected');
	const { state } = await caseOf(world, sent.caseId);
	expect(state.submission?.state).toBe('rejected');
	expect(state.exceptions).toEqual([]);
	expect((await receiptOf(world, sent)).others).toBe(true);
});

test('sent again under the same key it takes effect once', async () => {
	const sent = await doubtful('C-1003');
	const { proposal } = got(await propose(sent, { settles: 'send-again' }));
	await world.core.faults([]);
	got(await decide(paul, sent, proposal));
	await world.parts.db
		.updateTable('connections')
		.set({ opened_at: null, probe_at: null, closed_at: null })
		.execute();
	await apply(world, sent);
	expect((await rowOf(world, sent)).state).toBe('applied');
	expect(await world.core.effects('C-1003')).toHaveLength(1);
	expect((await caseOf(world, sent.caseId)).row.stage).toBe('resolved');
});

test('a refused proposal leaves everything as it was, and a doubtful writeback is closed by nothing else', async () => {
	const sent = await doubtful('C-1004');
	const { proposal } = got(await propose(sent));
	got(await decide(paul, sent, proposal, false));
	expect((await rowOf(world, sent)).state).toBe('dead');
	expect(await exceptionRow(world, sent.exception)).toMatchObject({
		state: 'open',
		waits_for: null
	});
	expect(
		await decideException(world.parts, olga.principal, sent.exception, { outcome: 'cancelled' })
	).toMatchObject({ reason: 'submission-under-way' });
	expect(await decide(olga, sent, proposal)).toMatchObject({ reason: 'already-decided' });
	const agent = await addStaffMember(world.parts, { teams: ['operations'] });
	expect(
		await proposeSettlement(world.parts, agent.principal, sent.exception, {
			settles: 'applied',
			reference: 'x',
			why
		})
	).toMatchObject({ reason: 'forbidden' });
});

test('R7: what one cause stops is one item of the queue with a count', async () => {
	const before = got(await listIncidents(world.parts, olga.principal));
	const first = await doubtful('C-1005');
	const second = await doubtful('C-1006');
	const after = got(await listIncidents(world.parts, olga.principal));
	const mine = after.find(({ name }) => name === 'Booking failed')!;
	expect(after.length - before.length).toBeLessThanOrEqual(1);
	expect(mine).toMatchObject({ connection: 'demo-core', owner: 'operations' });
	expect(mine.count).toBeGreaterThanOrEqual(2);
	const { members } = got(await showIncident(world.parts, olga.principal, mine.id));
	expect(members.items.map(({ id }) => id)).toEqual(
		expect.arrayContaining([first.exception, second.exception])
	);
	const stranger = await addStaffMember(world.parts, { teams: ['arrangements'] });
	expect(got(await listIncidents(world.parts, stranger.principal))).toEqual([]);
	expect((await showIncident(world.parts, stranger.principal, mine.id)).ok).toBe(false);
	expect((await claimException(world.parts, stranger.principal, first.exception)).ok).toBe(false);
	expect((await showDeskCase(world.parts, stranger.principal, first.caseId)).ok).toBe(false);
});
