import { afterAll, beforeAll, expect, test } from 'vitest';
import { approveErasure } from '../../src/lib/server/flows/approve-erasure.ts';
import { takeInbound } from '../../src/lib/server/flows/take-inbound.ts';
import { FIGURE_TABLES } from '../../src/lib/contracts/figures.ts';
import { ROLES } from '../../src/lib/domain/staff/permissions.ts';
import { askedForPerson } from '../support/desk.ts';
import { caseOf, got } from '../support/journey.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { staffRoutes } from '../support/staff-routes.ts';
import { CANARIES, canariesIn, found, plant, TALKATIVE } from './canaries.ts';

let fleet: Fleet;
/** Has every role, and sees everything that staff see. */
let eve: StaffMember;
let caseId: string;
let exception: string;
beforeAll(async () => {
	fleet = await startFleet({ env: TALKATIVE });
	await plant(fleet);
	eve = await addStaffMember(fleet.parts, { roles: [...ROLES], teams: ['record-care'] });
	({ caseId, exception } = await askedForPerson(fleet, CANARIES.customer, 'address-update'));
});
afterAll(() => fleet.close());

async function ask(path: string, body?: Record<string, string>) {
	const answer = await fetch(`${fleet.servers[0]!.url}${path}`, {
		method: body ? 'POST' : 'GET',
		redirect: 'manual',
		headers: {
			accept: 'text/html',
			cookie: `__Host-staff=${eve.secret}`,
			...(body && { origin: fleet.origin })
		},
		...(body && { body: new URLSearchParams(body) })
	});
	return { status: answer.status, body: await answer.text(), at: answer.headers.get('location') };
}

/** Every staff page with what it is made of, and every table of figures. */
function pages(): string[] {
	const places: Record<string, string> = {
		'/desk/cases/[id]': `/desk/cases/${caseId}`,
		'[key]': 'address-update'
	};
	const filled = (path: string) =>
		Object.entries(places).reduce((text, [name, value]) => text.replace(name, value), path);
	const own = staffRoutes()
		.filter(({ method, path }) => method === 'GET' && !/events|csv/.test(path))
		.map(({ path }) => filled(path))
		.filter((path) => !path.includes('['));
	const more = ['/desk?queue=system', '/desk?tab=mine', '/desk?tab=waiting', '/desk?tab=breaching'];
	return [
		...new Set(own),
		...own.map((path) => `${path}/__data.json`),
		...more,
		...FIGURE_TABLES.map((table) => `/console/figures/csv/${table}`)
	];
}

/** Which canaries a page shows; it must be there. */
async function shownOn(path: string, may: (keyof typeof CANARIES)[] = []): Promise<string[]> {
	const { status, body } = await ask(path);
	expect([path, status]).toEqual([path, 200]);
	return canariesIn(body, may).map((canary) => `${canary} on ${path}`);
}

/** The first words of the live list, told of a change that is made meanwhile. */
async function streamed(change: () => Promise<unknown>): Promise<string> {
	const stop = new AbortController();
	const answer = await fetch(`${fleet.servers[0]!.url}/desk/events`, {
		headers: { cookie: `__Host-staff=${eve.secret}` },
		signal: stop.signal
	});
	const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
	await change();
	let text = '';
	while (!text.includes('changed')) text += (await reader.read()).value ?? '';
	stop.abort();
	return text;
}

