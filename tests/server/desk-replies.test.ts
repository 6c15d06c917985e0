import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelCase } from '../../src/lib/server/flows/cancel-case.ts';
import { claimException } from '../../src/lib/server/flows/claim-exception.ts';
import { decideException } from '../../src/lib/server/flows/decide-exception.ts';
import { messagesStopped } from '../../src/lib/server/flows/messages-stopped.ts';
import { showDeskCase } from '../../src/lib/server/flows/show-desk-case.ts';
import { stopMessages } from '../../src/lib/server/flows/stop-messages.ts';
import { takeInbound } from '../../src/lib/server/flows/take-inbound.ts';
import { chooseView } from '../../src/lib/server/flows/show-actions.ts';
import { loadWorkflow } from '../../src/lib/server/db/workflows.ts';
import { askedForPerson, openException } from '../support/desk.ts';
import { caseOf, got, messagesOf, timeline } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { workCallback } from '../../src/lib/server/flows/work-callback.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let ana: StaffMember;
beforeAll(async () => {
	world = await startWorld();
	ana = await addStaffMember(world.parts, { teams: ['arrangements'] });
});
afterAll(() => world.close());

const show = async (id: string) => got(await showDeskCase(world.parts, ana.principal, id));

test('the case shows what the customer wrote back, as it was written, and how it was understood', async () => {
	const { caseId } = await askedForPerson(world, 'C-1025');
	const { phone } = await world.core.customer('C-1025');
	const from = { provider: 'twilio', channel: 'sms', from: phone ?? '' } as const;
	const hostile = '<b>Wann</b>\u202e https://evil.example';
	await takeInbound(world.parts, { ...from, text: hostile, dedupe: 'SM1:received' });
	await takeInbound(world.parts, { ...from, text: 'Stop', dedupe: 'SM2:received' });
	expect((await show(caseId)).replies).toMatchObject([
		{ channel: 'sms', word: 'stop', text: 'Stop' },
		{ channel: 'sms', text: hostile }
	]);
});

test('the case says what is sent next and when; after an opt-out, why nothing is', async () => {
	const { caseId } = await askedForPerson(world, 'C-1026');
	const { outreach, messages } = await show(caseId);
	expect(outreach.next?.step).toBe('reminder');
	expect(Date.parse(outreach.next?.at ?? '')).toBeGreaterThan(Date.now());
	expect(messages.map(({ template }) => template)).toContain('invitation');
	await world.parts.db.updateTable('cases').set({ outreach_at: null }).execute();
	await stopMessages(world.parts, { caseId });
	expect((await show(caseId)).outreach).toMatchObject({ next: null });
	expect((await show(caseId)).outreach.ended).toMatch(/\w/);
});

test('O6: what may be an opt-out pauses sending until somebody has read it, and holds if it was one', async () => {
	const service = await addStaffMember(world.parts, { teams: ['service-desk'] });
	const decided = async (customer: string, outcome: string) => {
		const sms = `+4917604069${customer.slice(-3)}`;
		const contacts = { sms };
		const caseId = await openCase(world, { workflow: 'collections-plan', customer, contacts });
		const text = 'please do not text me again';
		const from = { provider: 'twilio', channel: 'sms', from: sms } as const;
		await takeInbound(world.parts, { ...from, text, dedupe: `${customer}:received` });
		const { id } = await world.parts.db
			.selectFrom('provider_events')
			.select('id')
			.where('dedupe', '=', `${customer}:received`)
			.executeTakeFirstOrThrow();
		await workCallback(world.parts, id);
		const stopped = () => messagesStopped(world.parts, { caseId });
		expect(await stopped()).toBe(true);
		const exception = await openException(world, caseId);
		got(await claimException(world.parts, service.principal, exception));
		got(
			await decideException(world.parts, service.principal, exception, { outcome, note: 'called' })
		);
		return { stopped: await stopped(), told: await timeline(world, caseId) };
	};
	const answered = await decided('C-1028', 'answered');
	expect(answered.stopped).toBe(false);
	expect(answered.told).toContain('messages-resumed');
	const meant = await decided('C-1030', 'opted-out');
	expect(meant.stopped).toBe(true);
	expect(meant.told).toContain('case-cancelled');
});

test.each([
	{ outcome: 'answered', stopped: false, told: 'messages-resumed', says: undefined },
	{ outcome: 'opted-out', stopped: true, told: 'messages-stopped', says: /no more messages/ }
])(
	'O6: a case that ends meanwhile leaves the reply to be read; $outcome tells only what is still true',
	async ({ outcome, stopped, told, says }) => {
		const service = await addStaffMember(world.parts, { teams: ['service-desk'] });
		const customer = outcome === 'answered' ? 'C-1031' : 'C-1032';
		const contacts = { sms: `+4917604069${customer.slice(-3)}` };
		const caseId = await openCase(world, { workflow: 'collections-plan', customer, contacts });
		const from = { provider: 'twilio', channel: 'sms', from: contacts.sms } as const;
		const text = 'please do not text me again';
		await takeInbound(world.parts, { ...from, text, dedupe: `ended:${customer}` });
		const { id } = await world.parts.db
			.selectFrom('provider_events')
			.select('id')
			.where('dedupe', '=', `ended:${customer}`)
			.executeTakeFirstOrThrow();
		await workCallback(world.parts, id);
		got(await cancelCase(world.parts, 'key:test', caseId, 'paid-elsewhere'));
		const exception = await openException(world, caseId);
		got(await claimException(world.parts, service.principal, exception));
		const desk = got(await showDeskCase(world.parts, service.principal, caseId));
		const shown = desk.exceptions
			.find(({ open }) => open)
			?.outcomes.find((one) => one.id === outcome);
		expect(shown?.told).toEqual(says ? expect.stringMatching(/\w/) : null);
		got(await decideException(world.parts, service.principal, exception, { outcome }));
		expect(await messagesStopped(world.parts, { caseId })).toBe(stopped);
		expect(await timeline(world, caseId)).toContain(told);
		const loaded = await caseOf(world, caseId);
		const { workflow: key, version } = loaded.row;
		const workflow = await loadWorkflow(world.parts.db, key, version);
		const { answer } = await chooseView(world.parts.db, workflow, loaded, 'en');
		expect(answer).toEqual(says ? expect.stringMatching(says) : undefined);
		const notices = (await messagesOf(world, caseId)).filter((one) => one.class === 'notice');
		expect(notices).toEqual([]);
	}
);
