import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { countCases } from '../../src/lib/server/db/figures.ts';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import { loadWorkflow } from '../../src/lib/server/db/workflows.ts';
import { answerInput } from '../../src/lib/server/flows/answer-input.ts';
import { askInput } from '../../src/lib/server/flows/ask-input.ts';
import { correctFact } from '../../src/lib/server/flows/correct-fact.ts';
import { decideException } from '../../src/lib/server/flows/decide-exception.ts';
import { decideSettlement } from '../../src/lib/server/flows/decide-settlement.ts';
import { proposeSettlement } from '../../src/lib/server/flows/propose-settlement.ts';
import { readFreshFacts, storeFreshFacts } from '../../src/lib/server/flows/refresh-facts.ts';
import { requestErasure } from '../../src/lib/server/flows/request-erasure.ts';
import { showDeskCase } from '../../src/lib/server/flows/show-desk-case.ts';
import { takeAnswer } from '../../src/lib/server/flows/take-answer.ts';
import { MARKS } from '../../src/lib/domain/telemetry/reached.ts';
import type { FaultInput } from '../../src/demo/core/faults.ts';
import { askedForPerson, type Asked } from '../support/desk.ts';
import { caseOf, eventsOf, got, timeline } from '../support/journey.ts';
import { newPerson } from '../support/people.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply, openExceptions } from '../support/writebacks.ts';

let world: World;
let rita: StaffMember;
let olga: StaffMember;
let paul: StaffMember;
beforeAll(async () => {
	world = await startWorld();
	rita = await addStaffMember(world.parts, { teams: ['record-care'], name: 'Rita Record' });
	olga = await addStaffMember(world.parts, { roles: ['operations'], teams: ['operations'] });
	paul = await addStaffMember(world.parts, { roles: ['approver'] });
});
afterAll(() => world.close());
beforeEach(async () => {
	await world.core.faults([]);
	await world.parts.db.deleteFrom('connections').execute();
});

const why = 'The letter came back';

interface Held extends Asked {
	customer: string;
}
/** A customer of whom the record has a wrong postcode, with a person. */
async function withPerson(): Promise<Held> {
	const address = { street: 'Hafenstraße 1', postcode: '20095', city: 'Hamburg' };
	const customer = await newPerson(world.core, { address });
	return { customer, ...(await askedForPerson(world, customer, 'address-update')) };
}
const correct = ({ exception }: Asked, fact = 'postcode', value = '20457', closes = false) =>
	correctFact(world.parts, rita.principal, exception, { fact, value, why, closes });

const writebackOf = ({ caseId }: { caseId: string }) =>
	world.parts.db
		.selectFrom('writebacks')
		.selectAll()
		.where('case_id', '=', caseId)
		.where('correction_id', 'is not', null)
		.orderBy('created_at', 'desc')
		.executeTakeFirstOrThrow();
async function work(held: { caseId: string }): Promise<void> {
	await apply(world, { writeback: (await writebackOf(held)).id });
}
const stateOf = ({ caseId }: { caseId: string }) =>
	world.parts.db
		.selectFrom('corrections')
		.select(['fact', 'state'])
		.where('case_id', '=', caseId)
		.orderBy('created_at')
		.execute();
/** The record is read again, as before the next decision. */
async function readAgain({ caseId }: { caseId: string }): Promise<void> {
	const { row, content } = await caseOf(world, caseId);
	const workflow = await loadWorkflow(world.parts.db, row.workflow, row.version);
	const fresh = got(await readFreshFacts(world.parts, workflow, content.customer));
	const by = { actor: 'system', flow: 'test' } as const;
	await changeCase(world.parts, caseId, by, (change) =>
		Promise.resolve(storeFreshFacts(workflow, change, fresh))
	);
}
const factsOf = async ({ caseId }: { caseId: string }) => (await caseOf(world, caseId)).content;
const fault = ({ customer }: Held, of: Omit<FaultInput, 'match'>): FaultInput => ({
	match: { customer, path: `/customers/${customer}/details` },
	...of
});
/** Its tries are over, and nobody knows whether it was written. */
async function giveUp(held: Held): Promise<void> {
	await world.core.faults([fault(held, { fault: 'applied-then-reset' })]);
	await work(held);
	await world.parts.db
		.updateTable('writebacks')
		.set({ failures: 99, next_at: new Date(Date.now() - 1000), lease_until: null })
		.where('id', '=', (await writebackOf(held)).id)
		.execute();
	await work(held);
	await world.core.faults([]);
	expect(await writebackOf(held)).toMatchObject({ state: 'dead', next_at: null });
}
const exceptionOf = async ({ caseId }: Held) =>
	(
		await world.parts.db
			.selectFrom('exceptions')
			.select('id')
			.where('case_id', '=', caseId)
			.where('type', '=', 'correction-failed')
			.where('state', '=', 'open')
			.executeTakeFirstOrThrow()
	).id;

