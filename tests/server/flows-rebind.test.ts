import { afterAll, beforeAll, expect, test } from 'vitest';
import { rebindFactor } from '../../src/lib/server/flows/rebind-factor.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { showVerify } from '../../src/lib/server/flows/show-verify.ts';
import { beginVisit, eventsOf, SOURCE } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
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
