import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { recoveredAt, sideBySide } from '../../src/lib/domain/writeback/breaker.ts';
import { tellBreaker } from '../../src/lib/server/db/breakers.ts';
import { endTurn, takeTurn } from '../../src/lib/server/db/turns.ts';
import { applyWriteback } from '../../src/lib/server/flows/apply-writeback.ts';
import { readRecords } from '../../src/lib/server/flows/call-records.ts';
import { readInTurn } from '../../src/lib/server/flows/read-in-turn.ts';
import { loadWorkflow } from '../../src/lib/server/db/workflows.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { newPerson } from '../support/people.ts';
import { databaseNow, passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply, confirmed, rowOf, type Sent } from '../support/writebacks.ts';

const CORE = 'demo-core';
/** The first step of a recovery lasts ten seconds: of one that is still to begin, as long as a test. */
const LATER_MS = 3_600_000;

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
	const { db } = world.parts;
	await db.deleteFrom('connections').execute();
	await db.updateTable('writebacks').set({ state: 'dead', next_at: null }).execute();
	await sql`delete from pgboss.job where name = 'apply-writeback'`.execute(db);
});

/** The breaker has closed after an outage, so many milliseconds from now. */
async function recovering(inMs: number): Promise<Date> {
	const since = new Date((await databaseNow(world)).getTime() + inMs);
	await world.parts.db
		.insertInto('connections')
		.values({ name: CORE, closed_at: since })
		.onConflict((conflict) => conflict.column('name').doUpdateSet({ closed_at: since }))
		.execute();
	return since;
}

/** Confirmed one after the other; parked for a while, because the breaker was open. */
async function parked(count: number): Promise<Sent[]> {
	const all: Sent[] = [];
	for (let made = 0; made < count; made++)
		all.push(await confirmed(world, await newPerson(world.core)));
	for (const [place, { writeback }] of all.entries())
		await sql`update writebacks set reason = 'breaker', next_at = now() + interval '30 seconds',
			created_at = now() - make_interval(mins => ${count - place}::int),
			updated_at = now() - interval '1 minute' where id = ${writeback}`.execute(world.parts.db);
	return all;
}

/** A node that notes whose writes are out, and how many at once with the nodes that share `seen`. */
function node(seen: { order: string[]; out: number; most: number }): Parts {
	const { records } = world.parts;
	return {
		...world.parts,
		records: {
			...records,
			async apply(call) {
				seen.order.push(call.customer);
				seen.most = Math.max(seen.most, (seen.out += 1));
				return records.apply(call).finally(() => (seen.out -= 1));
			}
		}
	};
}

const jobsOf = async () => {
	const { rows } = await sql<{ writeback: string; start_after: Date }>`
		select data->>'writeback' as writeback, start_after from pgboss.job
		where name = 'apply-writeback' and state = 'created'`.execute(world.parts.db);
	return rows;
};

test.each([0, 10, 20, 30, 40, 50])(
	'of 64 callers at once, %i seconds into a recovery, as many get a turn as the rule says',
	async (passed) => {
		const since = await recovering(-1000 * passed);
		const told = await Promise.all(Array.from({ length: 64 }, () => takeTurn(world.parts, CORE)));
		const turns = told.filter((one) => 'since' in one);
		// A slow machine may see the next step begin.
		const most = sideBySide({ closedAt: since }, await databaseNow(world));
		expect(turns.length).toBeGreaterThanOrEqual(2 ** (passed / 10));
		expect(turns.length).toBeLessThanOrEqual(most);
		for (const one of told) if ('until' in one) expect(one).toEqual({ until: recoveredAt(since) });
	}
);

test('a turn that was given back is the next one’s; one of an earlier recovery is nobody’s', async () => {
	const earlier = { since: await recovering(-5000) };
	const since = await recovering(LATER_MS);
	expect(await takeTurn(world.parts, CORE)).toEqual({ since });
	await endTurn(world.parts, CORE, earlier);
	expect(await takeTurn(world.parts, CORE)).toEqual({ until: recoveredAt(since) });
	await endTurn(world.parts, CORE, { since });
	await endTurn(world.parts, CORE, { since });
	expect(await takeTurn(world.parts, CORE)).toEqual({ since });
	expect(await takeTurn(world.parts, CORE)).toEqual({ until: recoveredAt(since) });
});