test('a correction is written to the record once, stands in for it meanwhile, and books nothing', async () => {
	const held = await withPerson();
	got(await correct(held));
	const made = await writebackOf(held);
	expect(made).toMatchObject({
		state: 'pending',
		operation: 'correct-postcode',
		submission_id: null,
		repeat: 'native-key'
	});
	expect(await factsOf(held)).toMatchObject({ facts: { postcode: '20457' } });
	expect((await world.core.customer(held.customer)).address.postcode).toBe('20095');
	const shown = got(await showDeskCase(world.parts, rita.principal, held.caseId));
	expect(shown.writebacks).toMatchObject([{ corrects: 'Postcode', state: 'pending' }]);
	await Promise.all([work(held), work(held), work(held)]);
	await work(held);
	expect(await writebackOf(held)).toMatchObject({ state: 'applied', reference: made.reference });
	expect(await stateOf(held)).toEqual([{ fact: 'postcode', state: 'applied' }]);
	const effects = await world.core.effects(held.customer);
	expect(effects).toMatchObject([{ kind: 'details', reference: made.reference }]);
	expect((await world.core.customer(held.customer)).address).toEqual({
		street: 'Hafenstraße 1',
		postcode: '20457',
		city: 'Hamburg'
	});
	// Until the record is read again the correction stands; then it ends by itself.
	expect((await factsOf(held)).corrections).toHaveProperty('postcode');
	await readAgain(held);
	const after = await factsOf(held);
	expect(after.corrections).toEqual({});
	expect(after.facts['postcode']).toBe('20457');
	const { row, state } = await caseOf(world, held.caseId);
	expect([row.stage, state.submission, state.corrections]).toEqual(['with-person', null, []]);
	expect(row.reached & (MARKS.submitted | MARKS.booked | MARKS.reconciled)).toBe(0);
	const day = new Date().toISOString().slice(0, 10);
	const span = { key: 'address-update', zone: 'UTC', from: day, to: day, version: 0 };
	const groups = await countCases(world.parts.db, [span]);
	expect(groups.filter(({ end }) => end === 'resolved' || end === 'deferred')).toEqual([]);
	expect(await timeline(world, held.caseId)).toEqual(
		expect.arrayContaining(['fact-corrected', 'correction-sent', 'correction-applied'])
	);
	expect(JSON.stringify(await eventsOf(world, held.caseId))).not.toMatch(/20457|letter/);
});

test('what the document names no way for is corrected for its case alone', async () => {
	const held = await withPerson();
	got(await correct(held, 'name', 'Ida Neu'));
	expect(await stateOf(held)).toEqual([]);
	expect((await caseOf(world, held.caseId)).state.corrections).toEqual([]);
});

test('of several corrections of one fact one is under way, and another fact is another matter', async () => {
	const held = await withPerson();
	const told = await Promise.all(
		['20457', '20459', '22767'].map((code) => correct(held, 'postcode', code))
	);
	expect(told.filter(({ ok }) => ok)).toHaveLength(1);
	expect(told.filter((one) => !one.ok && one.reason === 'correction-under-way')).toHaveLength(2);
	got(await correct(held, 'city', 'Altona'));
	expect(await stateOf(held)).toHaveLength(2);
	await work(held);
	expect((await caseOf(world, held.caseId)).state.corrections).toHaveLength(1);
});

