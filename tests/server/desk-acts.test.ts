import { afterAll, beforeAll, expect, test } from 'vitest';
import { queueQuery } from '../../src/lib/contracts/desk.ts';
import { answerInput } from '../../src/lib/server/flows/answer-input.ts';
import { askInput } from '../../src/lib/server/flows/ask-input.ts';
import { assignException } from '../../src/lib/server/flows/assign-exception.ts';
import { claimException } from '../../src/lib/server/flows/claim-exception.ts';
import { correctFact } from '../../src/lib/server/flows/correct-fact.ts';
import { decideException } from '../../src/lib/server/flows/decide-exception.ts';
import { grantAction } from '../../src/lib/server/flows/grant-action.ts';
import { listQueue } from '../../src/lib/server/flows/list-queue.ts';
import { readFreshFacts, storeFreshFacts } from '../../src/lib/server/flows/refresh-facts.ts';
import { saveDraft } from '../../src/lib/server/flows/save-draft.ts';
import { showActions } from '../../src/lib/server/flows/show-actions.ts';
import { showReview } from '../../src/lib/server/flows/show-review.ts';
import { showDeskCase } from '../../src/lib/server/flows/show-desk-case.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import { loadWorkflow } from '../../src/lib/server/db/workflows.ts';
import { takeAnswer } from '../../src/lib/server/flows/take-answer.ts';
import { writeNote } from '../../src/lib/server/flows/write-note.ts';
import { askedForPerson, exceptionRow } from '../support/desk.ts';
import { caseOf, eventsOf, got, timeline } from '../support/journey.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply } from '../support/writebacks.ts';

let world: World;
let ana: StaffMember;
beforeAll(async () => {
	world = await startWorld();
	ana = await addStaffMember(world.parts, { teams: ['arrangements'] });
});
afterAll(() => world.close());

/** What the demo core says of a customer, changed. */
async function account(customer: string, change: object) {
	const record = await world.core.customer(customer);
	await world.core.put({ ...record, account: { ...record.account, ...change } });
}
const why = 'spoke with the customer';
const grant = (id: string, order: Partial<Parameters<typeof grantAction>[3]> = {}) =>
	grantAction(world.parts, ana.principal, id, { action: 'plan', days: 7, why, ...order });
const form = { instalments: '3' };

test('a grant makes the refused action possible on the same link, once, and it is booked', async () => {
	await account('C-1025', { brokenPromises: 2 });
	const { exception, caseId, visit } = await askedForPerson(world, 'C-1025');
	expect((await showActions(world.parts, visit)).offered.map(({ action }) => action)).not.toContain(
		'plan'
	);
	got(await grant(exception));
	const view = await showActions(world.parts, visit);
	expect(view.offered.map(({ action }) => action)).toContain('plan');
	expect(view.offered.map(({ action }) => action)).not.toContain('plan-long');
	expect(view.answer).toMatch(/made something possible/);
	const { draftId } = got(
		await saveDraft(world.parts, visit, 'plan', { ...form, first: inDays(10) })
	);
	const { shown } = got(await showReview(world.parts, visit, draftId));
	const { submissionId } = got(await submitAction(world.parts, visit, draftId, shown));
	const { state } = await caseOf(world, caseId);
	expect(state.grants).toMatchObject([{ action: 'plan', usedBy: submissionId }]);
	// Late, on facts that are read again: it still counts for what it went into.
	await passTime(world, 61);
	const { id: writeback } = await world.parts.db
		.selectFrom('writebacks')
		.select('id')
		.where('case_id', '=', caseId)
		.executeTakeFirstOrThrow();
	await apply(world, { writeback });
	expect((await caseOf(world, caseId)).row.stage).toBe('resolved');
	expect(await world.core.effects('C-1025')).toHaveLength(1);
	const given = (await eventsOf(world, caseId)).find(({ type }) => type === 'grant-given');
	expect(given?.data).toMatchObject({ action: 'plan', clauses: ['promises-kept'], limited: [] });
	expect(JSON.stringify(given)).not.toContain(why);
});

const inDays = (days: number) =>
	new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('a used grant opens nothing again, and one that is over opens nothing', async () => {
	await account('C-1026', { planAllowed: false });
	const { exception, caseId, visit } = await askedForPerson(world, 'C-1026');
	got(await grant(exception, { days: 1 }));
	const offers = async () =>
		(await showActions(world.parts, visit)).offered.map(({ action }) => action);
	expect(await offers()).toContain('plan');
	await changeCase(
		world.parts,
		caseId,
		{ actor: 'system', flow: 'test' },
		async ({ state, trx }) => {
			const grants = state.grants.map((one) => ({ ...one, expiresAt: '2026-01-01T00:00:00.000Z' }));
			await trx
				.updateTable('cases')
				.set({ state: JSON.stringify({ ...state, grants }) })
				.where('id', '=', caseId)
				.execute();
		}
	);
	expect(await offers()).not.toContain('plan');
});

