import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelCase } from '../../src/lib/server/flows/cancel-case.ts';
import { completeCase } from '../../src/lib/server/flows/complete-case.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { caseOf, eventsOf, messagesOf, openedLink, timeline } from '../support/journey.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const contacts = { sms: '+4917604069001' };
const facts = { balance: 3363, due_date: '2026-11-16' };

/** Posts one line; gives what became of it. */
async function post(line: object) {
	const [answer] = await openCases(world.parts, 'key:test', [
		{ workflow: 'failed-payment', contacts, facts, ...line }
	]);
	if (!answer) throw new Error('no answer');
	return answer;
}

/** Posts a line that must become a case; gives its id. */
async function opened(line: object): Promise<string> {
	const answer = await post(line);
	if (answer.status === 'refused') throw new Error(JSON.stringify(answer));
	return answer.id;
}

const openExceptions = (id: string) =>
	world.parts.db
		.selectFrom('exceptions')
		.selectAll()
		.where('case_id', '=', id)
		.where('state', '=', 'open')
		.execute();

test('a trigger with missing facts is held with their names, sends nothing and asks the record', async () => {
	const answer = await post({ customer: 'C-1001', facts: { due_date: '2026-11-16' } });
	expect(answer).toMatchObject({ status: 'held', missing: ['balance'] });
	const id = (answer as { id: string }).id;
	expect((await caseOf(world, id)).row.stage).toBe('held');
	expect(await messagesOf(world, id)).toEqual([]);
	await completeCase(world.parts, id);
	expect((await caseOf(world, id)).row.stage).toBe('waiting');
	expect(await timeline(world, id)).toEqual([
		'case-opened',
		'facts-refreshed',
		'link-issued',
		'message-queued'
	]);
	await completeCase(world.parts, id);
	expect(await messagesOf(world, id)).toHaveLength(1);
});

test('facts that the record does not hold either go to a person, with the fields named', async () => {
	const id = await opened({ customer: 'C-404', facts: { due_date: '2026-11-16' } });
	await completeCase(world.parts, id);
	expect((await caseOf(world, id)).row.stage).toBe('held');
	const [exception, ...more] = await openExceptions(id);
	expect(more).toEqual([]);
	expect(exception).toMatchObject({
		type: 'missing-data',
		class: 'system',
		breakpoint: 'trigger',
		reason: 'missing-facts:balance',
		owner: 'data-care',
		backup: 'operations',
		outcomes: ['completed', 'cancelled']
	});
	expect(exception!.due_at.getTime() - exception!.opened_at.getTime()).toBe(24 * 3_600_000);
	await completeCase(world.parts, id);
	expect(await openExceptions(id)).toHaveLength(1);
});

test('a duplicate supplies what was missing: the case starts and the exception is closed', async () => {
	const id = await opened({ customer: 'C-405', facts: { due_date: '2026-11-16' } });
	await completeCase(world.parts, id);
	expect(await openExceptions(id)).toHaveLength(1);
	// Held for longer than links live: the invitation must be good from now on.
	await passTime(world, 5 * 86_400);
	expect(await post({ customer: 'C-405' })).toEqual({ status: 'joined', id, missing: [] });
	expect(await openExceptions(id)).toEqual([]);
	const closed = await world.parts.db
		.selectFrom('exceptions')
		.select(['state', 'outcome'])
		.where('case_id', '=', id)
		.execute();
	expect(closed).toEqual([{ state: 'closed', outcome: 'facts-arrived' }]);
	expect((await caseOf(world, id)).row.stage).toBe('waiting');
	const [message] = await messagesOf(world, id);
	const { link } = await openedLink(world, id);
	const { expires_at } = await world.parts.db
		.selectFrom('links')
		.select('expires_at')
		.where('hash', '=', link.hash)
		.executeTakeFirstOrThrow();
	expect(message!.expires_at).toEqual(expires_at);
});

test('facts arrive but nobody can be reached: one exception is closed, the next of its type opened', async () => {
	const line = { workflow: 'collections-plan', customer: 'C-406', contacts: {} };
	const id = await opened({ ...line, facts: {} });
	await completeCase(world.parts, id);
	expect(await openExceptions(id)).toMatchObject([{ reason: 'missing-facts:balance' }]);
	expect(await post({ ...line, facts: { balance: 100 } })).toMatchObject({ status: 'joined', id });
	expect(await openExceptions(id)).toMatchObject([{ reason: 'unreachable-contact' }]);
	expect((await caseOf(world, id)).row.stage).toBe('with-person');
});