test('what the record refuses is an exception of its own, and the customer is told nothing untrue', async () => {
	const held = await withPerson();
	got(await correct(held));
	await world.core.faults([fault(held, { fault: 'status', status: 422 })]);
	await work(held);
	expect(await stateOf(held)).toEqual([{ fact: 'postcode', state: 'rejected' }]);
	// It goes on standing in for what the record has wrong.
	await readAgain(held);
	expect((await factsOf(held)).facts['postcode']).toBe('20457');
	expect(await openExceptions(world, held)).toContainEqual({
		type: 'correction-failed',
		class: 'system',
		breakpoint: 'writeback',
		reason: 'correction-rejected'
	});
	const { row } = await caseOf(world, held.caseId);
	expect(row.reached & MARKS.reconciled).toBe(0);
	const id = await exceptionOf(held);
	expect(
		await proposeSettlement(world.parts, olga.principal, id, { settles: 'rejected', why })
	).toMatchObject({ reason: 'nothing-to-settle' });
	got(await decideException(world.parts, olga.principal, id, { outcome: 'put-right' }));
	expect((await caseOf(world, held.caseId)).row.ended_at).toBeNull();
});

test('a case that ended before its correction was sent has it judged on fresh facts and written', async () => {
	const held = await withPerson();
	const moved = await withPerson();
	for (const one of [held, moved]) {
		got(await correct(one));
		const closed = { outcome: 'cancelled' };
		got(await decideException(world.parts, rita.principal, one.exception, closed));
		expect((await caseOf(world, one.caseId)).row.ended_at).not.toBeNull();
	}
	const record = await world.core.customer(moved.customer);
	await world.core.put({ ...record, address: { ...record.address, postcode: '50667' } });
	await passTime(world, 120);
	for (const one of [held, moved]) await work(one);
	expect(await writebackOf(held)).toMatchObject({ state: 'applied' });
	expect(await stateOf(held)).toEqual([{ fact: 'postcode', state: 'applied' }]);
	expect(await writebackOf(moved)).toMatchObject({ reason: 'record-has-changed' });
	expect(await stateOf(moved)).toEqual([{ fact: 'postcode', state: 'rejected' }]);
});

test('F7: a correction whose outcome nobody knows is settled by two people, and ends no case', async () => {
	const held = await withPerson();
	got(await correct(held));
	await giveUp(held);
	const id = await exceptionOf(held);
	expect(
		await decideException(world.parts, olga.principal, id, { outcome: 'put-right' })
	).toMatchObject({ reason: 'correction-under-way' });
	const order = { settles: 'applied', reference: 'COR-77', why } as const;
	const { proposal } = got(await proposeSettlement(world.parts, olga.principal, id, order));
	const settle = (who: StaffMember) =>
		decideSettlement(world.parts, who.principal, id, { proposal, approved: true });
	expect(await settle(olga)).toMatchObject({ reason: 'forbidden' });
	const told = await Promise.all([settle(paul), settle(paul)]);
	expect(told.filter(({ ok }) => ok)).toHaveLength(1);
	expect(await writebackOf(held)).toMatchObject({ state: 'applied', record_reference: 'COR-77' });
	const { row, state } = await caseOf(world, held.caseId);
	expect([row.ended_at, state.corrections]).toEqual([null, []]);
	// Whoever asked nothing gets no answer.
	expect(state.answered).toBeNull();
	// The one that the customer asked for stays; only the one about the correction is closed.
	expect(state.exceptions.map(({ id: one }) => one)).toEqual([held.exception]);
	expect(await timeline(world, held.caseId)).not.toContain('case-deferred');
});

test('sent again it takes effect once; the exception ends with the last correction that stands', async () => {
	const held = await withPerson();
	got(await correct(held, 'city', 'Altona'));
	await giveUp(held);
	got(await correct(held));
	await giveUp(held);
	await world.parts.db.deleteFrom('connections').execute();
	const id = await exceptionOf(held);
	for (const left of [1, 0]) {
		const order = { settles: 'send-again', why } as const;
		const { proposal } = got(await proposeSettlement(world.parts, olga.principal, id, order));
		got(await decideSettlement(world.parts, paul.principal, id, { proposal, approved: true }));
		const open = await openExceptions(world, held);
		expect(open.filter(({ type }) => type === 'correction-failed')).toHaveLength(left);
	}
	const rows = await world.parts.db
		.selectFrom('writebacks')
		.select('id')
		.where('case_id', '=', held.caseId)
		.execute();
	for (const { id: writeback } of rows) await apply(world, { writeback });
	expect(await world.core.effects(held.customer)).toHaveLength(2);
	expect((await stateOf(held)).map(({ state }) => state)).toEqual(['applied', 'applied']);
});

