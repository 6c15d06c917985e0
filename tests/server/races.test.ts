import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkCode } from '../../src/lib/server/flows/check-code.ts';
import { checkFacts } from '../../src/lib/server/flows/check-facts.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import {
	beginVisit,
	caseOf,
	eventsOf,
	got,
	newestCode,
	passCode,
	reviewed,
	SOURCE
} from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply, confirmed, rowOf } from '../support/writebacks.ts';

// Many callers in one process, on either database. Several processes: races-processes.test.ts.

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const atOnce = <Value>(count: number, turn: (place: number) => Promise<Value>): Promise<Value[]> =>
	Promise.all(Array.from({ length: count }, (_, place) => turn(place)));

test('16 confirmations of one draft are one submission', async () => {
	const seen = await reviewed(world, {
		workflow: 'failed-payment',
		customer: 'C-1001',
		action: 'pay-now'
	});
	const told = await atOnce(16, () =>
		submitAction(world.parts, seen.visit, seen.draftId, seen.shown)
	);
	expect(new Set(told.map((one) => got(one).submissionId)).size).toBe(1);
});

test('of 32 wrong codes and the right one five are compared', async () => {
	const id = await openCase(world, { workflow: 'failed-payment', customer: 'C-1002' });
	const visit = await beginVisit(world, id);
	got(await requestCode(world.parts, visit, 'sms', SOURCE));
	const code = Number(await newestCode(world, id));
	const told = await atOnce(32, (place) => {
		const wrong = String((code + 1 + place) % 1_000_000).padStart(6, '0');
		return checkCode(world.parts, visit, wrong, `source-${place}`);
	});
	expect(told.filter((one) => !one.ok && one.reason === 'wrong-code')).toHaveLength(4);
	const { compared } = await world.parts.db
		.selectFrom('challenges')
		.select('compared')
		.where('case_id', '=', id)
		.executeTakeFirstOrThrow();
	expect(compared).toBe(5);
});

test('of 16 wrong sets of facts three are compared, and one person gets the case', async () => {
	const id = await openCase(world, { workflow: 'collections-plan', customer: 'C-1003' });
	const visit = await passCode(world, await beginVisit(world, id));
	await atOnce(16, () => checkFacts(world.parts, visit, {}, 'plan-long'));
	expect((await caseOf(world, id)).state.failures['known-facts']).toBe(3);
	const events = await eventsOf(world, id);
	expect(events.filter(({ type }) => type === 'exception-raised')).toHaveLength(1);
});

test('16 requests for a code are one code', async () => {
	const id = await openCase(world, { workflow: 'failed-payment', customer: 'C-1004' });
	const visit = await beginVisit(world, id);
	const told = await atOnce(16, () => requestCode(world.parts, visit, 'sms', SOURCE));
	expect(told.filter(({ ok }) => ok)).toHaveLength(1);
	expect(told.filter((one) => !one.ok && one.reason === 'too-soon')).toHaveLength(15);
});

test('16 wake-ups of one writeback are one attempt', async () => {
	const sent = await confirmed(world, 'C-1005');
	await atOnce(16, () => apply(world, sent));
	expect(await rowOf(world, sent)).toMatchObject({ state: 'applied', attempt: 1 });
	expect(await world.core.effects('C-1005')).toHaveLength(1);
});

test('16 duplicate triggers at once are one case, and its events have no gap', async () => {
	const line = {
		workflow: 'failed-payment',
		customer: 'R-1',
		contacts: { sms: '+4917604069001' },
		facts: { balance: 100, due_date: '2026-11-16' }
	};
	const told = (await atOnce(16, () => openCases(world.parts, 'key:test', [line]))).flat();
	expect(told.filter(({ status }) => status === 'opened')).toHaveLength(1);
	expect(told.filter(({ status }) => status === 'joined')).toHaveLength(15);
	const id = (told[0] as { id: string }).id;
	await atOnce(8, () => renewLink(world.parts, 'key:test', id, { send: false }));
	const rows = await world.parts.db
		.selectFrom('case_events')
		.select('seq')
		.where('case_id', '=', id)
		.orderBy('seq')
		.execute();
	expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, place) => place + 1));
	expect((await caseOf(world, id)).row.seq).toBe(rows.length);
});