test('a duplicate adds facts but never changes what the customer may be looking at', async () => {
	const id = await opened({ customer: 'C-1002' });
	const again = await post({
		customer: 'C-1002',
		facts: { ...facts, balance: 1, vulnerable: true }
	});
	expect(again).toEqual({ status: 'joined', id, missing: [] });
	const { content } = await caseOf(world, id);
	expect(content.facts).toMatchObject({ balance: 3363, vulnerable: true });
	expect((await eventsOf(world, id)).at(-1)).toMatchObject({
		type: 'trigger-joined',
		actor: 'key:test',
		data: { supplied: ['vulnerable'], missing: [] }
	});
	expect(await messagesOf(world, id)).toHaveLength(1);
});

test('another value of a duplicate fact is another case, and so is a trigger after the end', async () => {
	const first = await opened({ customer: 'C-1003' });
	const other = await opened({ customer: 'C-1003', facts: { ...facts, due_date: '2026-12-16' } });
	expect(other).not.toBe(first);
	expect(await post({ customer: 'C-1003' })).toMatchObject({ status: 'joined', id: first });
	await cancelCase(world.parts, 'key:test', first, 'paid-elsewhere');
	const again = await post({ customer: 'C-1003' });
	expect(again.status).toBe('opened');
	expect(again).not.toMatchObject({ id: first });
});

test('a trigger without contacts uses those of the record; without those a person gets it', async () => {
	const known = await opened({ customer: 'C-1009', contacts: {} });
	expect(await messagesOf(world, known)).toEqual([]);
	await completeCase(world.parts, known);
	expect((await messagesOf(world, known)).map(({ channel }) => channel)).toEqual(['email']);

	const nowhere = await opened({
		workflow: 'address-update',
		customer: 'C-1064',
		contacts: {},
		facts: {}
	});
	await completeCase(world.parts, nowhere);
	expect(await messagesOf(world, nowhere)).toEqual([]);
	expect(await openExceptions(nowhere)).toMatchObject([{ reason: 'unreachable-contact' }]);
	expect((await caseOf(world, nowhere)).row.stage).toBe('with-person');
});

test('an unknown workflow is refused and stores nothing', async () => {
	const before = await world.parts.db.selectFrom('cases').select('id').execute();
	expect(await post({ workflow: 'no-such', customer: 'C-1' })).toEqual({
		status: 'refused',
		reason: 'unknown-workflow',
		problems: [{ field: 'workflow', problem: 'names no published workflow' }]
	});
	const after = await world.parts.db.selectFrom('cases').select('id').execute();
	expect(after).toEqual(before);
});

const fieldsOf = (answer: Awaited<ReturnType<typeof post>>) =>
	answer.status === 'refused' ? answer.problems.map(({ field }) => field).sort() : answer.status;

test('every bad field of the line is named at once, with its path', async () => {
	const answer = await post({
		workflow: 'Not A Key',
		customer: '\u0000',
		language: '??',
		contacts: { sms: '12', email: 'nobody', fax: '1' },
		extra: true
	});
	expect(fieldsOf(answer)).toEqual(
		[
			'contacts.email',
			'contacts.fax',
			'contacts.sms',
			'customer',
			'extra',
			'language',
			'workflow'
		].sort()
	);
});

test.each([
	['balance', 33.63],
	['balance', '33,63'],
	['balance', true],
	['due_date', '2026-02-30'],
	['due_date', '16.11.2026'],
	['broken_promises', -1],
	['broken_promises', 1.5],
	['vulnerable', 'maybe'],
	['postcode', 'x'.repeat(17)],
	['postcode', '\uD800'],
	['nickname', 'unknown to the workflow']
])('the fact %s refuses %j by name, and its value is not repeated', async (name, value) => {
	const answer = await post({ customer: 'C-1004', facts: { ...facts, [name]: value } });
	expect(fieldsOf(answer)).toEqual([`facts.${name}`]);
	if (typeof value === 'string') expect(JSON.stringify(answer)).not.toContain(value);
});

test('a mix of good and bad lines is answered in order; the bad ones store nothing', async () => {
	const answers = await openCases(world.parts, 'key:test', [
		{ workflow: 'failed-payment', customer: 'C-1005', contacts, facts },
		'not an object',
		{ workflow: 'failed-payment', customer: 'C-1006', contacts, facts: { due_date: '2026-11-16' } },
		{ workflow: 'failed-payment', customer: 'C-1005', contacts, facts },
		null
	]);
	expect(answers.map(({ status }) => status)).toEqual([
		'opened',
		'refused',
		'held',
		'joined',
		'refused'
	]);
});

test.each([
	['de-AT', 'de'],
	['AR', 'ar'],
	['fr', 'en'],
	[undefined, 'en']
])('language %s becomes %s', async (language, chosen) => {
	const id = await opened({ customer: `L-${language}`, ...(language && { language }) });
	expect((await caseOf(world, id)).row.language).toBe(chosen);
});
