import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyVisit } from '../../src/lib/domain/identity/proofs.ts';
import { applyWriteback } from '../../src/lib/server/flows/apply-writeback.ts';
import { checkFacts } from '../../src/lib/server/flows/check-facts.ts';
import { chooseAction } from '../../src/lib/server/flows/choose-action.ts';
import { fillAction } from '../../src/lib/server/flows/fill-action.ts';
import { purgeOld } from '../../src/lib/server/flows/purge-old.ts';
import { saveDraft } from '../../src/lib/server/flows/save-draft.ts';
import { showReview } from '../../src/lib/server/flows/show-review.ts';
import { type SubmissionContent, submitAction } from '../../src/lib/server/flows/submit-action.ts';
import {
	caseOf,
	eventsOf,
	got,
	type Reviewed,
	reviewed,
	submitted,
	timeline,
	verified,
	visitBehind
} from '../support/journey.ts';
import { newPerson } from '../support/people.ts';
import { openCase } from '../support/open-case.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const review = (customer: string, action = 'pay-now', form?: Record<string, string>) =>
	reviewed(world, { workflow: 'failed-payment', customer, action, ...(form && { form }) });
const confirm = ({ visit, draftId, shown }: Reviewed) =>
	submitAction(world.parts, visit, draftId, shown);
const stored = (caseId: string) =>
	world.parts.db
		.selectFrom('submissions')
		.innerJoin('writebacks', 'writebacks.submission_id', 'submissions.id')
		.select(['submissions.id', 'submissions.state', 'writebacks.state as writeback'])
		.where('submissions.case_id', '=', caseId)
		.execute();

/** The record changes; facts that were read before are old by now. */
async function setBalance(customer: string, balance: number) {
	const record = await world.core.customer(customer);
	await world.core.put({ ...record, account: { ...record.account, balance } });
	await passTime(world, 61);
}

test('a draft becomes one submission, whenever and however often it is confirmed', async () => {
	const seen = await review('C-1001');
	const first = await confirm(seen);
	expect(first.ok).toBe(true);
	expect(await confirm(seen)).toEqual(first);
	const [row] = await stored(seen.caseId);
	expect(row).toMatchObject({
		id: got(first).submissionId,
		state: 'received',
		writeback: 'pending'
	});
	expect((await caseOf(world, seen.caseId)).row.stage).toBe('submitted');
	const { id } = await world.parts.db
		.selectFrom('writebacks')
		.select('id')
		.where('case_id', '=', seen.caseId)
		.executeTakeFirstOrThrow();
	await applyWriteback(world.parts, id);
	// After it was booked the same press finds the same submission, whatever it says it saw.
	expect(await submitAction(world.parts, seen.visit, seen.draftId, 'something else')).toEqual(
		first
	);
	expect(await stored(seen.caseId)).toHaveLength(1);
	expect(await world.core.effects('C-1001')).toHaveLength(1);
});

test('what was chosen is told once for each action, by its button or by what was typed', async () => {
	const customer = await newPerson(world.core, { account: { balance: 6000 } });
	const id = await openCase(world, { workflow: 'failed-payment', customer });
	const visit = await verified(world, id);
	const chosen = async () =>
		(await eventsOf(world, id))
			.filter(({ type }) => type === 'action-chosen')
			.map(({ actor, data }) => [actor, data]);
	expect(got(await chooseAction(world.parts, visit, 'pay-part'))).toEqual({ draftId: null });
	await chooseAction(world.parts, visit, 'pay-part');
	const [, typed] = [
		await saveDraft(world.parts, visit, 'pay-part', { part: '20.00' }),
		await saveDraft(world.parts, visit, 'pay-later', { date: 'never' })
	];
	expect(typed).toMatchObject({ reason: 'invalid-input' });
	const both = await Promise.all([1, 2].map(() => chooseAction(world.parts, visit, 'pay-now')));
	expect(both.map((one) => got(one).draftId)).toEqual([
		expect.any(String) as string,
		expect.any(String) as string
	]);
	expect(await chooseAction(world.parts, visit, 'no-such')).toMatchObject({
		reason: 'unknown-action'
	});
	expect(await chosen()).toEqual(
		['pay-part', 'pay-later', 'pay-now'].map((action) => ['customer', { action }])
	);
	expect((await caseOf(world, id)).state.chosen).toEqual(['pay-part', 'pay-later', 'pay-now']);
});

