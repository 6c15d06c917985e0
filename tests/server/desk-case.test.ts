import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimException } from '../../src/lib/server/flows/claim-exception.ts';
import { escalateExceptions } from '../../src/lib/server/flows/escalate-exceptions.ts';
import { grantAction } from '../../src/lib/server/flows/grant-action.ts';
import { revealField } from '../../src/lib/server/flows/reveal-field.ts';
import { showDeskCase } from '../../src/lib/server/flows/show-desk-case.ts';
import { writeNote } from '../../src/lib/server/flows/write-note.ts';
import { askedForPerson, exceptionRow } from '../support/desk.ts';
import { caseOf, got } from '../support/journey.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let ana: StaffMember;
beforeAll(async () => {
	world = await startWorld();
	ana = await addStaffMember(world.parts, { teams: ['arrangements'] });
	const record = await world.core.customer('C-1025');
	await world.core.put({ ...record, account: { ...record.account, brokenPromises: 2 } });
});
afterAll(() => world.close());

const show = async (id: string, who = ana) =>
	got(await showDeskCase(world.parts, who.principal, id));
const reveal = (id: string, field: string, who = ana) =>
	revealField(world.parts, who.principal, id, field);
const looks = () =>
	world.parts.db
		.selectFrom('audit_entries')
		.select(['actor', 'object', 'data'])
		.where('act', '=', 'reveal-field')
		.execute();

test('the case says why no rule fits, with the values that were read, and what a grant would lift', async () => {
	const { caseId, exception } = await askedForPerson(world, 'C-1025');
	const seen = await show(caseId);
	const plan = seen.actions.find(({ action }) => action === 'plan')!;
	expect(plan).toMatchObject({
		eligible: false,
		grant: { possible: true, lifts: ['promises-kept'] }
	});
	expect(plan.clauses.find(({ id }) => id === 'promises-kept')).toMatchObject({
		holds: false,
		lifted: false,
		read: [{ name: 'Promises not kept', text: '2' }]
	});
	expect(seen.wanted[0]).toEqual({
		reason: 'asked-for-a-person',
		breakpoint: 'eligibility'
	});
	expect(seen.exceptions).toMatchObject([
		{ id: exception, name: 'No action fits', owner: 'arrangements', open: true, claimedBy: null }
	]);
	expect(seen.exceptions[0]!.outcomes.map(({ told }) => told).join()).toMatch(/another way/);
	expect(seen.timeline.map(({ text }) => text)).toContain(
		'Exception "No action fits" for arrangements'
	);
	got(
		await grantAction(world.parts, ana.principal, exception, {
			action: 'plan',
			days: 3,
			why: 'agreed by phone'
		})
	);
	const after = await show(caseId);
	expect(after.actions.find(({ action }) => action === 'plan')).toMatchObject({ eligible: true });
	expect(after.sees).toMatchObject({ page: 'choose' });
	expect(after.sees.page === 'choose' && after.sees.view.answer).toMatch(/made something possible/);
	expect(after.notes).toMatchObject([
		{ by: 'Ana Agent', act: 'grant-action', text: 'agreed by phone' }
	]);
});

test('F11: nothing personal is in what the page is made of; a look is recorded and shows one field', async () => {
	const { caseId, exception } = await askedForPerson(world, 'C-1026');
	got(await writeNote(world.parts, ana.principal, exception, 'nothing personal'));
	const { content } = await caseOf(world, caseId);
	const page = JSON.stringify(await show(caseId));
	const personal = [
		content.customer,
		content.facts['name'],
		content.facts['postcode'],
		content.facts['birth_date'],
		content.record?.contacts.sms
	];
	for (const value of personal) expect(page).not.toContain(String(value));
	const before = (await looks()).length;
	expect(got(await reveal(caseId, 'fact:name')).text).toBe(content.facts['name']);
	expect(got(await reveal(caseId, 'customer')).text).toBe('C-1026');
	expect(got(await reveal(caseId, 'contact:record:sms')).text).toBe(content.record?.contacts.sms);
	expect((await looks()).slice(before)).toMatchObject([
		{
			actor: `staff:${ana.principal.id}`,
			object: `case:${caseId}`,
			data: { field: 'fact:name' }
		},
		{ data: { field: 'customer' } },
		{ data: { field: 'contact:record:sms' } }
	]);
	for (const field of ['fact:made-up', 'fact:constructor', 'line:0', 'answer:x', 'key', ''])
		expect(await reveal(caseId, field)).toEqual({ ok: false, reason: 'not-found' });
});

test('F1: a case of another team is not there, nor any field of it', async () => {
	const { caseId } = await askedForPerson(world, 'C-1027');
	const stranger = await addStaffMember(world.parts, { teams: ['record-care'] });
	const auditor = await addStaffMember(world.parts, { roles: ['auditor'] });
	for (const id of [caseId, '019a0000-0000-7000-8000-000000000000', 'x']) {
		expect(await showDeskCase(world.parts, stranger.principal, id)).toEqual({
			ok: false,
			reason: 'not-found'
		});
		expect(await reveal(id, 'customer', stranger)).toEqual({ ok: false, reason: 'not-found' });
	}
	expect((await show(caseId, auditor)).id).toBe(caseId);
	expect(await reveal(caseId, 'customer', auditor)).toEqual({ ok: false, reason: 'forbidden' });
});

test('when its time is over the backup team joins, once, and operations hear of it', async () => {
	const { caseId, exception } = await askedForPerson(world, 'C-1028');
	const backup = await addStaffMember(world.parts, { teams: ['team-lead'] });
	expect((await claimException(world.parts, backup.principal, exception)).ok).toBe(false);
	await sql`update exceptions set due_at = now() - interval '1 second' where id = ${exception}`.execute(
		world.parts.db
	);
	expect(await Promise.all([1, 2, 3].map(() => escalateExceptions(world.parts)))).toContain(1);
	expect(await escalateExceptions(world.parts)).toBe(0);
	expect((await exceptionRow(world, exception)).escalated_at).not.toBeNull();
	expect((await show(caseId, backup)).exceptions).toMatchObject([{ escalated: true, late: true }]);
	got(await claimException(world.parts, backup.principal, exception));
	const alert = await world.parts.db
		.selectFrom('alerts')
		.select(['subject', 'count'])
		.where('kind', '=', 'exception-late')
		.execute();
	expect(alert).toEqual([{ subject: 'collections-plan/nothing-fits', count: 1 }]);
});
