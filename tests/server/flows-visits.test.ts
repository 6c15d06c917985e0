import { afterAll, beforeAll, expect, test } from 'vitest';
import { endVisit } from '../../src/lib/server/flows/end-visit.ts';
import { keepVisit, loadVisit, type VisitTicket } from '../../src/lib/server/flows/load-visit.ts';
import { openLink } from '../../src/lib/server/flows/open-link.ts';
import { postpone } from '../../src/lib/server/flows/postpone.ts';
import { reachOut } from '../../src/lib/server/flows/reach-out.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { reportNotMe } from '../../src/lib/server/flows/report-not-me.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { startVisit } from '../../src/lib/server/flows/start-visit.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import {
	beginVisit,
	caseOf,
	got,
	messagesOf,
	newestCode,
	openedLink,
	passCode,
	reviewed,
	SOURCE,
	timeline,
	tokenOf,
	visitBehind
} from '../support/journey.ts';
import { checkCode } from '../../src/lib/server/flows/check-code.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { openCase } from '../support/open-case.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const open = (customer: string) => openCase(world, { workflow: 'failed-payment', customer });
const isGone = async ({ visitId, secret }: VisitTicket) =>
	!(await loadVisit(world.parts, visitId, secret)).ok;
const press = async (id: string) => startVisit(world.parts, await openedLink(world, id));

test('opening a link changes nothing, however often', async () => {
	const id = await open('C-1001');
	const before = await caseOf(world, id);
	for (let times = 0; times < 3; times++) await openedLink(world, id);
	expect((await caseOf(world, id)).row).toEqual(before.row);
	expect(await world.parts.db.selectFrom('visits').select('id').execute()).toEqual([]);
});

test('a new link ends the old one and every visit that began on it', async () => {
	const id = await open('C-1002');
	const old = await tokenOf(world, id);
	const ticket = await press(id);
	const renewed = got(await renewLink(world.parts, 'key:test', id, { send: true }));
	expect(await openLink(world.parts, old)).toEqual({ ok: false, reason: 'not-available' });
	expect(await isGone(ticket)).toBe(true);
	expect(renewed.sent).toBe('queued');
	expect(renewed.url.endsWith(await tokenOf(world, id))).toBe(true);
	await openedLink(world, id);
	const living = await world.parts.db
		.selectFrom('links')
		.select('hash')
		.where('case_id', '=', id)
		.where('ended_at', 'is', null)
		.execute();
	expect(living).toHaveLength(1);
});

test('a link is over at its last second, and so is a forged one', async () => {
	const id = await open('C-1003');
	const token = await tokenOf(world, id);
	await passTime(world, 72 * 3600 - 60);
	expect((await openLink(world.parts, token)).ok).toBe(true);
	await passTime(world, 60);
	expect(await openLink(world.parts, token)).toEqual({ ok: false, reason: 'not-available' });
	const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
	expect(await openLink(world.parts, forged)).toEqual({ ok: false, reason: 'not-available' });
});

test('a visit is known by its secret only', async () => {
	const id = await open('C-1004');
	const ticket = await press(id);
	const other = await press(id);
	expect(await isGone({ ...ticket, secret: other.secret })).toBe(true);
	expect(await isGone({ ...ticket, secret: '' })).toBe(true);
	expect(await isGone(ticket)).toBe(false);
});

test('a visit that nobody pressed for 15 minutes is gone; a press keeps it', async () => {
	const ticket = await press(await open('C-1005'));
	await passTime(world, 14 * 60);
	await keepVisit(world.parts, await visitBehind(world, ticket));
	await passTime(world, 14 * 60);
	// Looking does not keep it.
	await visitBehind(world, ticket);
	await passTime(world, 61);
	expect(await isGone(ticket)).toBe(true);
});

test('an hour after the first press a visit is gone, however busy, also across a rise', async () => {
	const id = await open('C-1006');
	let visit = await beginVisit(world, id);
	for (let minutes = 0; minutes < 50; minutes += 10) {
		await passTime(world, 600);
		await keepVisit(world.parts, visit);
	}
	got(await requestCode(world.parts, visit, 'sms', SOURCE));
	const code = await newestCode(world, id);
	const risen = got(await checkCode(world.parts, visit, code, SOURCE));
	visit = await visitBehind(world, risen);
	await passTime(world, 500);
	await keepVisit(world.parts, visit);
	expect(await isGone(risen)).toBe(false);
	await passTime(world, 101);
	expect(await isGone(risen)).toBe(true);
});

test('a rise gives a new id and secret, and the old ones are worth nothing', async () => {
	const id = await open('C-1007');
	const ticket = await press(id);
	const before = await visitBehind(world, ticket);
	const after = await passCode(world, before);
	expect(after.id).not.toBe(before.id);
	expect(after.assurance).toBe('code');
	expect(await isGone(ticket)).toBe(true);
});

test('once money is authorised a visit idles for five minutes only', async () => {
	const seen = await reviewed(world, {
		workflow: 'failed-payment',
		customer: 'C-1008',
		action: 'pay-now'
	});
	const { ticket } = seen.visit;
	await passTime(world, 6 * 60);
	expect(await isGone(ticket)).toBe(false);
	got(await submitAction(world.parts, seen.visit, seen.draftId, seen.shown));
	await passTime(world, 4 * 60);
	expect(await isGone(ticket)).toBe(false);
	await passTime(world, 61);
	expect(await isGone(ticket)).toBe(true);
});

test('"finish on this device" ends the visit, "this is not me" ends link, visits and messages', async () => {
	const id = await open('C-1012');
	const [here, there] = [await press(id), await press(id)];
	await endVisit(world.parts, await visitBehind(world, here));
	expect(await isGone(here)).toBe(true);
	expect(await isGone(there)).toBe(false);
	const token = await tokenOf(world, id);
	const visit = await visitBehind(world, there);
	got(await postpone(world.parts, visit, 1));
	await reportNotMe(world.parts, visit);
	expect(await isGone(there)).toBe(true);
	expect((await openLink(world.parts, token)).ok).toBe(false);
	expect((await timeline(world, id)).slice(-3)).toEqual([
		'visit-ended',
		'path-left',
		'exception-raised'
	]);
	expect((await caseOf(world, id)).row.stage).toBe('with-person');
	// Whoever holds that phone gets nothing more, not even the reminder.
	await passTime(world, 86_400);
	await reachOut(world.parts, id);
	for (const message of await messagesOf(world, id)) await sendMessage(world.parts, message.id);
	expect((await messagesOf(world, id)).map(({ state }) => state)).toEqual(['suppressed']);
});