test('two tabs with two drafts are one submission', async () => {
	const seen = await review('C-1002');
	const { draftId } = got(await saveDraft(world.parts, seen.visit, 'pay-part', { part: '20.00' }));
	const other = got(await showReview(world.parts, seen.visit, draftId));
	expect((await confirm(seen)).ok).toBe(true);
	expect(await submitAction(world.parts, seen.visit, draftId, other.shown)).toEqual({
		ok: false,
		reason: 'already-submitted'
	});
	expect(await stored(seen.caseId)).toHaveLength(1);
});

test('a draft is nothing in the visit of another case', async () => {
	const mine = await review('C-1003');
	const theirs = await review('C-1004');
	for (const draftId of [theirs.draftId, 'no-uuid', '00000000-0000-7000-8000-000000000000'])
		expect(await submitAction(world.parts, mine.visit, draftId, theirs.shown)).toEqual({
			ok: false,
			reason: 'no-draft'
		});
	expect(await showReview(world.parts, mine.visit, theirs.draftId)).toMatchObject({ ok: false });
	expect(await stored(mine.caseId)).toEqual([]);
});

test('what was not shown is not confirmed', async () => {
	const seen = await review('C-1005');
	expect(await confirm({ ...seen, shown: 'made-up' })).toEqual({ ok: false, reason: 'changed' });
	expect(await stored(seen.caseId)).toEqual([]);
});

test('figures that moved between review and confirmation must be seen again', async () => {
	const seen = await review('C-1006');
	await setBalance('C-1006', 5000);
	expect(await confirm(seen)).toEqual({ ok: false, reason: 'changed' });
	expect(await stored(seen.caseId)).toEqual([]);
	const again = got(await showReview(world.parts, seen.visit, seen.draftId));
	expect(again.shown).not.toBe(seen.shown);
	expect(again.button).toBe('Pay €50.00');
	expect((await confirm({ ...seen, shown: again.shown })).ok).toBe(true);
});

test('a limit that sank below what was filled leads back to the field, not into a circle', async () => {
	const seen = await review('C-1007', 'pay-part', { part: '30.00' });
	await setBalance('C-1007', 2500);
	expect(await confirm(seen)).toEqual({ ok: false, reason: 'changed' });
	expect(await showReview(world.parts, seen.visit, seen.draftId)).toEqual({
		ok: false,
		reason: 'changed',
		detail: { action: 'pay-part' }
	});
	const form = got(await fillAction(world.parts, seen.visit, 'pay-part', seen.draftId));
	expect(form.fields).toMatchObject([
		{ name: 'part', value: '30.00', max: '24.99', error: 'too-large' }
	]);
	const { draftId } = got(await saveDraft(world.parts, seen.visit, 'pay-part', { part: '20.00' }));
	const { shown } = got(await showReview(world.parts, seen.visit, draftId));
	expect((await submitAction(world.parts, seen.visit, draftId, shown)).ok).toBe(true);
});

test('eligibility is judged again on fresh facts when the button is pressed', async () => {
	const seen = await review('C-1008');
	await setBalance('C-1008', 0);
	expect(await confirm(seen)).toEqual({ ok: false, reason: 'not-eligible' });
	expect(await stored(seen.caseId)).toEqual([]);
	expect((await timeline(world, seen.caseId)).at(-1)).toBe('facts-refreshed');
});

test('facts of the last minute are not read again: a confirmation costs no call', async () => {
	const seen = await review('C-1013');
	await world.core.faults([{ match: { customer: 'C-1013' }, fault: 'status', status: 503 }]);
	expect((await confirm(seen)).ok).toBe(true);
	await world.core.noFaults();
});

test('while the record cannot be read, what the customer saw is taken; it is judged before it is sent', async () => {
	const seen = await review('C-1014');
	await passTime(world, 61);
	await world.core.faults([{ match: { customer: 'C-1014' }, fault: 'status', status: 503 }]);
	expect((await confirm(seen)).ok).toBe(true);
	await world.core.noFaults();
	expect(await stored(seen.caseId)).toMatchObject([{ writeback: 'pending' }]);
});

