import { afterAll, beforeAll, expect, test } from 'vitest';
import { PERMISSIONS, ROLES } from '../../src/lib/domain/staff/permissions.ts';
import { permits } from '../../src/lib/server/db/permits.ts';
import { addStaff } from '../../src/lib/server/flows/add-staff.ts';
import { changeStaff } from '../../src/lib/server/flows/change-staff.ts';
import { listStaff } from '../../src/lib/server/flows/list-staff.ts';
import { loadSession } from '../../src/lib/server/flows/load-session.ts';
import { addStaffMember } from '../support/staff.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const acts = async (object: string) =>
	(
		await world.parts.db
			.selectFrom('audit_entries')
			.select(['act', 'actor', 'result'])
			.where('object', '=', object)
			.orderBy('id')
			.execute()
	).map(({ act, actor, result }) => `${act} ${actor} ${result}`);

test('the table of permissions names exactly the roles and permissions that the code knows', async () => {
	const rows = await world.parts.db.selectFrom('role_permissions').selectAll().execute();
	expect([...new Set(rows.map(({ role }) => role))].toSorted()).toEqual([...ROLES].toSorted());
	expect([...new Set(rows.map(({ permission }) => permission))].toSorted()).toEqual(
		[...PERMISSIONS].toSorted()
	);
});

test('nobody may both propose and approve by one role', async () => {
	const rows = await world.parts.db.selectFrom('role_permissions').selectAll().execute();
	const pairs = [
		['workflow.edit', 'workflow.approve'],
		['writeback.propose', 'writeback.approve'],
		['person.erase', 'person.approve-erasure']
	] as const;
	for (const role of ROLES) {
		const held = rows.filter((row) => row.role === role).map(({ permission }) => permission);
		for (const [propose, approve] of pairs)
			expect([role, held.includes(propose) && held.includes(approve)]).toEqual([role, false]);
	}
});

test('changed roles permit at once what they say, and end every session', async () => {
	const admin = await addStaffMember(world.parts, { roles: ['administrator'] });
	const { principal, secret } = await addStaffMember(world.parts, { roles: ['agent'] });
	const may = (permission: 'desk.work' | 'workflow.edit') =>
		permits(world.parts.db, principal, permission);
	expect([await may('desk.work'), await may('workflow.edit')]).toEqual([true, false]);
	const change = { do: 'roles', roles: ['operations' as const], teams: [] } as const;
	const changed = await changeStaff(world.parts, admin.principal, principal.id, {
		...change,
		roles: [...change.roles],
		teams: []
	});
	expect(changed).toEqual({ ok: true, value: {} });
	expect([await may('desk.work'), await may('workflow.edit')]).toEqual([true, true]);
	expect(await loadSession(world.parts, secret)).toBeNull();
	expect((await acts(`staff:${principal.id}`)).at(-1)).toBe(
		`roles-staff staff:${admin.principal.id} done`
	);
	await changeStaff(world.parts, admin.principal, principal.id, { do: 'disable' });
	expect(await may('desk.work')).toBe(false);
});

test('who may not manage accounts adds and changes none; nobody changes their own', async () => {
	const agent = (await addStaffMember(world.parts)).principal;
	const admin = (await addStaffMember(world.parts, { roles: ['administrator'] })).principal;
	const input = { email: 'x@example.org', name: 'X', roles: ['agent' as const], teams: [] };
	expect(await addStaff(world.parts, agent, input)).toEqual({ ok: false, reason: 'forbidden' });
	expect(await changeStaff(world.parts, agent, admin.id, { do: 'disable' })).toEqual({
		ok: false,
		reason: 'forbidden'
	});
	expect(await changeStaff(world.parts, admin, admin.id, { do: 'disable' })).toEqual({
		ok: false,
		reason: 'own'
	});
	expect(await addStaff(world.parts, admin, input)).toMatchObject({ ok: true });
	expect(await addStaff(world.parts, admin, input)).toEqual({ ok: false, reason: 'exists' });
});

test('of administrators who disable each other at once, one is left', async () => {
	const { db } = world.parts;
	await db.updateTable('staff').set({ disabled_at: new Date() }).execute();
	const pair = [
		(await addStaffMember(world.parts, { roles: ['administrator'] })).principal,
		(await addStaffMember(world.parts, { roles: ['administrator'] })).principal
	] as const;
	const both = await Promise.all([
		changeStaff(world.parts, pair[0], pair[1].id, { do: 'disable' }),
		changeStaff(world.parts, pair[1], pair[0].id, { do: 'disable' })
	]);
	expect(both.map(({ ok }) => ok).toSorted()).toEqual([false, true]);
	const last = await changeStaff(
		world.parts,
		'command-line',
		both[0].ok ? pair[0].id : pair[1].id,
		{ do: 'disable' }
	);
	expect(last).toEqual({ ok: false, reason: 'last-administrator' });
});

test('accounts are listed by address with their roles, teams and state', async () => {
	await addStaff(world.parts, 'command-line', {
		email: 'zoe@example.org',
		name: 'Zoë',
		roles: ['agent', 'auditor'],
		teams: [{ team: 'service-desk', lead: true }]
	});
	const { staff } = await listStaff(world.parts, { after: 'z' });
	expect(staff).toEqual([
		expect.objectContaining({
			email: 'zoe@example.org',
			name: 'Zoë',
			roles: ['agent', 'auditor'],
			teams: [{ team: 'service-desk', lead: true }],
			state: 'invited',
			seenAt: null
		})
	]);
});