test('the bounds of a grant hold at the form and at the confirmation', async () => {
	await account('C-1027', { planAllowed: false });
	const { exception, visit } = await askedForPerson(world, 'C-1027');
	const most = inDays(12);
	got(await grant(exception, { bounds: { first: { max: most } } }));
	const late = await saveDraft(world.parts, visit, 'plan', { ...form, first: inDays(13) });
	expect(late).toMatchObject({ ok: false, reason: 'invalid-input' });
	expect((await saveDraft(world.parts, visit, 'plan', { ...form, first: inDays(11) })).ok).toBe(
		true
	);
});

test.each([
	['a clause that is never lifted', { balance: 0, planAllowed: false }, {}, 'never-grantable'],
	['an action that is open already', { planAllowed: true }, {}, 'needs-none'],
	['no action of the workflow', {}, { action: 'made-up' }, 'unknown-action'],
	['more than a month', {}, { days: 31 }, 'bad-days'],
	['a bound for no input', { planAllowed: false }, { bounds: { made: { max: '1' } } }, 'bad-limit'],
	['no reason', {}, { why: ' ' }, 'bad-text']
])('a grant is refused: %s', async (_, change, order, reason) => {
	const customer = `C-10${28 + refused++}`;
	await account(customer, { plan: null, brokenPromises: 0, vulnerable: false, ...change });
	const { exception, caseId } = await askedForPerson(world, customer);
	const before = await timeline(world, caseId);
	expect(await grant(exception, order)).toMatchObject({ ok: false, reason });
	const after = (await timeline(world, caseId)).slice(before.length);
	expect(after.filter((type) => type !== 'exception-claimed')).toEqual([]);
});
let refused = 0;

test('a question waits on the link, and its answer goes back to who asked, sealed', async () => {
	const { exception, caseId, visit } = await askedForPerson(world, 'C-1034');
	expect(
		await askInput(world.parts, ana.principal, exception, { fact: 'plan_allowed' })
	).toMatchObject({ ok: false, reason: 'unknown-fact' });
	got(
		await askInput(world.parts, ana.principal, exception, { fact: 'postcode', words: 'Why so?' })
	);
	expect(await exceptionRow(world, exception)).toMatchObject({
		waits_for: 'customer',
		claimed_by: null
	});
	expect(await askInput(world.parts, ana.principal, exception, { fact: 'name' })).toMatchObject({
		ok: false,
		reason: 'already-asked'
	});
	const waiting = got(
		await listQueue(world.parts, ana.principal, queueQuery.parse({ tab: 'waiting' }))
	);
	expect(waiting.items.map(({ id }) => id)).toContain(exception);
	expect(await answerInput(world.parts, visit, '')).toMatchObject({
		ok: false,
		reason: 'invalid-input'
	});
	got(await answerInput(world.parts, visit, '20457'));
	expect(await answerInput(world.parts, visit, '20457')).toEqual({
		ok: false,
		reason: 'no-question'
	});
	expect(await exceptionRow(world, exception)).toMatchObject({
		waits_for: null,
		claimed_by: ana.principal.id
	});
	// An answer is for the agent to look at: it is no fact.
	expect((await caseOf(world, caseId)).content.facts['postcode']).not.toBe('20457');
	const stored = await world.parts.db.selectFrom('questions').selectAll().execute();
	expect(JSON.stringify(stored)).not.toMatch(/20457|Why so/);
});

test('an answer is taken over as a correction by one act, once, and says that the customer told it', async () => {
	const { exception, caseId, visit } = await askedForPerson(world, 'C-1038');
	got(await askInput(world.parts, ana.principal, exception, { fact: 'postcode' }));
	const { id: question } = await world.parts.db
		.selectFrom('questions')
		.select('id')
		.where('exception_id', '=', exception)
		.executeTakeFirstOrThrow();
	const take = (order: Partial<Parameters<typeof takeAnswer>[3]> = {}, who = ana) =>
		takeAnswer(world.parts, who.principal, exception, { question, why, closes: false, ...order });
	expect(await take()).toMatchObject({ reason: 'no-answer' });
	got(await answerInput(world.parts, visit, '20457'));
	expect(await take({ question: 'no-uuid' })).toMatchObject({ reason: 'no-answer' });
	expect(await take({ why: ' ' })).toMatchObject({ reason: 'bad-text' });
	// Another case's question is none of this one.
	const other = await askedForPerson(world, 'C-1039');
	const order = { question, why, closes: false };
	expect(await takeAnswer(world.parts, ana.principal, other.exception, order)).toMatchObject({
		reason: 'no-answer'
	});
	const ben = await addStaffMember(world.parts, { teams: ['arrangements'], name: 'Ben Agent' });
	expect(await take({}, ben)).toMatchObject({ reason: 'claimed-by-other' });
	const told = await Promise.all([take(), take(), take()]);
	expect(told.filter(({ ok }) => ok)).toHaveLength(1);
	expect(told.filter((one) => !one.ok && one.reason === 'already-taken')).toHaveLength(2);
	const { content } = await caseOf(world, caseId);
	expect(content.facts['postcode']).toBe('20457');
	expect(content.corrections?.['postcode']).toMatchObject({ by: ana.principal.id, question });
	const shown = got(await showDeskCase(world.parts, ana.principal, caseId));
	expect(shown.facts.find(({ name }) => name === 'postcode')).toMatchObject({ source: 'told' });
	expect(shown.questions).toMatchObject([{ taken: true }]);
	const event = (await eventsOf(world, caseId)).find(({ type }) => type === 'fact-corrected');
	expect(event).toMatchObject({
		actor: `staff:${ana.principal.id}`,
		data: { fact: 'postcode', question }
	});
	expect(JSON.stringify(event)).not.toMatch(/20457|spoke/);
});