test('where there was no outage, and a minute after one, nobody needs a turn', async () => {
	expect(await takeTurn(world.parts, CORE)).toEqual({ since: null });
	await recovering(-60_000);
	expect(await takeTurn(world.parts, CORE)).toEqual({ since: null });
});

test('of many wake-ups at once one works, through all that wait, the oldest first; the others come again afterwards', async () => {
	const all = await parked(6);
	const since = await recovering(LATER_MS);
	const seen = { order: [], out: 0, most: 0 };
	const nodes = [node(seen), node(seen)];
	await Promise.all(
		all.toReversed().map(({ writeback }, place) => applyWriteback(nodes[place % 2]!, writeback))
	);
	expect(seen.order).toEqual(all.map(({ customer }) => customer));
	expect(seen.most).toBe(1);
	for (const sent of all)
		expect(await rowOf(world, sent)).toMatchObject({ state: 'applied', attempt: 1, failures: 0 });
	const again = (await jobsOf()).filter(({ start_after }) => start_after > since);
	expect(new Set(again.map(({ start_after }) => start_after.getTime()))).toEqual(
		new Set([recoveredAt(since).getTime()])
	);
	// Some may have found nothing left to do.
	expect(again.length).toBeLessThanOrEqual(all.length - 1);
});

test('what waits for its own time, or is in somebody’s hands, is not taken before it', async () => {
	const [held, later, ours] = (await parked(3)) as [Sent, Sent, Sent];
	const { db } = world.parts;
	await db
		.updateTable('writebacks')
		.set({ lease_until: sql<Date>`now() + interval '60 seconds'` })
		.where('id', '=', held.writeback)
		.execute();
	await db
		.updateTable('writebacks')
		.set({ reason: 'server-error' })
		.where('id', '=', later.writeback)
		.execute();
	await recovering(LATER_MS);
	await apply(world, ours);
	expect(await rowOf(world, held)).toMatchObject({ state: 'pending', attempt: 0 });
	expect(await rowOf(world, later)).toMatchObject({ state: 'pending', attempt: 0 });
	expect(await rowOf(world, ours)).toMatchObject({ state: 'applied', attempt: 1 });
});

test('the success that closes the breaker wakes the oldest that waits', async () => {
	const all = await parked(3);
	const { parts } = world;
	for (let times = 0; times < 5; times++) await tellBreaker(parts, CORE, 'timeout');
	await passTime(world, 31);
	await sql`delete from pgboss.job where name = 'apply-writeback'`.execute(parts.db);
	const workflow = await loadWorkflow(parts.db, 'failed-payment', 1);
	expect((await readRecords(parts, workflow, 'C-1001')).ok).toBe(true);
	expect((await jobsOf()).map(({ writeback }) => writeback)).toEqual([all[0]!.writeback]);
});

test('a job that began before the recovery does not write in it and loses no try; a person is answered', async () => {
	const sent = await confirmed(world, await newPerson(world.core));
	await passTime(world, 61);
	const seen = { order: [], out: 0, most: 0 };
	const { records, ...parts } = node(seen);
	const read: Parts['records']['read'] = async (...given) => {
		await recovering(LATER_MS);
		return records.read(...given);
	};
	await applyWriteback({ ...parts, records: { ...records, read } }, sent.writeback);
	expect(seen.order).toEqual([]);
	expect(await rowOf(world, sent)).toMatchObject({
		state: 'pending',
		failures: 0,
		reason: 'breaker',
		first_sent_at: null
	});
	const workflow = await loadWorkflow(parts.db, 'failed-payment', 1);
	expect((await readRecords(world.parts, workflow, sent.customer)).ok).toBe(true);
});

test('a case that waits for its facts asks for them in its turn only', async () => {
	const { parts } = world;
	const workflow = await loadWorkflow(parts.db, 'failed-payment', 1);
	const since = await recovering(LATER_MS);
	const turn = await takeTurn(parts, CORE);
	expect(await readInTurn(parts, workflow, 'C-1001')).toMatchObject({ reason: 'barred' });
	await endTurn(parts, CORE, turn as { since: Date });
	expect((await readInTurn(parts, workflow, 'C-1001')).ok).toBe(true);
	expect(await takeTurn(parts, CORE)).toEqual({ since });
});