test('of two proposals of one exception each can be decided by who sees only what waits for approval', async () => {
	const held = await withPerson();
	for (const [fact, value] of [
		['city', 'Altona'],
		['postcode', '20457']
	] as const) {
		got(await correct(held, fact, value));
		await giveUp(held);
	}
	const id = await exceptionOf(held);
	const standing = await world.parts.db
		.selectFrom('writebacks')
		.select('id')
		.where('case_id', '=', held.caseId)
		.execute();
	const proposals: string[] = [];
	for (const { id: writeback } of standing) {
		const order = { settles: 'rejected', why, writeback } as const;
		const made = got(await proposeSettlement(world.parts, olga.principal, id, order));
		proposals.push(made.proposal);
	}
	for (const proposal of proposals)
		got(await decideSettlement(world.parts, paul.principal, id, { proposal, approved: true }));
	expect((await stateOf(held)).map(({ state }) => state)).toEqual(['rejected', 'rejected']);
});

test('a question to the customer hides no open proposal from who decides on it, nor the decision the question', async () => {
	const held = await withPerson();
	got(await correct(held));
	await giveUp(held);
	const id = await exceptionOf(held);
	const order = { settles: 'rejected', why } as const;
	const propose = async () => got(await proposeSettlement(world.parts, olga.principal, id, order));
	const waits = () =>
		world.parts.db
			.selectFrom('exceptions')
			.select('waits_for')
			.where('id', '=', id)
			.executeTakeFirstOrThrow();
	const { proposal } = await propose();
	got(await askInput(world.parts, olga.principal, id, { fact: 'postcode' }));
	expect(await waits()).toEqual({ waits_for: 'approver' });
	const refused = { proposal, approved: false, why };
	got(await decideSettlement(world.parts, paul.principal, id, refused));
	expect(await waits()).toEqual({ waits_for: 'customer' });
	await propose();
	expect(await waits()).toEqual({ waits_for: 'approver' });
	got(await answerInput(world.parts, held.visit, '20457'));
	expect(await waits()).toEqual({ waits_for: 'approver' });
});

test('a record that says something else by now is not written over', async () => {
	const held = await withPerson();
	got(await correct(held));
	const record = await world.core.customer(held.customer);
	await world.core.put({ ...record, address: { ...record.address, postcode: '22767' } });
	await passTime(world, 61);
	await work(held);
	expect(await writebackOf(held)).toMatchObject({
		state: 'rejected',
		reason: 'record-has-changed'
	});
	expect(await world.core.effects(held.customer)).toEqual([]);
	expect((await factsOf(held)).facts['postcode']).toBe('22767');
	await exceptionOf(held);
});

test('a case that ends leaves its correction under way, and a person hears of it afterwards', async () => {
	const held = await withPerson();
	got(await correct(held));
	got(await decideException(world.parts, rita.principal, held.exception, { outcome: 'cancelled' }));
	expect((await caseOf(world, held.caseId)).row.stage).toBe('cancelled');
	const admin = await addStaffMember(world.parts, { roles: ['administrator'] });
	const asked = { customer: held.customer, reason: 'Letter of 12 March' };
	const erase = () => requestErasure(world.parts, admin.principal, asked);
	expect(await erase()).toMatchObject({ ok: false, reason: 'submission-under-way' });
	await giveUp(held);
	const id = await exceptionOf(held);
	const order = { settles: 'rejected', why } as const;
	const { proposal } = got(await proposeSettlement(world.parts, olga.principal, id, order));
	got(await decideSettlement(world.parts, paul.principal, id, { proposal, approved: true }));
	const { row, state } = await caseOf(world, held.caseId);
	expect([row.stage, state.exceptions, state.corrections]).toEqual(['cancelled', [], []]);
	expect((await erase()).ok).toBe(true);
});

test('an answer that is taken over is written to the record, too', async () => {
	const held = await withPerson();
	got(await askInput(world.parts, rita.principal, held.exception, { fact: 'postcode' }));
	got(await answerInput(world.parts, held.visit, '20457'));
	const { id: question } = await world.parts.db
		.selectFrom('questions')
		.select('id')
		.where('case_id', '=', held.caseId)
		.executeTakeFirstOrThrow();
	const order = { question, why: 'Told by the customer', closes: false };
	got(await takeAnswer(world.parts, rita.principal, held.exception, order));
	await work(held);
	expect((await world.core.customer(held.customer)).address.postcode).toBe('20457');
});
