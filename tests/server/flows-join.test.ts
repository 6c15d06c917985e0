import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import { loadWorkflow } from '../../src/lib/server/db/workflows.ts';
import { cancelCase } from '../../src/lib/server/flows/cancel-case.ts';
import { completeCase } from '../../src/lib/server/flows/complete-case.ts';
import { leavePath } from '../../src/lib/server/flows/leave-path.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { stopMessages } from '../../src/lib/server/flows/stop-messages.ts';
import { startVisit } from '../../src/lib/server/flows/start-visit.ts';
import { openLink } from '../../src/lib/server/flows/open-link.ts';
import { fakeChannels } from '../support/channels.ts';
import { caseOf, eventsOf, got, messagesOf, openedLink } from '../support/journey.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const sms = { sms: '+4917604069001' };

/** Posts one line of a workflow that tells no triggers apart, unless it says another. */
async function post(line: object) {
	const [answer] = await openCases(world.parts, 'key:test', [
		{ workflow: 'collections-plan', contacts: {}, facts: { balance: 140175 }, ...line }
	]);
	if (!answer) throw new Error('no answer');
	return answer;
}

let people = 0;
/** A case of somebody whom neither trigger nor record tells how to reach; a person has it. */
async function unreachable(): Promise<{ id: string; customer: string }> {
	const customer = `Silent-${++people}`;
	const opened = await post({ customer });
	if (opened.status !== 'opened') throw new Error(opened.status);
	await completeCase(world.parts, opened.id);
	expect(await exceptionsOf(opened.id)).toEqual([
		{ reason: 'unreachable-contact', state: 'open', outcome: null }
	]);
	return { id: opened.id, customer };
}
const exceptionsOf = (id: string) =>
	world.parts.db
		.selectFrom('exceptions')
		.select(['reason', 'state', 'outcome'])
		.where('case_id', '=', id)
		.execute();
const waitingFor = async (id: string) => (await messagesOf(world, id)).map(({ state }) => state);

test('a contact that comes later is written to, once, and whoever was to find one need not any more', async () => {
	const { id, customer } = await unreachable();
	const joined = { status: 'joined', id, missing: [] };
	expect(await post({ customer, contacts: sms })).toEqual(joined);
	expect(await exceptionsOf(id)).toEqual([
		{ reason: 'unreachable-contact', state: 'closed', outcome: 'contact-arrived' }
	]);
	expect((await caseOf(world, id)).row.stage).toBe('waiting');
	expect(await waitingFor(id)).toEqual(['queued']);
	await openedLink(world, id);
	const before = await eventsOf(world, id);
	expect(await post({ customer, contacts: sms })).toEqual(joined);
	expect(await eventsOf(world, id)).toEqual(before);
	expect(await waitingFor(id)).toEqual(['queued']);
});

test('of many lines with the same contact one sends', async () => {
	const { id, customer } = await unreachable();
	await Promise.all(Array.from({ length: 4 }, () => post({ customer, contacts: sms })));
	expect(await waitingFor(id)).toEqual(['queued']);
});

test('a contact that comes before the record was asked is written to at once, and never twice', async () => {
	const customer = `Silent-${++people}`;
	const { id } = (await post({ customer })) as { id: string };
	await post({ customer, contacts: sms });
	expect(await waitingFor(id)).toEqual(['queued']);
	await completeCase(world.parts, id);
	expect(await waitingFor(id)).toEqual(['queued']);
	expect(await exceptionsOf(id)).toEqual([]);
});

test('a further contact of a customer who was written to is kept, and sends nothing', async () => {
	const customer = `Written-${++people}`;
	const { id } = (await post({ customer, contacts: sms })) as { id: string };
	await post({ customer, contacts: { email: 'a@example.org' } });
	expect(await waitingFor(id)).toEqual(['queued']);
	const { parts } = fakeChannels(world);
	for (const { id: message } of await messagesOf(world, id)) await sendMessage(parts, message);
	// Nor where somebody was asked to find a contact after all.
	await changeCase(world.parts, id, { actor: 'system', flow: 'test' }, async (change) => {
		const workflow = await loadWorkflow(change.trx, change.row.workflow, change.row.version);
		leavePath(workflow, change, { breakpoint: 'trigger', reason: 'unreachable-contact' });
	});
	await post({ customer, contacts: { whatsapp: '+4917604069002' } });
	expect(await waitingFor(id)).toEqual(['accepted']);
	expect((await caseOf(world, id)).content.contacts).toEqual({
		...sms,
		email: 'a@example.org',
		whatsapp: '+4917604069002'
	});
});

test('a contact that stopped our messages makes nobody reachable', async () => {
	const other = (await post({ customer: `Stopped-${++people}`, contacts: sms })) as { id: string };
	const contacts = { sms: '+4917604069077' };
	const stopped = (await post({ customer: `Stopped-${++people}`, contacts })) as { id: string };
	await stopMessages(world.parts, { caseId: stopped.id });
	const { id, customer } = await unreachable();
	await post({ customer, contacts });
	expect(await waitingFor(id)).toEqual([]);
	expect(await exceptionsOf(id)).toMatchObject([{ state: 'open' }]);
	got(await cancelCase(world.parts, 'key:test', other.id, 'paid-elsewhere'));
});

test('who came by a link that was handed over keeps it when a contact arrives', async () => {
	const { id, customer } = await unreachable();
	const { url } = got(await renewLink(world.parts, 'key:test', id, { send: false }));
	const token = url.slice(url.lastIndexOf('/') + 1);
	await startVisit(world.parts, got(await openLink(world.parts, token)));
	await post({ customer, contacts: sms });
	expect((await openLink(world.parts, token)).ok).toBe(true);
	expect(await waitingFor(id)).toEqual([]);
});

test('a trigger without the fact that tells it apart is refused with the cure, and stores nothing', async () => {
	const count = async () =>
		(await world.parts.db.selectFrom('cases').select('id').execute()).length;
	const before = await count();
	const line = { workflow: 'failed-payment', customer: `Apart-${++people}`, contacts: sms };
	expect(await post({ ...line, facts: { balance: 3363 } })).toEqual({
		status: 'refused',
		reason: 'bad-input',
		problems: [
			{
				field: 'facts.due_date',
				problem:
					'is missing; two triggers of a customer are told apart by it, so it must come with each'
			}
		]
	});
	expect(await count()).toBe(before);
	const facts = { balance: 3363, due_date: '2026-11-16' };
	const opened = await post({ ...line, facts });
	expect(opened.status).toBe('opened');
	expect(await post({ ...line, facts })).toMatchObject({ status: 'joined' });
	expect(await count()).toBe(before + 1);
});

test('such a fact is named beside every other fault, and one that is wrong is named once', async () => {
	const line = { workflow: 'failed-payment', customer: `Apart-${++people}` };
	const fieldsOf = async (facts: object) => {
		const answer = await post({ ...line, facts });
		return answer.status === 'refused' ? answer.problems.map(({ field }) => field) : answer.status;
	};
	expect(await fieldsOf({ balance: 1.5 })).toEqual(['facts.balance', 'facts.due_date']);
	expect(await fieldsOf({ balance: 1, due_date: 'soon' })).toEqual(['facts.due_date']);
});