test('a correction counts until the record says something else', async () => {
	await account('C-1035', { planAllowed: false });
	const { exception, caseId } = await askedForPerson(world, 'C-1035');
	const correct = (fact: string, value: string) =>
		correctFact(world.parts, ana.principal, exception, { fact, value, why, closes: false });
	expect(await correct('balance', '1,2,3')).toMatchObject({ ok: false, reason: 'bad-value' });
	expect(await correct('made-up', '1')).toMatchObject({ ok: false, reason: 'unknown-fact' });
	got(await correct('plan_allowed', 'true'));
	got(await correct('overdue_days', '3'));
	const facts = async () => (await caseOf(world, caseId)).content.facts;
	expect(await facts()).toMatchObject({ plan_allowed: true, overdue_days: 3 });
	const read = async () => {
		const { row, content } = await caseOf(world, caseId);
		const workflow = await loadWorkflow(world.parts.db, row.workflow, row.version);
		const fresh = got(await readFreshFacts(world.parts, workflow, content.customer));
		const by = { actor: 'system', flow: 'test' } as const;
		await changeCase(world.parts, caseId, by, async (change) =>
			Promise.resolve(storeFreshFacts(workflow, change, fresh))
		);
	};
	await read();
	expect(await facts()).toMatchObject({ plan_allowed: true, overdue_days: 3 });
	await account('C-1035', { overdueDays: 5 });
	await read();
	expect(await facts()).toMatchObject({ plan_allowed: true, overdue_days: 5 });
	expect(await timeline(world, caseId)).toContain('fact-corrected');
});

test('leads assign within their team, with a reason, also what somebody holds', async () => {
	const { exception } = await askedForPerson(world, 'C-1036');
	const lead = await addStaffMember(world.parts, { teams: ['arrangements!'], name: 'Lea Lead' });
	const stranger = await addStaffMember(world.parts, { teams: ['record-care'] });
	got(await claimException(world.parts, ana.principal, exception));
	const assign = (who: StaffMember, to: string, reason = why) =>
		assignException(world.parts, who.principal, exception, { to, why: reason });
	expect(await assign(ana, lead.principal.id)).toMatchObject({ reason: 'forbidden' });
	expect(await assign(lead, stranger.principal.id)).toMatchObject({ reason: 'not-of-the-team' });
	expect(await assign(lead, lead.principal.id, ' ')).toMatchObject({ reason: 'bad-text' });
	got(await assign(lead, lead.principal.id));
	expect(await claimException(world.parts, ana.principal, exception)).toMatchObject({
		reason: 'claimed-by-other'
	});
	expect(
		await decideException(world.parts, ana.principal, exception, { outcome: 'cancelled' })
	).toMatchObject({ reason: 'claimed-by-other' });
	const operations = await addStaffMember(world.parts, { roles: ['operations'] });
	got(await assign(operations, ana.principal.id));
	expect((await exceptionRow(world, exception)).claimed_by).toBe(ana.principal.id);
});

test('what staff write is sealed, and a note may hold nothing that hides', async () => {
	const { exception, caseId } = await askedForPerson(world, 'C-1037');
	got(await writeNote(world.parts, ana.principal, exception, 'called, nobody there'));
	expect(await writeNote(world.parts, ana.principal, exception, 'a\u0000b')).toMatchObject({
		reason: 'bad-text'
	});
	const notes = await world.parts.db
		.selectFrom('case_notes')
		.selectAll()
		.where('case_id', '=', caseId)
		.execute();
	expect(notes).toHaveLength(1);
	expect(JSON.stringify([notes, await eventsOf(world, caseId)])).not.toContain('nobody there');
});
