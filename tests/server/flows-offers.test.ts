import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyVisit } from '../../src/lib/domain/identity/proofs.ts';
import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import { checkFacts } from '../../src/lib/server/flows/check-facts.ts';
import { fillAction } from '../../src/lib/server/flows/fill-action.ts';
import { makeOffer } from '../../src/lib/server/flows/make-offer.ts';
import { publishWorkflow } from '../../src/lib/server/flows/publish-workflow.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import { showActions } from '../../src/lib/server/flows/show-actions.ts';
import {
	beginVisit,
	caseOf,
	eventsOf,
	got,
	passCode,
	reviewed,
	timeline,
	verified,
	visitBehind
} from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply, confirmed, openExceptions, receiptOf } from '../support/writebacks.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
	// A workflow that does not say when nothing is left to do.
	const source = readFileSync(
		join(import.meta.dirname, '../../workflows/failed-payment.yaml'),
		'utf8'
	)
		.replace('workflow: failed-payment', 'workflow: goes-on')
		.replace(/\nsettled:\n( {2}.*\n)+/, '\n');
	got(await publishWorkflow(world.parts, source, 'test'));
});
afterAll(() => world.close());

const open = (customer: string, workflow = 'failed-payment', more: object = {}) =>
	openCase(world, { workflow, customer, ...more });
const FACTS = { balance: 3363, due_date: '2026-11-16' };
const departures = async (id: string) =>
	(await eventsOf(world, id)).filter(({ type }) => /^(path|rung|exception)/.test(type));

/** Changes what the system of record says of a customer's account. */
async function setAccount(id: string, change: object) {
	const customer = await world.core.customer(id);
	await world.core.put({ ...customer, account: { ...customer.account, ...change } });
}

test('what is offered and what is not, with why not and what would make it possible', async () => {
	const view = await showActions(world.parts, await verified(world, await open('C-1005')));
	expect(view.offered.map(({ action }) => action)).toEqual(['pay-now', 'pay-later']);
	expect(view.offered[0]!.summary).toMatch(/€88\.55/);
	expect(view.refused).toEqual([
		{
			action: 'pay-part',
			label: expect.any(String) as string,
			reason: 'Your contract has no part payments.',
			cure: 'Pay the whole amount, or ask a person.'
		}
	]);
	expect(view.withPerson).toBeUndefined();
});

test('nothing eligible: the facts are read afresh, and when that changes nothing a person gets it', async () => {
	const id = await open('C-1022', 'goes-on', { facts: FACTS });
	await verified(world, id);
	expect(await departures(id)).toMatchObject([
		{ type: 'path-left', data: { breakpoint: 'eligibility', reason: 'nothing-eligible' } },
		{ type: 'rung-taken', data: { rung: 'fresh-context', worked: false } },
		{ type: 'path-left' },
		{ type: 'exception-raised', data: { exceptionType: 'nothing-fits', class: 'policy' } }
	]);
	await passTime(world, 60);
	const view = await showActions(world.parts, await verified(world, id));
	expect(view.offered).toEqual([]);
	expect(view.withPerson?.message).toMatch(/a colleague looks at it and answers by .*\d/);
	// A second visit is noted; nobody gets the case twice.
	expect((await timeline(world, id)).filter((type) => type === 'exception-raised')).toHaveLength(1);
});

test('fresh facts that help put the case back on its path, as often as they do', async () => {
	const id = await open('C-1010', 'goes-on', { facts: FACTS });
	for (const turn of [1, 2]) {
		await setAccount('C-1010', { balance: 0 });
		await passTime(world, 400);
		const visit = await beginVisit(world, id);
		await setAccount('C-1010', { balance: 4200 });
		await passCode(world, visit);
		expect((await caseOf(world, id)).content.facts['balance']).toBe(4200);
		expect((await departures(id)).map(({ type }) => type)).toEqual(['path-left', 'rung-taken']);
		expect((await caseOf(world, id)).row.stage, `turn ${turn}`).toBe('verified');
	}
});