test('a draft of a stronger visit is not confirmed by a weaker one', async () => {
	const id = await openCase(world, { workflow: 'collections-plan', customer: 'C-1025' });
	const weak = await verified(world, id);
	await passTime(world, 31);
	const other = await verified(world, id);
	const answers = { birth_date: '1958-04-03', postcode: '83646' };
	const risen = await visitBehind(
		world,
		got(await checkFacts(world.parts, other, answers, 'plan-long'))
	);
	const strong = got(verifyVisit(risen, 'code-and-facts'));
	const { fields } = got(await fillAction(world.parts, strong, 'plan-long'));
	const form = Object.fromEntries(fields.map(({ name, value }) => [name, value ?? '']));
	const { draftId } = got(await saveDraft(world.parts, strong, 'plan-long', form));
	const { shown } = got(await showReview(world.parts, strong, draftId));
	expect(await submitAction(world.parts, weak, draftId, shown)).toEqual({
		ok: false,
		reason: 'needs-assurance',
		detail: { action: 'plan-long' }
	});
	expect((await submitAction(world.parts, strong, draftId, shown)).ok).toBe(true);
});

test('what is sent is frozen at the confirmation: later facts change nothing in it', async () => {
	const seen = await submitted(world, {
		workflow: 'failed-payment',
		customer: 'C-1015',
		action: 'pay-part',
		form: { part: '25.00' }
	});
	const read = async () => {
		const { key } = await caseOf(world, seen.caseId);
		const row = await world.parts.db
			.selectFrom('submissions')
			.select('sealed')
			.where('id', '=', seen.submission)
			.executeTakeFirstOrThrow();
		return world.parts.vault.open<SubmissionContent>(key, row.sealed, 'submissions.sealed');
	};
	const before = await read();
	expect(before.fields).toEqual({ amount: 2500, kind: 'part' });
	expect(before.lines.map(({ text }) => text)[0]).toBe('€25.00');
	await setBalance('C-1015', 6000);
	await applyWriteback(world.parts, seen.writeback);
	expect(await read()).toEqual(before);
	expect(await world.core.effects('C-1015')).toMatchObject([{ answer: { amount: 2500 } }]);
});

test('what was refused is kept as it was typed, sealed and for an hour, and can never be confirmed', async () => {
	await setBalance('C-1020', 5000);
	const seen = await review('C-1020');
	const { visit, caseId } = seen;
	const refused = await saveDraft(world.parts, visit, 'pay-part', { part: '60.00', other: 'x' });
	expect(refused).toMatchObject({ ok: false, reason: 'invalid-input' });
	const { draftId } = (refused as { detail: { draftId: string } }).detail;
	const fields = async () =>
		got(await fillAction(world.parts, visit, 'pay-part', draftId)).fields.map(
			({ value, error }) => ({ value, error })
		);
	expect(await fields()).toEqual([{ value: '60.00', error: 'too-large' }]);
	const { sealed } = await world.parts.db
		.selectFrom('drafts')
		.select('sealed')
		.where('id', '=', draftId)
		.executeTakeFirstOrThrow();
	expect(sealed).not.toContain('60.00');

	const back = { ok: false, reason: 'changed' };
	expect(await showReview(world.parts, visit, draftId)).toEqual({
		...back,
		detail: { action: 'pay-part' }
	});
	// Not even once it would fit: nobody has seen its review.
	await setBalance('C-1020', 9000);
	// A confirmation reads the record again, also one that is refused.
	expect((await confirm({ ...seen, shown: 'unseen' })).ok).toBe(false);
	expect((await fields())[0]?.error).toBeUndefined();
	expect(await showReview(world.parts, visit, draftId)).toMatchObject(back);
	expect(await submitAction(world.parts, visit, draftId, '')).toMatchObject(back);
	expect(await stored(caseId)).toEqual([]);

	await passTime(world, 3600);
	await purgeOld(world.parts);
	const left = await world.parts.db
		.selectFrom('drafts')
		.select('action')
		.where('case_id', '=', caseId)
		.execute();
	expect(left).toEqual([{ action: 'pay-now' }]);
});
