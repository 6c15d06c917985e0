import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PERMISSIONS, type Role, ROLES } from '../../src/lib/domain/staff/permissions.ts';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { changeStaff } from '../../src/lib/server/flows/change-staff.ts';
import { eventually } from '../support/customer.ts';
import { askedForPerson } from '../support/desk.ts';
import { got } from '../support/journey.ts';
import { startFleet, type Fleet } from '../support/servers.ts';
import { addStaffMember, PASSWORD, type StaffMember } from '../support/staff.ts';
import { sources } from '../support/sources.ts';
import { staffRoutes } from '../support/staff-routes.ts';
import { fingerprint, NO_JOBS } from './tables.ts';
import { BEHIND_PROXY, enter, newAddress, newLink, Visitor } from './visitor.ts';

/** Buttons of the case page. */
const ACTS = staffRoutes()
	.filter(({ path, method }) => path === '/desk/cases/[id]' && method === 'POST')
	.map(({ action }) => action);

let fleet: Fleet;
let apiKey: string;
const members = new Map<Role, StaffMember>();
const permitted = new Map<Role, Set<string>>();
beforeAll(async () => {
	fleet = await startFleet({ env: { ...BEHIND_PROXY, ...NO_JOBS } });
	apiKey = got(await createApiKey(fleet.parts, 'crossing', ['cases:read'])).token;
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
	for (const { permissions } of routes) {
		expect(permissions.length).toBeGreaterThan(0);
		for (const one of permissions) expect(PERMISSIONS).toContain(one);
	}
	// Every guard of a staff page is among them.
	const guards = sources('src/routes/**/+*server.ts').flatMap(({ text }) => [
		...text.matchAll(/requireStaff\(/g)
	]);
	expect(routes).toHaveLength(guards.length);
});

test('F1 F5: every staff route is closed to a role without its permission, as if it were not there', async () => {
	const nowhere = await ask('GET', '/console/nowhere', { secret: secretOf('agent') });
	expect(nowhere.status).toBe(404);
	for (const route of staffRoutes())
		for (const role of ROLES) {
			const may = route.permissions.some((one) => permitted.get(role)!.has(one));
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
	// And the other way round: a session of staff is no visit, and neither is it a key, or a key either.
	const inside = [...visitor.cookies.keys()][0]!.replace('__Host-v-', '');
	const crossing: Asked[] = [
		{ headers: { cookie: `__Host-v-${inside}=${secretOf('agent')}` } },
		{ secret: secretOf('agent') },
		{ headers: { authorization: `Bearer ${apiKey}` } }
	];
	for (const crossed of crossing)
		for (const path of ['', '/do/pay-now', '/receipt', '/help']) {
			const answer = await ask('GET', `/a/${inside}${path}`, crossed);
			expect([answer.status, answer.headers.get('location')]).toEqual([303, '/gone']);
		}
	for (const path of [
		'/cases',
		`/cases/${randomUUID()}`,
		'/workflows',
		'/workflows/failed-payment'
	]) {
		expect((await ask('GET', `/api/v1${path}`, { secret: secretOf('administrator') })).status).toBe(
			401
		);
		expect((await ask('GET', `/api/v1${path}`, { headers: { cookie: cookies } })).status).toBe(401);
	}
});

test('F1: a case of another team is answered like one that there is not, whatever is asked of it', async () => {
	const { caseId, exception } = await askedForPerson(fleet, 'C-1025');
	// The agent of this file is in another team.
	const secret = secretOf('agent');
	const told = async (id: string, one: string) => {
		const answers = [];
		const places = ['', '/__data.json', ...ACTS.map((act) => `?/${act}`)];
		for (const place of places) {
			const body = {
				exception: one,
				field: 'customer',
				text: 'x',
				why: 'x',
				outcome: 'cancelled',
				fact: 'name',
				value: 'x',
				words: 'x',
				days: '3',
				action: 'plan',
				to: randomUUID()
			};
			const method = place.startsWith('?') ? 'POST' : 'GET';
			const answer = await ask(method, `/desk/cases/${id}${place}`, { secret, body });
			const text = (await answer.text())
				.replaceAll(id, '<id>')
				.replaceAll(/nonce="[^"]*"|[\da-f-]{36}/g, '');
			answers.push([place, answer.status, answer.headers.get('location'), text]);
		}
		return answers;
	};
	const foreign = await told(caseId, exception);
	expect(foreign).toEqual(await told(randomUUID(), randomUUID()));
	const gone = foreign.filter(([, status]) => status === 404);
	expect(ACTS.length).toBeGreaterThan(10);
	expect(gone.length).toBeGreaterThan(ACTS.length * 0.8);
	const { claimed_by, state } = await fleet.db
		.selectFrom('exceptions')
		.selectAll()
		.where('id', '=', exception)
		.executeTakeFirstOrThrow();
	expect([claimed_by, state]).toEqual([null, 'open']);
});

test('F10: what can be downloaded and listened to is asked for at each request, and gone with the role', async () => {
	const member = await addStaffMember(fleet.parts, { roles: ['auditor'] });
	const csv = async () => (await ask('GET', '/console/figures/csv/funnel', member)).status;
	const live = async () => {
		const answer = await ask('GET', '/desk/events', member);
		await answer.body?.cancel();
		return answer.status;
	};
	expect([await csv(), await live()]).toEqual([200, 200]);
	const taken = fleet.db.deleteFrom('staff_roles').where('staff_id', '=', member.principal.id);
	await taken.execute();
	expect([await csv(), await live()]).toEqual([404, 404]);
	expect((await ask('GET', '/console/figures/csv/funnel')).status).toBe(303);
});

test('one session holds a few live lists, however many it opens', async () => {
	const member = await addStaffMember(fleet.parts, { teams: ['service-desk'] });
	const readers: ReadableStreamDefaultReader<Uint8Array>[] = [];
	for (let opened = 0; opened < 21; opened += 1) {
		const answer = await ask('GET', '/desk/events', member);
		const reader = answer.body!.getReader();
		await reader.read();
		readers.push(reader);
	}
	// What it was told before its end comes first.
	await eventually(async () => (await readers[0]!.read()).done);
	const second = readers[1]!.read().then(({ done }) => done);
	expect(await Promise.race([second, ask('GET', '/healthz').then(() => 'open')])).not.toBe(true);
	await Promise.all(readers.map((reader) => reader.cancel()));
});

test('G1 G2 G4 G5: no page of another origin presses anything of the staff, whoever is signed in', async () => {
	const before = await fingerprint(fleet.db);
	const strangers: Record<string, string>[] = [
		{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
		{ origin: 'null', 'sec-fetch-site': 'cross-site' },
		{ origin: 'https://evil.example.test', 'sec-fetch-site': 'same-site' },
		{ origin: fleet.origin, 'sec-fetch-site': 'same-site' },
		{ origin: '', 'sec-fetch-site': 'cross-site' }
	];
	const own = ['/sign-in', '/sign-in/code', '/sign-in/again', '/sign-in/here', '/sign-out'];
	const posts = staffRoutes()
		.filter(({ method }) => method === 'POST')
		.map(address);
	for (const path of [...own, ...posts])
		for (const headers of strangers)
			for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json']) {
				const answer = await ask('POST', path, {
					secret: secretOf('administrator'),
					headers: { ...headers, 'content-type': type }
				});
				expect([path, type, answer.status]).toEqual([path, type, 403]);
			}
	expect(await fingerprint(fleet.db)).toEqual(before);
	expect((await ask('GET', '/console/staff', { secret: secretOf('administrator') })).status).toBe(
		200
	);
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
	const goOn = async (next: string) => {
		const path = `/sign-in?next=${encodeURIComponent(next)}`;
		const answer = await ask('POST', path, { body: { email, password: PASSWORD } });
		return answer.headers.get('location');
	};
	for (const next of [
		...[
			'https://evil.example',
			'//evil.example',
			'/\\evil.example',
			'/desk@evil',
			'\\\\evil.example'
		],
		...[
			'/desk/..//evil.example',
			'/desk/../../\\evil.example',
			'/desk/%2e%2e/sign-out',
			'javascript:0'
		]
	]) {
		expect(await goOn(next), next).toBe('/sign-in');
		const { secret } = members.get('agent')!;
		const inside = await ask('GET', `/sign-in?next=${encodeURIComponent(next)}`, { secret });
		expect(inside.headers.get('location'), next).toBe('/desk');
	}
	// What no header can hold is encoded, and no fault of ours.
	const { secret } = members.get('agent')!;
	for (const next of ['/desk/cases/ü€', '/desk?team=\u{1f4a9}', '/desk\r\nx: y']) {
		const inside = await ask('GET', `/sign-in?next=${encodeURIComponent(next)}`, { secret });
		expect(inside.status, next).toBe(303);
		expect(inside.headers.get('location'), next).toMatch(/^\/desk[\w/?=%:.-]*$/);
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