test('an action that asks for more than the case is filled only after the further challenge', async () => {
	const id = await open('C-1025', 'collections-plan');
	const visit = await verified(world, id);
	expect(await fillAction(world.parts, visit, 'plan-long')).toEqual({
		ok: false,
		reason: 'needs-assurance'
	});
	expect(await fillAction(world.parts, visit, 'constructor')).toEqual({
		ok: false,
		reason: 'unknown-action'
	});
	const answers = { birth_date: '1958-04-03', postcode: '83646' };
	const risen = await visitBehind(
		world,
		got(await checkFacts(world.parts, visit, answers, 'plan-long'))
	);
	const more = got(verifyVisit(risen, 'code-and-facts'));
	expect((await fillAction(world.parts, more, 'plan-long')).ok).toBe(true);
});

test('asking for a person is one exception, and the customer can still finish', async () => {
	const id = await open('C-1012');
	const visit = await verified(world, id);
	const first = await askPerson(world.parts, visit);
	expect(first.message).toMatch(/answers by .*\d/);
	expect(await askPerson(world.parts, visit)).toEqual(first);
	expect((await timeline(world, id)).filter((type) => type === 'exception-raised')).toHaveLength(1);
	expect((await showActions(world.parts, visit)).offered.length).toBeGreaterThan(0);
});

test('paid while the message was on its way: the case ends, nobody gets it, and the link says so', async () => {
	const id = await open('C-1018');
	const visit = await beginVisit(world, id);
	await setAccount('C-1018', { balance: 0 });
	await passTime(world, 700);
	await passCode(world, visit);
	const { row, state } = await caseOf(world, id);
	expect([row.stage, state.exceptions]).toEqual(['cancelled', []]);
	expect((await eventsOf(world, id)).find(({ type }) => type === 'case-cancelled')).toMatchObject({
		data: { reason: 'nothing-to-do' }
	});
	await passTime(world, 61);
	const view = await showActions(world.parts, await verified(world, id));
	expect(view).toMatchObject({ offered: [], refused: [] });
	expect(view.settled).toMatch(/Nothing is open/);
	expect(view.withPerson).toBeUndefined();
});

test('what only the trigger says is not taken as settled: the record must have been read', async () => {
	const id = await open('C-1019', 'failed-payment', { facts: { ...FACTS, balance: 0 } });
	await world.core.faults([
		{ match: { method: 'GET', customer: 'C-1019' }, fault: 'status', status: 503 }
	]);
	await makeOffer(world.parts, id);
	await world.core.noFaults();
	expect((await caseOf(world, id)).row.stage).toBe('with-person');
});

test('who asks a person about what is booked gets one, and the case stays resolved', async () => {
	const sent = await confirmed(world, 'C-1004');
	await apply(world, sent);
	const asked = await askPerson(world.parts, sent.visit);
	expect(asked.message).toMatch(/answers by .*\d/);
	expect(await askPerson(world.parts, sent.visit)).toEqual(asked);
	expect((await caseOf(world, sent.caseId)).row.stage).toBe('resolved');
	expect(await openExceptions(world, sent)).toMatchObject([{ reason: 'asked-for-a-person' }]);
	expect(await receiptOf(world, sent)).toMatchObject({ state: 'booked' });
});

test('paid between the choice and the press: the press is refused, and the case ends', async () => {
	const seen = await reviewed(world, {
		workflow: 'failed-payment',
		customer: 'C-1013',
		action: 'pay-now'
	});
	await setAccount('C-1013', { balance: 0 });
	await passTime(world, 61);
	expect(await submitAction(world.parts, seen.visit, seen.draftId, seen.shown)).toMatchObject({
		reason: 'not-eligible'
	});
	const jobs = await sql`select 1 from pgboss.job
		where name = 'make-offer' and data->>'case' = ${seen.caseId}`.execute(world.parts.db);
	// One after the challenge, one after the press.
	expect(jobs.rows).toHaveLength(2);
	await makeOffer(world.parts, seen.caseId);
	expect((await caseOf(world, seen.caseId)).row.stage).toBe('cancelled');
});
