import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkCode } from '../../src/lib/server/flows/check-code.ts';
import { checkFacts } from '../../src/lib/server/flows/check-facts.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { showVerify } from '../../src/lib/server/flows/show-verify.ts';
import {
	beginVisit,
	caseOf,
	eventsOf,
	got,
	type HeldVisit,
	newestCode,
	passCode,
	timeline,
	visitBehind
} from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { countedIn, fillCounter, passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

let callers = 0;
/** Every call from an address of its own: here it is about challenges, not about sources. */
const source = () => `source-${++callers}`;
const open = (
	customer: string,
	workflow = 'collections-plan',
	facts?: Record<string, string | number>
) => openCase(world, { workflow, customer, ...(facts && { facts }) });
const check = (visit: HeldVisit, typed: unknown) => checkCode(world.parts, visit, typed, source());
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

async function withCode(id: string, visit?: HeldVisit) {
	const at = visit ?? (await beginVisit(world, id));
	got(await requestCode(world.parts, at, 'sms', source()));
	return { visit: at, code: await newestCode(world, id) };
}

/** Spends all five tries of a fresh code. */
async function killCode(id: string, visit?: HeldVisit): Promise<HeldVisit> {
	const sent = await withCode(id, visit);
	for (let tries = 0; tries < 5; tries++) await check(sent.visit, wrong(sent.code));
	return sent.visit;
}

/** What the demo core holds of a customer, as the known facts ask for it. */
async function knownTo(customer: string): Promise<Record<string, string>> {
	const { birthDate, address } = await world.core.customer(customer);
	return { birth_date: birthDate, postcode: address.postcode };
}

const openExceptions = (id: string) =>
	world.parts.db
		.selectFrom('exceptions')
		.select(['type', 'reason', 'breakpoint'])
		.where('case_id', '=', id)
		.where('state', '=', 'open')
		.execute();

test('a code opens one visit once, and says how many tries are left', async () => {
	const id = await open('C-1025');
	const { visit, code } = await withCode(id);
	expect(await check(visit, 'abc')).toEqual({ ok: false, reason: 'not-a-code' });
	for (const left of [4, 3])
		expect(await check(visit, wrong(code))).toEqual({
			ok: false,
			reason: 'wrong-code',
			detail: { left }
		});
	const ticket = got(await check(visit, ` ${code.slice(0, 3)} ${code.slice(3)} `));
	expect((await visitBehind(world, ticket)).assurance).toBe('code');
	expect(await check(visit, code)).toEqual({ ok: false, reason: 'no-code' });
	expect((await timeline(world, id)).filter((type) => type === 'challenge-passed')).toHaveLength(1);
});

test('the fifth wrong code ends the challenge: the right one comes too late', async () => {
	const id = await open('C-1026');
	const { visit, code } = await withCode(id);
	for (let tries = 0; tries < 4; tries++)
		expect(await check(visit, wrong(code))).toMatchObject({ reason: 'wrong-code' });
	expect(await check(visit, wrong(code))).toMatchObject({ ok: false, reason: 'no-code' });
	expect(await check(visit, code)).toEqual({ ok: false, reason: 'no-code' });
	expect((await eventsOf(world, id)).at(-1)).toMatchObject({
		type: 'challenge-failed',
		data: { factor: 'code', reason: 'too-many-tries' }
	});
});

test('an expired code, and one that was replaced, is no code', async () => {
	const id = await open('C-1027');
	const { visit, code } = await withCode(id);
	await passTime(world, 301);
	expect(await check(visit, code)).toEqual({ ok: false, reason: 'no-code' });
	const next = await withCode(id, visit);
	if (next.code !== code) expect(await check(visit, code)).toMatchObject({ reason: 'wrong-code' });
	expect((await check(visit, next.code)).ok).toBe(true);
});

test("the code of one case opens no visit of another person's", async () => {
	const mine = await withCode(await open('C-1028'));
	const theirs = await withCode(await open('C-1029'));
	expect(mine.code === theirs.code || !(await check(theirs.visit, mine.code)).ok).toBe(true);
	expect((await check(mine.visit, mine.code)).ok).toBe(true);
});

test('ten failures in a row lock the person for half an hour, over links; success starts anew', async () => {
	const id = await open('C-1030');
	const visit = await killCode(id);
	await passTime(world, 31);
	await killCode(id, visit);
	// Here the other factor is asked meanwhile; elsewhere only a code would do.
	expect(await showVerify(world.parts, visit)).toMatchObject({ ask: 'known-facts' });
	const elsewhere = await open('C-1030', 'address-update');
	expect(await showVerify(world.parts, await beginVisit(world, elsewhere))).toMatchObject({
		ask: 'wait'
	});
	await passTime(world, 30 * 60);
	const later = await withCode(id);
	expect((await check(later.visit, later.code)).ok).toBe(true);
	const row = await world.parts.db
		.selectFrom('factors')
		.select(['consecutive', 'locked_until'])
		.where('customer_hash', '=', visit.customerHash)
		.executeTakeFirstOrThrow();
	expect(row).toEqual({ consecutive: 0, locked_until: null });
});

const FACTS = { birth_date: '8.6.1996', postcode: '13 357' };

/** With a code passed, this action asks for known facts besides. */
const ACTION = 'plan-long';
const answer = (visit: HeldVisit, answers: Record<string, string>) =>
	checkFacts(world.parts, visit, answers, ACTION);
const NOT_ASKED = { ok: false, reason: 'not-asked' };

test('known facts are compared as people type them, and raise a code to both', async () => {
	const id = await open('C-1034');
	const visit = await passCode(world, await beginVisit(world, id));
	const ticket = got(await answer(visit, FACTS));
	expect((await visitBehind(world, ticket)).assurance).toBe('code-and-facts');
});

test('wrong facts say one and the same, whichever is wrong, and the third try is the last', async () => {
	const id = await open('C-1031');
	const visit = await passCode(world, await beginVisit(world, id));
	const answers: Record<string, string>[] = [
		{ birth_date: '1944-10-01', postcode: '00000' },
		{ birth_date: '1944-10-02', postcode: '94032' }
	];
	for (const wrong of answers)
		expect(await answer(visit, wrong)).toEqual({ ok: false, reason: 'no-match' });
	expect(await openExceptions(id)).toEqual([]);
	expect(await answer(visit, {})).toEqual({ ok: false, reason: 'no-tries-left' });
	const right = { birth_date: '1944-10-01', postcode: '94032' };
	expect(await answer(visit, right)).toEqual(NOT_ASKED);
	expect(await openExceptions(id)).toEqual([
		{ type: 'identity-not-proven', reason: 'facts-exhausted', breakpoint: 'identity' }
	]);
	expect((await caseOf(world, id)).row.stage).toBe('with-person');
});

test('five wrong tries a day are all that a person has, over all links', async () => {
	const id = await open('C-1032');
	const visit = await passCode(world, await beginVisit(world, id));
	const day = { key: `facts:${visit.customerHash}`, seconds: 86_400 };
	const right = { birth_date: '1983-05-20', postcode: '34117' };
	await fillCounter(world, day, 5);
	expect(await answer(visit, right)).toEqual(NOT_ASKED);
	await fillCounter(world, day, 4);
	expect((await answer(visit, right)).ok).toBe(true);
	// The success was given back: it was no wrong try.
	const { count } = await world.parts.db
		.selectFrom('counters')
		.select((eb) => eb.fn.max('count').as('count'))
		.where('key', '=', day.key)
		.executeTakeFirstOrThrow();
	expect(count).toBe(4);
});

test('C10: facts that are not asked are not compared, and cost their owner nothing', async () => {
	const id = await open('C-1035');
	const right = await knownTo('C-1035');
	const stranger = await beginVisit(world, id);
	const unasked = async (visit: HeldVisit, action?: string) => {
		for (const answers of [right, {}])
			expect(await checkFacts(world.parts, visit, answers, action)).toEqual(NOT_ASKED);
	};
	// The link alone: a code comes first, also for what asks for both.
	await unasked(stranger);
	await unasked(stranger, ACTION);
	const owner = await passCode(world, stranger);
	// What the case demands is proved; an action that does not exist asks for nothing more.
	await unasked(owner);
	await unasked(owner, 'constructor');
	// A visit that has ended is asked nothing.
	await unasked(stranger, ACTION);
	expect((await caseOf(world, id)).state.failures['known-facts']).toBe(0);
	expect(await countedIn(world, `facts:${owner.customerHash}`)).toBe(0);
	const counted = world.parts.db
		.selectFrom('factors')
		.select('consecutive')
		.where('customer_hash', '=', owner.customerHash)
		.where('factor', '=', 'known-facts');
	expect(await counted.execute()).toEqual([]);
	expect((await answer(owner, right)).ok).toBe(true);
});

test('two failures ask for the stricter path; when that is used up, a person has it', async () => {
	const id = await open('C-1033');
	const first = await killCode(id);
	expect((await beginVisit(world, id)).need).toBe('code');
	await passTime(world, 31);
	const sent = await withCode(id, first);
	const known = await visitBehind(world, got(await check(sent.visit, sent.code)));
	expect(await showVerify(world.parts, known)).toBeNull();
	expect((await answer(known, {})).ok).toBe(false);
	// One dead code and one wrong set of facts: from now on both are needed, in every visit.
	const again = await visitBehind(world, known.ticket);
	expect(again.need).toBe('code-and-facts');
	expect(await showVerify(world.parts, again)).toMatchObject({
		ask: 'known-facts',
		fields: [
			{ name: 'birth_date', kind: 'date' },
			{ name: 'postcode', kind: 'text' }
		]
	});
	expect(await openExceptions(id)).toEqual([]);
	for (let tries = 0; tries < 2; tries++) await checkFacts(world.parts, again, {});
	expect(await showVerify(world.parts, again)).toMatchObject({ ask: 'person' });
	expect(await openExceptions(id)).toHaveLength(1);
});
