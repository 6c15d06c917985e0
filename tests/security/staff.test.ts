import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PERMISSIONS, type Role, ROLES } from '../../src/lib/domain/staff/permissions.ts';
import { changeStaff } from '../../src/lib/server/flows/change-staff.ts';
import { startFleet, type Fleet } from '../support/servers.ts';
import { addStaffMember, PASSWORD, type StaffMember } from '../support/staff.ts';
import { staffRoutes } from '../support/staff-routes.ts';
import { BEHIND_PROXY, enter, newAddress, newLink, Visitor } from './visitor.ts';

let fleet: Fleet;
const members = new Map<Role, StaffMember>();
const permitted = new Map<Role, Set<string>>();
beforeAll(async () => {
	fleet = await startFleet({ env: BEHIND_PROXY });
	for (const role of ROLES) {
		members.set(
			role,
			await addStaffMember(fleet.parts, { roles: [role], teams: ['service-desk'] })
		);
		const rows = await fleet.db
			.selectFrom('role_permissions')
			.select('permission')
			.where('role', '=', role)
			.execute();
		permitted.set(role, new Set(rows.map(({ permission }) => permission)));
	}
});
afterAll(() => fleet.close());

interface Asked {
	secret?: string | undefined;
	body?: Record<string, string>;
	headers?: Record<string, string>;
}

/** A request as a browser sends it, from an address of its own. */
function ask(method: string, path: string, { secret, body, headers }: Asked = {}) {
	return fetch(`${fleet.servers[0]!.url}${path}`, {
		method,
		redirect: 'manual',
		headers: {
			accept: 'text/html',
			'x-forwarded-for': newAddress(),
			...(method === 'POST' && { origin: fleet.origin }),
			...(secret && { cookie: `__Host-staff=${secret}` }),
			...headers
		},
		...(method === 'POST' && { body: new URLSearchParams(body) })
	});
}
const secretOf = (role: Role) => members.get(role)!.secret;
const filled = (path: string) => path.replace(/\[[^\]]+\]/g, randomUUID());
const address = ({ path, action }: { path: string; action?: string }) =>
	`${filled(path)}${action && action !== 'default' ? `?/${action}` : ''}`;

test('there are staff routes, and each names a permission that there is', () => {
	const routes = staffRoutes();
	expect(routes.length).toBeGreaterThan(2);
	for (const { permission } of routes) expect(PERMISSIONS).toContain(permission);
});

test('F1 F5: every staff route is closed to a role without its permission, as if it were not there', async () => {
	const nowhere = await ask('GET', '/console/nowhere', { secret: secretOf('agent') });
	expect(nowhere.status).toBe(404);
	for (const route of staffRoutes())
		for (const role of ROLES) {
			const may = permitted.get(role)!.has(route.permission);
			const { status } = await ask(route.method, address(route), { secret: secretOf(role) });
			const said = `${role} ${route.method} ${address(route)}: ${status}`;
			if (!may) expect(status, said).toBe(404);
			// Without an id in the address and with nothing to do, whoever may gets an answer.
			else if (route.method === 'GET' && !route.path.includes('['))
				expect([200, 303, 307], said).toContain(status);
			expect(status, said).toBeLessThan(500);
		}
});

test('F5: nobody comes to a staff route without a session, with a customer’s visit or an API key', async () => {
	const visitor = new Visitor(fleet);
	const { link } = await newLink(fleet, { customer: 'C-1001' });
	await enter(fleet, visitor, link);
	const cookies = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
	const ticket = [...visitor.cookies.values()][0]!;
	const strangers: Asked[] = [
		{},
		{ headers: { cookie: cookies } },
		{ secret: ticket },
		{ headers: { authorization: 'Bearer tk_0123' } }
	];
	for (const route of staffRoutes())
		for (const stranger of strangers) {
			const answer = await ask(route.method, address(route), stranger);
			expect(answer.status).toBe(303);
			expect(answer.headers.get('location')).toMatch(/^\/sign-in\?next=/);
		}
	// And the other way round: a session of staff is no visit.
	const inside = [...visitor.cookies.keys()][0]!.replace('__Host-v-', '');
	const crossed = await ask('GET', `/a/${inside}`, {
		headers: { cookie: `__Host-v-${inside}=${secretOf('agent')}` }
	});
	expect(crossed.status).toBe(303);
});

test('G8: nobody is signed in from another site, and the session’s cookie is bound to ours', async () => {
	const { email } = members.get('agent')!;
	const forged = await ask('POST', '/sign-in', {
		body: { email, password: PASSWORD },
		headers: { origin: 'https://evil.example' }
	});
	expect(forged.status).toBe(403);
	expect(forged.headers.get('set-cookie')).toBeNull();
	const signed = await ask('POST', '/sign-in', { body: { email, password: PASSWORD } });
	expect(signed.status).toBe(303);
	expect(signed.headers.get('set-cookie')).toMatch(
		/^__Host-staff=[\w-]{43};.*Path=\/;.*HttpOnly; Secure; SameSite=Strict/i
	);
});

