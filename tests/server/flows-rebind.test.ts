import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import { loadWorkflow } from '../../src/lib/server/db/workflows.ts';
import { claimException } from '../../src/lib/server/flows/claim-exception.ts';
import { identifyCustomer } from '../../src/lib/server/flows/identify-customer.ts';
import { leavePath } from '../../src/lib/server/flows/leave-path.ts';
import { rebindFactor } from '../../src/lib/server/flows/rebind-factor.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { showDeskCase } from '../../src/lib/server/flows/show-desk-case.ts';
import { showVerify } from '../../src/lib/server/flows/show-verify.ts';
import { askedForPerson, exceptionRow, openException } from '../support/desk.ts';
import { beginVisit, caseOf, eventsOf, got, SOURCE } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const open = (workflow: string, customer: string) => openCase(world, { workflow, customer });
const rebound = async (id: string) =>
	(await eventsOf(world, id)).filter(({ type }) => type === 'factor-rebound');
const SURE = { by: 'ops@example.org', why: 'called back' };

/** The row of a factor as so many failures leave it. */
async function fail(customer: string, factor: 'code' | 'known-facts', consecutive: number) {
	const customer_hash = world.parts.vault.hash('customer', customer);
	const soon = new Date(Date.now() + 60_000);
	const disabled_at = consecutive >= 50 ? new Date() : null;
	await world.parts.db
		.insertInto('factors')
		.values({ customer_hash, factor, consecutive, locked_until: soon, disabled_at })
		.execute();
}

test('C11: a person binds an ended factor again: codes go out, and every open case tells who and why', async () => {
	const ids = [await open('failed-payment', 'C-1001'), await open('address-update', 'C-1001')];
	const other = await open('failed-payment', 'C-1002');
	await fail('C-1001', 'code', 50);
	await fail('C-1002', 'code', 50);
	const visit = await beginVisit(world, ids[0]!);
	expect(await showVerify(world.parts, visit)).toMatchObject({ ask: 'person' });
	expect(await rebindFactor(world.parts, 'C-1001', SURE)).toEqual({ factors: ['code'], cases: 2 });
	for (const id of ids)
		expect(await rebound(id)).toEqual([
			{
				type: 'factor-rebound',
				actor: 'staff:ops@example.org',
				data: { factor: 'code', why: 'called back' }
			}
		]);
	expect((await requestCode(world.parts, visit, 'sms', SOURCE)).ok).toBe(true);
	expect(await rebound(other)).toEqual([]);
	const theirs = await beginVisit(world, other);
	expect(await showVerify(world.parts, theirs)).toMatchObject({ ask: 'person' });
	// It was ended on another case: here, too, somebody has it, once, however often they come.
	await beginVisit(world, other);
	const raised = (await eventsOf(world, other)).filter(({ type }) => type === 'exception-raised');
	expect(raised).toMatchObject([{ data: { breakpoint: 'identity' } }]);
});

test('C11: what is only locked keeps its half hour, and there is nothing to do', async () => {
	const id = await open('failed-payment', 'C-1003');
	await fail('C-1003', 'code', 10);
	expect(await rebindFactor(world.parts, 'C-1003', SURE)).toEqual({ factors: [], cases: 1 });
	expect(await rebound(id)).toEqual([]);
	expect(await showVerify(world.parts, await beginVisit(world, id))).toMatchObject({
		ask: 'wait'
	});
	const none = await rebindFactor(world.parts, 'C-none', SURE);
	expect(none).toEqual({ factors: [], cases: 0 });
});

test('C11: bound again twice at once, it stands in the timeline once', async () => {
	const id = await open('failed-payment', 'C-1004');
	await fail('C-1004', 'code', 50);
	await fail('C-1004', 'known-facts', 50);
	const both = await Promise.all([1, 2].map(() => rebindFactor(world.parts, 'C-1004', SURE)));
	expect(both.map(({ factors }) => factors.length).sort()).toEqual([0, 2]);
	expect(await rebound(id)).toHaveLength(2);
});

/** A case on whose link known facts were tried as often as they may be. */
const exhausted = (customer: string) => notProven('failed-payment', customer, 3);

