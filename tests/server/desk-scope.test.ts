import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queueQuery } from '../../src/lib/contracts/desk.ts';
import { findCases } from '../../src/lib/server/flows/find-cases.ts';
import { listQueue } from '../../src/lib/server/flows/list-queue.ts';
import { nextException } from '../../src/lib/server/flows/next-exception.ts';
import { askedForPerson } from '../support/desk.ts';
import { got } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const find = async (who: StaffMember, customer: string) =>
	got(await findCases(world.parts, who.principal, customer));

test('F2: a search finds the cases of the own teams, and tells no more of others than of nobody', async () => {
	const customer = 'C-1025';
	const { caseId } = await askedForPerson(world, customer);
	// Another case of theirs, at which no person works.
	await openCase(world, { workflow: 'failed-payment', customer });
	const of = (teams: string[], roles?: StaffMember['principal']['roles']) =>
		addStaffMember(world.parts, { teams, ...(roles && { roles }) });
	const own = await of(['arrangements']);
	const other = await of(['record-care']);
	const none = await of([]);
	const overseer = await of([], ['auditor']);
	expect(await find(own, customer)).toMatchObject([{ id: caseId, open: 1 }]);
	for (const who of [other, none]) {
		expect(await find(who, customer)).toEqual([]);
		expect(await find(who, 'C-nobody')).toEqual([]);
	}
	expect(await find(overseer, ` ${customer} `)).toHaveLength(2);
	const approver = await of([], ['administrator']);
	expect(await findCases(world.parts, approver.principal, customer)).toEqual({
		ok: false,
		reason: 'forbidden'
	});

	// Seen by one exception, the case tells nothing of those of other teams, not even how many.
	await sql`insert into exceptions
		select (jsonb_populate_record(e, ${JSON.stringify({
			id: '01900000-0000-7000-8000-000000000001',
			type: 'booking-failed',
			owner: 'record-care'
		})}::jsonb)).* from exceptions e where e.case_id = ${caseId}`.execute(world.parts.db);
	expect(await find(own, customer)).toMatchObject([{ id: caseId, open: 1 }]);
	expect(await find(other, customer)).toMatchObject([{ id: caseId, open: 1 }]);
	expect((await find(overseer, customer)).find(({ id }) => id === caseId)?.open).toBe(2);
});

test('F2: another team’s place in a list, its name and its incident lead nowhere', async () => {
	const { exception } = await askedForPerson(world, 'C-1026');
	const stranger = await addStaffMember(world.parts, { teams: ['payment-desk'] });
	const overseer = await addStaffMember(world.parts, { roles: ['operations'] });
	const place = (due: string) =>
		Buffer.from(JSON.stringify([0, due, exception])).toString('base64url');
	for (const asked of [
		{ team: 'arrangements' },
		{ cursor: place('2000-01-01T00:00:00Z') },
		{ cursor: place('2100-01-01T00:00:00Z') },
		{ incident: exception },
		{ tab: 'waiting' },
		{ tab: 'breaching' },
		{ queue: 'system' }
	]) {
		const query = queueQuery.parse(asked);
		const seen = got(await listQueue(world.parts, stranger.principal, query));
		expect([asked, seen.items, seen.next]).toEqual([asked, [], null]);
		expect(Object.values(seen.counts).flatMap((one) => Object.values(one))).toEqual(
			Array.from({ length: 8 }, () => 0)
		);
		expect(await nextException(world.parts, stranger.principal, query)).toMatchObject({
			reason: 'empty'
		});
	}
	const query = queueQuery.parse({ cursor: place('2000-01-01T00:00:00Z') });
	const all = got(await listQueue(world.parts, overseer.principal, query));
	expect(all.items.map(({ id }) => id)).toContain(exception);
});
