import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillAction } from '../../src/lib/server/flows/fill-action.ts';
import { publishWorkflow } from '../../src/lib/server/flows/publish-workflow.ts';
import { saveDraft } from '../../src/lib/server/flows/save-draft.ts';
import { showActions } from '../../src/lib/server/flows/show-actions.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import { caseOf, eventsOf, got, reviewed, submitted, verified } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply, openExceptions, receiptOf, rowOf } from '../support/writebacks.ts';

// Rules that divide by a fact: sound while it is above zero, broken when it is zero.
const EVERYTHING = 'divides';
const ONE = 'divides-one';
const VALUE = 'divides-value';

let world: World;
beforeAll(async () => {
	world = await startWorld();
	const folder = join(import.meta.dirname, '../../workflows');
	const source = readFileSync(join(folder, 'failed-payment.yaml'), 'utf8');
	const publish = async (name: string, from: string, to: string) =>
		got(
			await publishWorkflow(
				world.parts,
				source.replace('workflow: failed-payment', `workflow: ${name}`).replaceAll(from, to),
				'test'
			)
		);
	await publish(
		EVERYTHING,
		'expression: facts.balance > 0',
		'expression: 10 / facts.broken_promises > 0'
	);
	await publish(ONE, 'facts.broken_promises < 2', '10 / facts.broken_promises > 2');
	await publish(
		VALUE,
		'{ name: rest, type: money, expression: facts.balance - input.part }',
		'{ name: rest, type: money, expression: facts.balance / facts.broken_promises - input.part }'
	);
});
afterAll(() => world.close());

const facts = { balance: 3363, due_date: '2026-11-16' };
const open = (workflow: string, customer: string) => openCase(world, { workflow, customer, facts });
const raised = (caseId: string) => openExceptions(world, { caseId });
const BROKEN = { type: 'rule-broken', class: 'system', reason: 'rule-error' };

/** What the record says from now on; what was read before is old. */
async function setPromises(id: string, broken: number) {
	const customer = await world.core.customer(id);
	await world.core.put({ ...customer, account: { ...customer.account, brokenPromises: broken } });
	await passTime(world, 61);
}

async function alerts(subject: string): Promise<number> {
	const found = await world.parts.db
		.selectFrom('alerts')
		.select('count')
		.where('kind', '=', 'rule-error')
		.where('subject', '=', subject)
		.executeTakeFirst();
	return found?.count ?? 0;
}

test('no rule can be evaluated: nothing is offered, and the system queue gets it, not policy', async () => {
	await setPromises('C-1011', 0);
	const id = await open(EVERYTHING, 'C-1011');
	const view = await showActions(world.parts, await verified(world, id));
	expect(view.offered).toEqual([]);
	expect(view.refused.map(({ unsaid, reason }) => [unsaid, reason])).toEqual(
		view.refused.map(() => ['rule-error', undefined])
	);
	expect(view.withPerson?.message).toMatch(/Something on our side .*\d/);
	expect(await raised(id)).toMatchObject([{ ...BROKEN, breakpoint: 'eligibility' }]);
	expect(await alerts(EVERYTHING)).toBe(1);
	const rung = (await eventsOf(world, id)).find(({ type }) => type === 'rung-taken');
	expect(rung).toMatchObject({ data: { rung: 'fresh-context', worked: false } });
});

test('one rule is broken: the others are offered, nothing untrue is said, and the case still ends well', async () => {
	await setPromises('C-1002', 0);
	const pay = { workflow: ONE, customer: 'C-1002', action: 'pay-now', facts };
	const sent = await submitted(world, pay);
	const view = await showActions(world.parts, sent.visit);
	expect(view.offered.map(({ action }) => action)).toContain('pay-now');
	const later = view.refused.find(({ action }) => action === 'pay-later');
	expect(later).toMatchObject({ unsaid: 'rule-error' });
	expect(later).not.toHaveProperty('reason');
	expect(await raised(sent.caseId)).toMatchObject([BROKEN]);
	await apply(world, sent);
	expect((await caseOf(world, sent.caseId)).row.stage).toBe('resolved');
	expect(await raised(sent.caseId)).toEqual([]);
});

test('a rule breaks between the choice and the press: nothing is submitted, a person hears of it once', async () => {
	await setPromises('C-1003', 1);
	const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
	const seen = await reviewed(world, {
		workflow: ONE,
		customer: 'C-1003',
		action: 'pay-later',
		form: { day },
		facts
	});
	const before = await alerts(ONE);
	await setPromises('C-1003', 0);
	const press = () => submitAction(world.parts, seen.visit, seen.draftId, seen.shown);
	expect(await press()).toMatchObject({ ok: false, reason: 'not-eligible' });
	expect(await press()).toMatchObject({ ok: false, reason: 'not-eligible' });
	expect(await raised(seen.caseId)).toMatchObject([BROKEN]);
	expect(await alerts(ONE)).toBe(before + 1);
	// Looking changes nothing, choosing it again says no.
	expect(await fillAction(world.parts, seen.visit, 'pay-later')).toMatchObject({
		reason: 'rule-error'
	});
	expect(await saveDraft(world.parts, seen.visit, 'pay-later', { day })).toMatchObject({
		reason: 'rule-error'
	});
	expect(await alerts(ONE)).toBe(before + 1);
});

test('a value that cannot be computed is found before its review, not on it', async () => {
	await setPromises('C-1001', 0);
	const id = await open(VALUE, 'C-1001');
	const visit = await verified(world, id);
	expect(await raised(id)).toEqual([]);
	expect(await saveDraft(world.parts, visit, 'pay-part', { part: '10.00' })).toMatchObject({
		ok: false,
		reason: 'rule-error'
	});
	expect(await raised(id)).toMatchObject([BROKEN]);
});

test('a rule breaks before the writeback is sent: nothing is sent, nothing is refused, a person has it', async () => {
	await setPromises('C-1004', 1);
	const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
	const sent = await submitted(world, {
		workflow: ONE,
		customer: 'C-1004',
		action: 'pay-later',
		form: { day },
		facts
	});
	const before = await alerts(ONE);
	await setPromises('C-1004', 0);
	await apply(world, sent);
	expect(await rowOf(world, sent)).toMatchObject({ state: 'dead', reason: 'rule-error' });
	expect(await world.core.effects('C-1004')).toEqual([]);
	expect(await raised(sent.caseId)).toMatchObject([{ ...BROKEN, breakpoint: 'writeback' }]);
	expect(await alerts(ONE)).toBe(before + 1);
	const receipt = await receiptOf(world, { ...sent, customer: 'C-1004' });
	expect(receipt).toMatchObject({ state: 'with-person' });
});