/** A case that a person has because identity could not be proved. */
async function notProven(workflow: string, customer: string, wrongFacts = 0) {
	const id = await open(workflow, customer);
	const { row } = await caseOf(world, id);
	const published = await loadWorkflow(world.parts.db, row.workflow, row.version);
	const by = { actor: 'customer', flow: 'test' } as const;
	await changeCase(world.parts, id, by, (change) => {
		for (let tries = 0; tries < wrongFacts; tries += 1)
			change.must({ do: 'fail-challenge', factor: 'known-facts', reason: 'wrong' });
		leavePath(published, change, { breakpoint: 'identity', reason: 'facts-exhausted' });
		return Promise.resolve();
	});
	return { id, exception: await openException(world, id) };
}

test('C11: an agent who made sure who it is binds again in one act, in all cases, with who and why', async () => {
	const sia = await addStaffMember(world.parts, { teams: ['service-desk'] });
	const sam = await addStaffMember(world.parts, { teams: ['service-desk'], name: 'Sam Service' });
	const stranger = await addStaffMember(world.parts, { teams: ['record-care'] });
	await fail('C-1005', 'code', 50);
	const one = await notProven('failed-payment', 'C-1005');
	const other = await notProven('address-update', 'C-1005');
	const shown = got(await showDeskCase(world.parts, sia.principal, one.id));
	expect(shown.ended).toEqual([{ factor: 'code', everywhere: true }]);
	const identify = (who: StaffMember, exception: string, why = 'Called the number on file') =>
		identifyCustomer(world.parts, who.principal, exception, why);
	expect(await identify(sia, one.exception, ' ')).toMatchObject({ reason: 'bad-text' });
	expect(await identify(stranger, one.exception)).toMatchObject({ reason: 'not-found' });
	got(await claimException(world.parts, sam.principal, one.exception));
	expect(await identify(sia, one.exception)).toMatchObject({ reason: 'claimed-by-other' });
	const gone = await addStaffMember(world.parts, { teams: ['service-desk'] });
	await world.parts.db
		.deleteFrom('staff_roles')
		.where('staff_id', '=', gone.principal.id)
		.execute();
	expect(await identify(gone, other.exception)).toMatchObject({ reason: 'forbidden' });
	expect(await rebound(one.id)).toEqual([]);
	// Two of the customer's cases at once: neither waits for the other for good, and it is bound once.
	const told = await Promise.all([identify(sam, one.exception), identify(sia, other.exception)]);
	expect(told.map(({ ok }) => ok)).toEqual([true, true]);
	for (const { id } of [one, other])
		expect((await rebound(id)).map(({ data }) => data)).toEqual([
			{ factor: 'code', why: 'identified' }
		]);
	expect(JSON.stringify(await eventsOf(world, one.id))).not.toContain('Called the number');
	expect(await exceptionRow(world, one.exception)).toMatchObject({
		state: 'closed',
		outcome: 'identified'
	});
	expect(await identify(sam, one.exception)).toMatchObject({ reason: 'already-finished' });
	expect(await showVerify(world.parts, await beginVisit(world, one.id))).toMatchObject({
		ask: 'code'
	});
});

test('C10: known facts that were tried too often on a link count anew once a person knows who it is', async () => {
	const sia = await addStaffMember(world.parts, { teams: ['service-desk'] });
	const { id, exception } = await exhausted('C-1006');
	const shown = got(await showDeskCase(world.parts, sia.principal, id));
	expect(shown.ended).toEqual([{ factor: 'known-facts', everywhere: false }]);
	got(await identifyCustomer(world.parts, sia.principal, exception, 'Called back'));
	expect((await caseOf(world, id)).state.failures['known-facts']).toBe(0);
});

test('an exception that is about something else is not closed by knowing who it is', async () => {
	const { exception } = await askedForPerson(world, 'C-1025');
	const ana = await addStaffMember(world.parts, { teams: ['arrangements'] });
	expect(
		await identifyCustomer(world.parts, ana.principal, exception, 'Called back')
	).toMatchObject({ reason: 'outcome-not-allowed' });
});