test('S7: staff pages, exports and the live list show what is personal masked, and no act leaves it anywhere', async () => {
	const { content } = await caseOf(fleet, caseId);
	expect(canariesIn(JSON.stringify(content))).toEqual(
		expect.arrayContaining(['customer', 'name', 'street', 'city', 'postcode'])
	);
	const walked = pages();
	expect(walked.length).toBeGreaterThan(25);
	for (const path of walked) expect(await shownOn(path)).toEqual([]);

	// Every act of the desk, with what is personal typed wherever something can be.
	const at = `/desk/cases/${caseId}`;
	const all = `${CANARIES.note} ${CANARIES.name} ${CANARIES.street} ${CANARIES.phone} ${CANARIES.card}`;
	const press = (act: string, form: Record<string, string> = {}) =>
		ask(`${at}?/${act}`, { exception, ...form });
	const done: [string, Record<string, string>?][] = [
		['claim'],
		['note', { text: all }],
		['correct', { fact: 'street', value: `${CANARIES.street} b`, why: all }],
		['hand-back'],
		['assign', { to: eve.principal.id, why: all }],
		['ask', { fact: 'city', words: all }]
	];
	const told = await streamed(async () => {
		for (const [act, form] of done) {
			const { status, at: to } = await press(act, form);
			expect([act, status, to]).toEqual([act, 303, `${at}?done=${act}`]);
		}
	});
	expect(canariesIn(told)).toEqual([]);
	for (const [act, form] of [
		['grant', { action: CANARIES.name, days: CANARIES.postcode, why: all }],
		['decide', { outcome: CANARIES.name, note: all }],
		['propose', { settles: 'applied', reference: CANARIES.phone, why: all }],
		['settle', { proposal: CANARIES.name, approved: CANARIES.name, why: all }],
		['correct', { fact: CANARIES.name, value: CANARIES.street, why: all }]
	] as const)
		expect((await press(act, form)).status, act).toBeGreaterThanOrEqual(400);
	const from = { provider: 'twilio', channel: 'sms', from: CANARIES.phone } as const;
	await takeInbound(fleet.parts, { ...from, text: all, dedupe: 'SM1:received' });

	// A look shows one field, in the one answer to it.
	const revealed = await ask(`${at}?/reveal`, { field: 'fact:name' });
	expect(canariesIn(revealed.body, ['note', 'phone', 'street'])).toEqual(['name']);

	// What would they get, on their pages; the reference stays where it was typed.
	const key = 'address-update';
	const look = { customer: CANARIES.customer, side: '1' };
	const who = await ask(`/console/workflows/${key}/who`, look);
	expect([who.status, canariesIn(who.body)]).toEqual([200, expect.arrayContaining(['name'])]);
	const preview = { ...look, key, language: 'en', page: 'choose' };
	expect((await ask('/console/preview', preview)).status).toBe(200);
	expect((await ask('/desk?/find', { customer: CANARIES.customer })).body).toContain(caseId);

	// Where nothing personal belongs: addresses and forms that are refused.
	for (const path of [
		`/desk?team=${CANARIES.name}&cursor=${CANARIES.name}`,
		`/desk/cases/${CANARIES.customer}`,
		`/console/audit?object=customer:${CANARIES.customer}`,
		`/console/workflows/${CANARIES.customer}/who?side=${CANARIES.name}`,
		`/console/figures?workflow=${CANARIES.name}`,
		`/sign-in?next=/desk/cases/${CANARIES.customer}`
	])
		expect((await ask(path)).status, path).toBeLessThan(500);
	expect(await found(fleet)).toEqual([]);

	// What staff wrote of them stands on the case alone, and is gone with the person.
	for (const path of pages())
		expect(
			await shownOn(path, path.includes(caseId) ? ['note', 'name', 'street', 'phone'] : [])
		).toEqual([]);
	await ask(`${at}?/decide`, { exception, outcome: 'cancelled', note: all });
	const request = { customer: CANARIES.customer, reason: 'letter 17' };
	expect((await ask('/console/erasures?/request', request)).body).toContain('Asked for');
	const { id } = await fleet.db.selectFrom('erasures').select('id').executeTakeFirstOrThrow();
	const decides = await addStaffMember(fleet.parts, { roles: ['approver'] });
	const { customer } = CANARIES;
	got(await approveErasure(fleet.parts, decides.principal, { id, customer }));
	for (const path of pages().filter((path) => !path.includes(caseId)))
		expect(await shownOn(path)).toEqual([]);
	expect((await ask(at)).status).toBe(404);
	expect(await found(fleet)).toEqual([]);
});
