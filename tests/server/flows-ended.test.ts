import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import { endVisit } from '../../src/lib/server/flows/end-visit.ts';
import { publishWorkflow } from '../../src/lib/server/flows/publish-workflow.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { reportNotMe } from '../../src/lib/server/flows/report-not-me.ts';
import { showActions } from '../../src/lib/server/flows/show-actions.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import {
	beginVisit,
	caseOf,
	got,
	messagesOf,
	reviewed,
	type Reviewed,
	SOURCE,
	submitted,
	timeline
} from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply, confirmed, onWrite, openExceptions, receiptOf } from '../support/writebacks.ts';

// What ends while somebody is still at it: the case, the visit, the link, the last try.

/** Asking a person and a writeback that is given up are one type of exception here. */
const ONE_TYPE = 'one-type';

let world: World;
beforeAll(async () => {
	world = await startWorld();
	const source = readFileSync(
		join(import.meta.dirname, '../../workflows/failed-payment.yaml'),
		'utf8'
	);
	const changed = source
		.replace('workflow: failed-payment', `workflow: ${ONE_TYPE}`)
		.replace(/(eligibility:[^\n]*exception: )[\w-]+/, '$1booking-failed');
	expect(changed).toMatch(/eligibility:[^\n]*exception: booking-failed/);
	got(await publishWorkflow(world.parts, changed, 'test'));
});
afterAll(() => world.close());
beforeEach(() => world.core.noFaults());

async function sweepNow(): Promise<void> {
	await world.parts.db.deleteFrom('counters').where('key', '=', 'sweep').execute();
	await sweep(world.parts);
}
const stageOf = async (id: string) => (await caseOf(world, id)).row.stage;
const atReview = (customer: string) =>
	reviewed(world, { workflow: 'failed-payment', customer, action: 'pay-now' });
const writebacks = async (id: string) =>
	(await world.parts.db.selectFrom('writebacks').select('id').where('case_id', '=', id).execute())
		.length;

test('a question to a person hides no doubtful writeback: it is an exception of its own, and the receipt says so', async () => {
	const customer = 'C-1001';
	const facts = { balance: 3363, due_date: '2026-11-16' };
	const sent = {
		...(await submitted(world, { workflow: ONE_TYPE, customer, action: 'pay-now', facts })),
		customer
	};
	await askPerson(world.parts, sent.visit);
	await askPerson(world.parts, sent.visit);
	expect(await receiptOf(world, sent)).toMatchObject({ state: 'received' });
	await world.core.faults([onWrite(sent, { fault: 'wrong-record' })]);
	await apply(world, sent);
	await passTime(world, 3600);
	await apply(world, sent);
	expect(await openExceptions(world, sent)).toMatchObject([
		{ type: 'booking-failed', breakpoint: 'eligibility', reason: 'asked-for-a-person' },
		{ type: 'booking-failed', breakpoint: 'writeback', reason: 'contract' }
	]);
	expect(await receiptOf(world, sent)).toMatchObject({ state: 'with-person' });
});

test('a no that comes after the time of the case leaves as long to choose anew as a message does', async () => {
	const sent = await confirmed(world, 'C-1002');
	await passTime(world, 73 * 3600);
	await world.core.faults([onWrite(sent, { fault: 'status', status: 422 }, 1)]);
	await apply(world, sent);
	expect((await receiptOf(world, sent)).others).toBe(true);
	await passTime(world, 71 * 3600);
	await sweepNow();
	expect(await stageOf(sent.caseId)).toBe('verified');
	await passTime(world, 3600);
	await sweepNow();
	expect(await stageOf(sent.caseId)).toBe('expired');
	expect(await receiptOf(world, sent)).toMatchObject({ state: 'rejected', others: false });
});

test('a case does not end under somebody who is on its pages', async () => {
	const { caseId } = await atReview('C-1003');
	await world.parts.db
		.updateTable('cases')
		.set({ expires_at: new Date(Date.now() - 60_000) })
		.where('id', '=', caseId)
		.execute();
	await passTime(world, 14 * 60);
	await sweepNow();
	expect(await stageOf(caseId)).toBe('verified');
	await passTime(world, 60);
	await sweepNow();
	expect(await stageOf(caseId)).toBe('expired');
});

test('on a case that has ended nothing is offered, and a confirmation says that it is over', async () => {
	const { caseId, visit, draftId, shown } = await atReview('C-1004');
	await passTime(world, 73 * 3600);
	await sweepNow();
	expect(await stageOf(caseId)).toBe('expired');
	expect(await submitAction(world.parts, visit, draftId, shown)).toEqual({
		ok: false,
		reason: 'ended'
	});
	const view = await showActions(world.parts, visit);
	expect(view).toMatchObject({ ended: true, offered: [], refused: [] });
	expect(view.draft).toBeUndefined();
	expect(await writebacks(caseId)).toBe(0);
});

/** Presses while the system of record is slow; `meanwhile` happens before it has answered. */
async function pressWhile(customer: string, meanwhile: (seen: Reviewed) => Promise<unknown>) {
	const seen = await atReview(customer);
	// What was read is old now, so the press reads the record again.
	await passTime(world, 61);
	let reads = 0;
	const slow: World['parts'] = {
		...world.parts,
		records: {
			...world.parts.records,
			read: async (...asked) => {
				reads += 1;
				await meanwhile(seen);
				return world.parts.records.read(...asked);
			}
		}
	};
	const pressed = await submitAction(slow, seen.visit, seen.draftId, seen.shown);
	expect(reads).toBe(1);
	expect(await writebacks(seen.caseId)).toBe(0);
	expect(await timeline(world, seen.caseId)).not.toContain('submission-received');
	return pressed;
}

test('"this is not me" stops a confirmation that is on its way', async () => {
	const pressed = await pressWhile('C-1006', ({ visit }) => reportNotMe(world.parts, visit));
	expect(pressed).toEqual({ ok: false, reason: 'gone' });
});

test('the end of a visit stops a confirmation that is on its way', async () => {
	const pressed = await pressWhile('C-1008', ({ visit }) => endVisit(world.parts, visit));
	expect(pressed).toEqual({ ok: false, reason: 'gone' });
});

test('A5: a new link stops a confirmation that is on its way on the old one', async () => {
	const pressed = await pressWhile('C-1007', ({ caseId }) =>
		renewLink(world.parts, 'key:test', caseId, { send: false })
	);
	expect(pressed).toEqual({ ok: false, reason: 'gone' });
});

test('"this is not me" stops a code that is on its way', async () => {
	const id = await openCase(world, { workflow: 'failed-payment', customer: 'C-1010' });
	const visit = await beginVisit(world, id);
	await passTime(world, 601);
	const slow: World['parts'] = {
		...world.parts,
		records: {
			...world.parts.records,
			read: async (...asked) => {
				await reportNotMe(world.parts, visit);
				return world.parts.records.read(...asked);
			}
		}
	};
	expect(await requestCode(slow, visit, 'sms', SOURCE)).toEqual({ ok: false, reason: 'not-asked' });
	expect((await messagesOf(world, id)).filter(({ extra }) => extra['code'])).toEqual([]);
});
