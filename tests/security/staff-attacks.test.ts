import { afterAll, beforeAll, expect, test } from 'vitest';
import { askedForPerson } from '../support/desk.ts';
import { caseOf } from '../support/journey.ts';
import { startFleet, type Fleet } from '../support/servers.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { rawBytes } from './raw.ts';
import { BEHIND_PROXY, newAddress } from './visitor.ts';

let fleet: Fleet;
let olga: StaffMember;
let auditor: StaffMember;
let administrator: StaffMember;
beforeAll(async () => {
	fleet = await startFleet({ env: BEHIND_PROXY });
	olga = await addStaffMember(fleet.parts, { roles: ['operations', 'approver'] });
	auditor = await addStaffMember(fleet.parts, { roles: ['auditor'] });
	administrator = await addStaffMember(fleet.parts, { roles: ['administrator'] });
});
afterAll(() => fleet.close());

/** A request as a browser sends it, from an address of its own. */
function ask(path: string, who?: StaffMember, body?: Record<string, string>) {
	return fetch(`${fleet.servers[0]!.url}${path}`, {
		method: body ? 'POST' : 'GET',
		redirect: 'manual',
		headers: {
			accept: 'text/html',
			'x-forwarded-for': newAddress(),
			...(body && { origin: fleet.origin }),
			...(who && { cookie: `__Host-staff=${who.secret}` })
		},
		...(body && { body: new URLSearchParams(body) })
	});
}

test('Q3: what the database cannot hold is refused on every staff page, and breaks none', async () => {
	const asked: [string, StaffMember?, Record<string, string>?][] = [
		['/sign-in', undefined, { email: 'a\0b@example.org', password: 'x' }],
		['/sign-in/set-up/a%00b'],
		['/desk?team=%00', olga],
		['/desk?/next&team=%00', olga, {}],
		['/desk/incidents/%00', olga],
		['/desk/incidents/x?/claim', olga, {}],
		['/desk/incidents/x?/propose', olga, { settles: '\0', why: '\0' }],
		['/desk/incidents/x?/cancel', olga, { act: '\0' }],
		['/desk?/find', olga, { customer: '\0' }],
		['/desk?cursor=WzEsIjIwMjYiLCIwIl0', olga],
		['/desk/cases/%00', olga],
		['/desk/cases/x?/settle', olga, { exception: 'x', proposal: 'x', approved: 'yes' }],
		['/console/audit?object=%00', auditor],
		['/console/audit?before=999999999999999999', auditor],
		['/console/staff?after=%00', administrator],
		['/console/erasures?after=%00', administrator],
		['/console/workflows/%00', olga],
		['/console/workflows/collections-plan?before=1e99', olga],
		['/console/workflows/collections-plan?before=1.5', olga],
		['/console/workflows/collections-plan/difference?from=%00&to=-1', olga],
		['/console/figures?version=99999999999', olga],
		['/console/figures?from=0000-01-01&to=0000-01-02', olga],
		['/console/figures?from=9999-12-30&to=9999-12-31', olga],
		['/console/proposals?before=%00', olga]
	];
	for (const one of asked) {
		const { status } = await ask(...one);
		expect(status, `${one[0]} ${JSON.stringify(one[2])}`).toBeLessThan(500);
	}
});

test('G7: only the preview can be framed, by ourselves, and nothing of it runs or is sent', async () => {
	const policy = async (path: string, who?: StaffMember) => {
		const { headers } = await ask(path, who);
		expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
		return { csp: headers.get('content-security-policy') ?? '', x: headers.get('x-frame-options') };
	};
	const preview = await policy('/console/preview', olga);
	expect(preview.csp).toMatch(/frame-ancestors 'self'.*; sandbox$/);
	expect(preview.x).toBe('SAMEORIGIN');
	expect(await policy('/console/preview', administrator)).toMatchObject({ x: 'DENY' });
	for (const path of ['/desk', '/console/workflows/collections-plan/who', '/console/figures']) {
		const { csp, x } = await policy(path, olga);
		expect([path, x]).toEqual([path, 'DENY']);
		expect(csp).toContain("frame-ancestors 'none'");
		expect(csp).not.toContain('sandbox');
	}
});

test('F11: the case page holds no address in the clear, in its text or in its data', async () => {
	const { caseId } = await askedForPerson(fleet, 'C-1030', 'address-update');
	const { content } = await caseOf(fleet, caseId);
	for (const path of [`/desk/cases/${caseId}`, `/desk/cases/${caseId}/__data.json`]) {
		const answer = await ask(path, auditor);
		expect(answer.status).toBe(200);
		const page = await answer.text();
		expect(page).toContain('•••••');
		for (const fact of ['name', 'street', 'postcode', 'city'])
			expect(page).not.toContain(String(content.facts[fact]));
	}
});

test('Q2: a draft may be as long as a workflow can be, and is refused above; other forms keep theirs', async () => {
	const path = '/console/workflows/collections-plan/draft';
	for (const [to, most] of [
		[`${path}/check`, 400],
		[`${path}?/save`, 404]
	] as const) {
		const body = new FormData();
		body.set('source', `workflow: x # ${'ü'.repeat(120_000)}`);
		const headers = { origin: fleet.origin, cookie: `__Host-staff=${olga.secret}` };
		const method = 'POST';
		const { status } = await fetch(`${fleet.servers[0]!.url}${to}`, { method, headers, body });
		expect(status, to).toBeLessThan(most);
	}
	const head = (to: string, length: number) =>
		rawBytes(
			fleet.servers[0]!.url,
			`POST ${to} HTTP/1.1\r\nhost: x\r\norigin: ${fleet.origin}\r\ncontent-length: ${length}\r\n\r\n`
		);
	for (const to of [`${path}/check`, `${path}?/save`])
		expect(await head(to, 2 ** 20 + 1)).toBe(413);
	for (const to of ['/console/workflows/x/clauses', '/desk/cases/x?/note', `${path}/../who`])
		expect(await head(to, 2 ** 16 + 1)).toBe(413);
});