test('G8: after a sign-in nobody is led to another site', async () => {
	const { email } = members.get('agent')!;
	for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', '/desk@evil']) {
		const path = `/sign-in?next=${encodeURIComponent(next)}`;
		const answer = await ask('POST', path, { body: { email, password: PASSWORD } });
		expect(answer.headers.get('location')).toBe('/sign-in');
	}
});

test('E1: an attacker’s cookie is not the session that a sign-in begins', async () => {
	const { email } = members.get('auditor')!;
	const planted = 'A'.repeat(43);
	const answer = await ask('POST', '/sign-in', {
		secret: planted,
		body: { email, password: PASSWORD }
	});
	expect(answer.headers.get('set-cookie')).not.toContain(planted);
	const after = await ask('GET', '/console/staff', { secret: planted });
	expect(after.status).toBe(303);
});

test('a spray of passwords over the accounts is answered with 429 and the time, and changes nothing', async () => {
	const headers = { 'x-forwarded-for': newAddress() };
	const statuses: number[] = [];
	for (let index = 0; index < 30; index++) {
		const body = { email: `victim-${index}@example.org`, password: 'Winter2026!Winter2026' };
		const answer = await ask('POST', '/sign-in', { body, headers });
		statuses.push(answer.status);
		const text = await answer.text();
		if (answer.status === 429) expect(text).toContain('The next one counts from');
		else expect(text).toContain('do not belong together');
	}
	expect(statuses.filter((status) => status === 400)).toHaveLength(25);
	expect(statuses.slice(25)).toEqual(Array.from({ length: 5 }, () => 429));
});

test('whoever is changed or disabled is out with the next request', async () => {
	const member = await addStaffMember(fleet.parts, { roles: ['administrator'] });
	const open = () => ask('GET', '/console/staff', { secret: member.secret });
	expect((await open()).status).toBe(200);
	await changeStaff(fleet.parts, 'command-line', member.principal.id, { do: 'disable' });
	expect((await open()).status).toBe(303);
});

test('what is sensitive asks for a proof of the last 20 minutes', async () => {
	const member = await addStaffMember(fleet.parts, { roles: ['administrator'] });
	await sql`update staff_sessions set fresh_at = now() - interval '21 minutes'
		where id = ${member.principal.session}`.execute(fleet.db);
	const body = { email: 'late@example.org', name: 'Late', 'role-agent': 'on', teams: '' };
	const add = (secret: string) => ask('POST', '/console/staff?/add', { secret, body });
	const refused = await add(member.secret);
	expect(refused.headers.get('location')).toBe('/sign-in/again?next=%2Fconsole%2Fstaff');
	const again = await ask('POST', '/sign-in/again?next=/console/staff', {
		secret: member.secret,
		body: { proof: PASSWORD }
	});
	const [, secret = ''] = /__Host-staff=([\w-]+)/.exec(again.headers.get('set-cookie') ?? '') ?? [];
	const done = await add(secret);
	expect(done.status).toBe(200);
	expect(await done.text()).toContain(`${fleet.origin}/sign-in/set-up/`);
	// Asked once only: another post of the same form finds the account there.
	expect((await add(secret)).status).toBe(409);
});

test('so do acts at the desk that open a factor again or settle as a second person', async () => {
	const agent = await addStaffMember(fleet.parts, { teams: ['service-desk'] });
	const approver = await addStaffMember(fleet.parts, { roles: ['approver'] });
	await sql`update staff_sessions set fresh_at = now() - interval '21 minutes'
		where id in (${agent.principal.session}, ${approver.principal.session})`.execute(fleet.db);
	for (const [path, { secret }] of [
		[`/desk/cases/${randomUUID()}?/identify`, agent],
		[`/desk/cases/${randomUUID()}?/settle`, approver],
		[`/desk/incidents/${randomUUID()}?/settle`, approver]
	] as const) {
		const refused = await ask('POST', path, { secret, body: {} });
		expect(refused.headers.get('location'), path).toMatch(/^\/sign-in\/again\?next=/);
	}
});

test('H7: what is typed as a name is shown as text, and nothing of a sign-in is in the log', async () => {
	const { secret } = members.get('administrator')!;
	const body = { email: 'x@example.org', name: '<script>alert(1)</script>', 'role-agent': 'on' };
	const answer = await ask('POST', '/console/staff?/add', { secret, body });
	expect(await answer.text()).not.toContain('<script>alert(1)');
	const log = fleet.servers[0]!.log();
	for (const secretWord of [PASSWORD, secret, members.get('agent')!.email])
		expect(log).not.toContain(secretWord);
});
