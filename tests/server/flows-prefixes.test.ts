import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkCode } from '../../src/lib/server/flows/check-code.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { beginVisit, got, type HeldVisit, messagesOf, newestCode } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { countedIn, fillCounter, passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

// The customers of these tests have a number in +49 176.
const SENT = { key: 'sends-prefix-49176', seconds: 3_600 };
const VERIFIED = { key: 'sends-verified-49176', seconds: 3_600 };

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
	await world.parts.db.deleteFrom('counters').execute();
	await world.parts.db.deleteFrom('alerts').execute();
});

let callers = 0;
/** Every call from an address of its own: here it is about where codes go. */
const source = () => `source-${++callers}`;
async function visitOf(customer: string): Promise<HeldVisit> {
	return beginVisit(world, await openCase(world, { workflow: 'failed-payment', customer }));
}
const ask = (visit: HeldVisit) => requestCode(world.parts, visit, 'sms', source());
const alerts = () =>
	world.parts.db.selectFrom('alerts').select(['kind', 'subject', 'count']).execute();

test('R1: when too few of 50 codes to a prefix were typed, no more go there, and operations hear which', async () => {
	const visit = await visitOf('C-1001');
	await fillCounter(world, SENT, 50);
	await fillCounter(world, VERIFIED, 9);
	for (let times = 0; times < 3; times++)
		expect(await ask(visit)).toEqual({ ok: false, reason: 'limited' });
	const sent = await messagesOf(world, visit.caseId);
	expect(sent.filter((message) => message.class === 'code')).toEqual([]);
	expect(await alerts()).toEqual([{ kind: 'send-limit', subject: SENT.key, count: 3 }]);
	// What was refused took nothing of the other limits.
	expect(await countedIn(world, 'sends-day')).toBe(0);
});

test('R1: one prefix stops alone: a number of another one gets its code', async () => {
	const visit = await visitOf('C-1002');
	const record = await world.core.customer('C-1002');
	await world.core.put({ ...record, phone: '+33612345678' });
	await passTime(world, 14 * 60);
	await fillCounter(world, SENT, 50);
	expect((await ask(visit)).ok).toBe(true);
	expect(await countedIn(world, 'sends-prefix-33612')).toBe(1);
	expect(await alerts()).toEqual([]);
});

test('R1: a stopped prefix goes on once a fifth of its codes was typed right', async () => {
	const visit = await visitOf('C-1003');
	await fillCounter(world, SENT, 50);
	expect(await ask(visit)).toMatchObject({ reason: 'limited' });
	await fillCounter(world, VERIFIED, 10);
	expect((await ask(visit)).ok).toBe(true);
});

test('R1: a code that is asked for counts once, one that is typed right once, a wrong one never', async () => {
	const visit = await visitOf('C-1004');
	got(await ask(visit));
	expect(await ask(visit)).toMatchObject({ reason: 'too-soon' });
	expect(await countedIn(world, SENT.key)).toBe(1);
	const code = await newestCode(world, visit.caseId);
	const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
	expect((await checkCode(world.parts, visit, wrong, source())).ok).toBe(false);
	expect(await countedIn(world, VERIFIED.key)).toBe(0);
	got(await checkCode(world.parts, visit, code, source()));
	expect((await checkCode(world.parts, visit, code, source())).ok).toBe(false);
	expect(await countedIn(world, VERIFIED.key)).toBe(1);
});

test('R1: of many who ask at once no more get a code than are left of the 50', async () => {
	const visits = [];
	for (const customer of [1022, 1023, 1025, 1026, 1027, 1028, 1030, 1031])
		visits.push(await visitOf(`C-${customer}`));
	await fillCounter(world, SENT, 48);
	const answers = await Promise.all(visits.map(ask));
	expect(answers.filter(({ ok }) => ok)).toHaveLength(2);
	expect(answers.filter((answer) => !answer.ok && answer.reason === 'limited')).toHaveLength(6);
});

test('what is counted is a prefix: no key holds a number', async () => {
	const visit = await visitOf('C-1005');
	got(await ask(visit));
	got(await checkCode(world.parts, visit, await newestCode(world, visit.caseId), source()));
	const rows = await world.parts.db.selectFrom('counters').select('key').execute();
	const keys = rows.map(({ key }) => key);
	expect(keys).toEqual(expect.arrayContaining([SENT.key, VERIFIED.key]));
	expect(keys.filter((key) => /17604069005|69005/.test(key))).toEqual([]);
});
