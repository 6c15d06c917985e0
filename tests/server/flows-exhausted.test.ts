import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkCode } from '../../src/lib/server/flows/check-code.ts';
import { destinationHash } from '../../src/lib/server/flows/queue-message.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { showVerify } from '../../src/lib/server/flows/show-verify.ts';
import {
	beginVisit,
	caseOf,
	eventsOf,
	type HeldVisit,
	messagesOf,
	newestCode,
	timeline
} from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { countedIn, fillCounter } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());

const open = (customer: string, workflow = 'failed-payment') =>
	openCase(world, { workflow, customer });
let callers = 0;
const newSource = () => `source-${++callers}`;
const ask = (visit: HeldVisit, source = newSource()) =>
	requestCode(world.parts, visit, 'sms', source);
const LIMITED = { ok: false, reason: 'limited' };

/** What the page says while no code can be sent. */
async function fullOf(visit: HeldVisit): Promise<{ from: string; message: string }> {
	const view = await showVerify(world.parts, visit);
	if (view?.ask !== 'code' || !view.full) throw new Error(`Not full: ${JSON.stringify(view)}`);
	return view.full;
}

async function fill(customer: string, limit: 'sends-phone' | 'sends-phone-day', count: number) {
	const { phone } = await world.core.customer(customer);
	const key = `${limit}:${destinationHash(world.parts, 'sms', phone!)}`;
	await fillCounter(world, { key, seconds: limit === 'sends-phone' ? 600 : 86_400 }, count);
}

test('C8: when a phone has had its codes of the day, a person gets each case once, and the page tells from when', async () => {
	const ids = [await open('C-1001'), await open('C-1001', 'address-update')];
	const other = await open('C-1002');
	await fill('C-1001', 'sends-phone', 5);
	await fill('C-1001', 'sends-phone-day', 10);
	for (const id of ids) {
		const visit = await beginVisit(world, id);
		for (let presses = 0; presses < 3; presses++) expect(await ask(visit)).toEqual(LIMITED);
		const left = (await eventsOf(world, id)).filter(({ type }) => type === 'path-left');
		expect(left).toMatchObject([{ data: { breakpoint: 'identity', reason: 'codes-exhausted' } }]);
		const raised = (await timeline(world, id)).filter((type) => type === 'exception-raised');
		expect(raised).toHaveLength(1);
		expect((await caseOf(world, id)).row.stage).toBe('with-person');
		const { from, message } = await fullOf(visit);
		expect(from).toMatch(/\d:\d\d/);
		expect(message).toMatch(/\d/);
		expect((await messagesOf(world, id)).filter((one) => one.class === 'code')).toEqual([]);
	}
	const theirs = await beginVisit(world, other);
	expect(await showVerify(world.parts, theirs)).not.toHaveProperty('full');
	expect((await ask(theirs)).ok).toBe(true);
});

test('C8: when a phone has had its codes of ten minutes, the page tells from when, and nobody is asked', async () => {
	const id = await open('C-1003');
	await fill('C-1003', 'sends-phone', 5);
	const visit = await beginVisit(world, id);
	expect(await ask(visit)).toEqual(LIMITED);
	const { from, message } = await fullOf(visit);
	expect(from).toMatch(/^\d\d?:\d\d/);
	expect(message).toBe('');
	expect(await timeline(world, id)).not.toContain('path-left');
});

/** While `work` runs, whatever touches codes breaks. */
async function withoutCodes(work: () => Promise<void>) {
	await sql`alter table challenges rename to challenges_away`.execute(world.parts.db);
	await work().finally(() =>
		sql`alter table challenges_away rename to challenges`.execute(world.parts.db)
	);
}

test('a press that breaks off costs its address and the deployment no code', async () => {
	const source = newSource();
	const visit = await beginVisit(world, await open('C-1004'));
	const day = await countedIn(world, 'sends-day');
	await withoutCodes(() => expect(ask(visit, source)).rejects.toThrow('challenges'));
	expect(await countedIn(world, `sends-source:${source}`)).toBe(0);
	expect(await countedIn(world, 'sends-day')).toBe(day);
	expect((await ask(visit, source)).ok).toBe(true);
	expect(await countedIn(world, `sends-source:${source}`)).toBe(1);
});

test('a typed code that was not decided costs its address nothing; cut at the commit, it counts', async () => {
	const source = newSource();
	const id = await open('C-1005');
	const visit = await beginVisit(world, id);
	await ask(visit);
	const code = await newestCode(world, id);
	const check = () => checkCode(world.parts, visit, code, source);
	await withoutCodes(() => expect(check()).rejects.toThrow('challenges'));
	expect(await countedIn(world, `wrong-codes:${source}`)).toBe(0);

	const { db } = world.parts;
	await sql`create function cut() returns trigger language plpgsql as
		'begin raise exception ''cut''; end'`.execute(db);
	await sql`create constraint trigger cut after insert on case_events
		deferrable initially deferred for each row execute function cut()`.execute(db);
	await expect(check()).rejects.toThrow('cut');
	await sql`drop trigger cut on case_events`.execute(db);
	expect(await countedIn(world, `wrong-codes:${source}`)).toBe(1);
});
