import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { DeliveryReport } from '../../src/lib/contracts/callbacks.ts';
import { storeReports } from '../../src/lib/server/flows/store-callbacks.ts';
import { wakeCallbacks } from '../../src/lib/server/flows/wake-callbacks.ts';
import { workCallbacks } from '../../src/lib/server/flows/work-callbacks.ts';
import { isAway } from '../../src/lib/server/web/busy.ts';
import { createGather } from '../../src/lib/server/web/gather.ts';
import { testDatabase } from '../support/database.ts';
import { passTime } from '../support/time.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(() => world.close());
afterEach(async () => {
	await world.parts.db.deleteFrom('provider_events').execute();
	await sql`delete from pgboss.job`.execute(world.parts.db);
});

const report = (dedupe: string, more: Partial<DeliveryReport> = {}): DeliveryReport => ({
	provider: 'sendgrid',
	dedupe,
	providerId: `M-${dedupe}`,
	status: 'delivered',
	...more
});
/** More than a column holds, which no provider sends: the contract refuses it. */
const bad = report('bad', { attempt: 2 ** 40 });

const stored = async () =>
	world.parts.db
		.selectFrom('provider_events')
		.select(['id', 'dedupe', 'state'])
		.orderBy('dedupe')
		.execute();
const dedupes = async () => (await stored()).map(({ dedupe }) => dedupe);
async function jobs(): Promise<string[][]> {
	const { rows } = await sql<{ callbacks: string[] }>`select data->'callbacks' as callbacks
		from pgboss.job where name = 'work-callbacks' order by created_on`.execute(world.parts.db);
	return rows.map(({ callbacks }) => callbacks);
}
/** As the hook does it, with no moment to wait. */
const gatherOn = (parts: Parameters<typeof storeReports>[0]) =>
	createGather<DeliveryReport>({
		store: (reports) => storeReports(parts, reports),
		isNobodys: isAway,
		moment: () => Promise.resolve()
	});
const statuses = async (calls: Promise<void>[]) =>
	(await Promise.allSettled(calls)).map(({ status }) => status);

test('each is stored once, however often it comes in one batch or in several, with one job', async () => {
	const { parts } = world;
	expect(await storeReports(parts, [report('a'), report('b'), report('a')])).toBe(2);
	expect(await storeReports(parts, [report('b'), report('c'), report('c')])).toBe(1);
	expect(await storeReports(parts, [report('a'), report('b')])).toBe(0);
	expect(await dedupes()).toEqual(['a', 'b', 'c']);
	const all = (await stored()).map(({ id }) => id);
	expect((await jobs()).map((ids) => ids.length)).toEqual([2, 1]);
	expect((await jobs()).flat().sort()).toEqual(all.sort());
});

test('all that was told of one is kept as it was told', async () => {
	const message = '019ab3c4-0000-7000-8000-000000000000';
	const odd = `"'\\{}[],:\n\t€ \u{1f600}`;
	await storeReports(world.parts, [
		report(odd, { message, attempt: 3, status: 'bounce', code: odd })
	]);
	const [row] = await world.parts.db.selectFrom('provider_events').selectAll().execute();
	expect(row).toMatchObject({
		...{ kind: 'delivery', provider: 'sendgrid', dedupe: odd, provider_id: `M-${odd}` },
		...{ message_id: message, attempt: 3, status: 'bounce', code: odd, state: 'stored' },
		...{ channel: null, destination_hash: null, word: null, case_id: null, tries: 0 }
	});
	expect(row?.next_at).toEqual(row?.received_at);
});

test('a large batch has its jobs in slices, each callback in one of them', async () => {
	const many = Array.from({ length: 50 }, (_, place) => report(`n${place}`));
	await storeReports(world.parts, many);
	const slices = await jobs();
	expect(slices.map((ids) => ids.length).sort()).toEqual([10, 20, 20]);
	expect(new Set(slices.flat()).size).toBe(50);
});

test('what breaks off before the commit leaves neither row nor job; behind it a repeat adds neither', async () => {
	const diesAt = (point: string) => ({
		...world.parts,
		crash(at: string) {
			if (at === point) throw new Error('the process died');
		}
	});
	const told = [report('a'), report('b')];
	await expect(storeReports(diesAt('store-reports:before-commit'), told)).rejects.toThrow('died');
	expect([await stored(), await jobs()]).toEqual([[], []]);
	// It was committed and not answered: the provider calls again.
	await expect(storeReports(diesAt('store-reports:after-commit'), told)).rejects.toThrow('died');
	expect(await storeReports(world.parts, told)).toBe(0);
	expect(await dedupes()).toEqual(['a', 'b']);
	expect((await jobs()).map((ids) => ids.length)).toEqual([2]);
});

test('one that cannot be stored fails its own call and no other that came with it', async () => {
	const accept = gatherOn(world.parts);
	const calls = [[report('a')], [report('b')], [bad, report('with-bad')], [report('c')]];
	expect(await statuses(calls.map(accept))).toEqual([
		...['fulfilled', 'fulfilled', 'rejected', 'fulfilled']
	]);
	expect(await dedupes()).toEqual(['a', 'b', 'c']);
	expect((await jobs()).flat()).toHaveLength(3);
});

test('a database that fails fails every call, and none is told that it was stored', async () => {
	const database = await testDatabase();
	const accept = gatherOn({ ...world.parts, db: database.db });
	await accept([report('before')]);
	await database.close();
	const calls = ['a', 'b', 'c', 'd'].map((one) => accept([report(one)]));
	expect(new Set(await statuses(calls))).toEqual(new Set(['rejected']));
});

test('of callbacks that are worked together one that breaks does not keep the others', async () => {
	const { parts } = world;
	await storeReports(parts, [report('a'), report('b')]);
	const [a, b] = (await stored()).map(({ id }) => id);
	await expect(workCallbacks(parts, [a!, 'no id', b!])).rejects.toThrow('1 of 3');
	// Nobody knows their messages: they were looked at, and wait.
	expect((await stored()).map(({ state }) => state)).toEqual(['orphan', 'orphan']);
});

test('callbacks whose job was lost are found by the sweeper, with a job again', async () => {
	const { parts } = world;
	await storeReports(parts, [report('a'), report('b')]);
	await sql`delete from pgboss.job`.execute(parts.db);
	expect(await wakeCallbacks(parts)).toBe(0);
	await passTime(world, 20);
	expect(await wakeCallbacks(parts)).toBe(2);
	expect((await jobs()).flat()).toHaveLength(2);
});
