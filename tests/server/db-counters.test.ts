import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countAgainst, counted, giveBack, roomFrom } from '../../src/lib/server/db/counters.ts';
import { eventually } from '../support/customer.ts';
import { testDatabase, testKind, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
});
afterAll(() => database.close());

/** Windows that are weeks long, of which this share has passed now: the test takes none of it. */
const windowsAt = (passed: number) => Math.floor(Date.now() / 1000 / (500 + passed));

let keys = 0;
/** A limit that was counted against `before` times in the window before the present one. */
async function limitAfter(before: number, most: number, passed: number) {
	const limit = { key: `test-${(keys += 1)}`, most, seconds: windowsAt(passed) };
	await sql`insert into counters (key, bucket, count, ends_at) values (${limit.key},
		to_timestamp((floor(extract(epoch from now()) / ${limit.seconds}) - 1) * ${limit.seconds}),
		${before}, now())`.execute(database.db);
	return limit;
}

/** How many of so many callers at once are let through. */
async function passed(limit: Parameters<typeof countAgainst>[1], callers: number): Promise<number> {
	const told = await Promise.all(
		Array.from({ length: callers }, () => countAgainst(database.db, limit))
	);
	return told.filter(Boolean).length;
}

const countsOf = async ({ key }: { key: string }): Promise<number[]> => {
	const rows = await database.db
		.selectFrom('counters')
		.select('count')
		.where('key', '=', key)
		.orderBy('bucket')
		.execute();
	return rows.map(({ count }) => count);
};

test('of callers at once as many pass as the limit says, and none when it was used up just before', async () => {
	expect(await passed(await limitAfter(0, 30, 0.5), 64)).toBe(30);
	// Right after the edge: a fixed window would let 30 more pass.
	expect(await passed(await limitAfter(30, 30, 0.001), 64)).toBe(1);
});

test.each([
	[0.001, 1],
	[0.251, 26],
	[0.501, 51],
	[0.991, 100]
])(
	'when %f of a window has passed, a limit of 100 that was used up before it lets %i pass',
	async (share, room) => {
		const limit = await limitAfter(100, 100, share);
		expect(await counted(database.db, limit)).toBe(100 - room);
		expect(await passed(limit, 120)).toBe(room);
		expect(await counted(database.db, limit)).toBe(100);
		expect(await countAgainst(database.db, limit)).toBe(false);
	}
);

test('what the window before the last had counts no more', async () => {
	const limit = await limitAfter(30, 30, 0.001);
	await sql`update counters set bucket = bucket - make_interval(secs => ${limit.seconds})
		where key = ${limit.key}`.execute(database.db);
	expect(await counted(database.db, limit)).toBe(0);
	expect(await passed(limit, 64)).toBe(30);
});

test('what is given back is taken off where it was counted, also across an edge, and never below nothing', async () => {
	const limit = await limitAfter(2, 5, 0.001);
	expect(await countAgainst(database.db, limit)).toBe(true);
	await Promise.all(Array.from({ length: 5 }, () => giveBack(database.db, limit)));
	expect(await countsOf(limit)).toEqual([0, 0]);
	expect(await countAgainst(database.db, limit)).toBe(true);
	expect(await countsOf(limit)).toEqual([0, 1]);
});

// The embedded database has one connection: there is nobody to wait for.
test.runIf(testKind === 'postgres')(
	'who still counts in the window before is waited for across the edge',
	async () => {
		const { db } = database;
		const limit = await limitAfter(0, 30, 0.001);
		const counting = await db.transaction().execute(async (trx) => {
			await sql`update counters set count = 60 where key = ${limit.key}`.execute(trx);
			const after = countAgainst(db, limit);
			await eventually(async () => {
				const { rows } = await sql`select 1 from pg_stat_activity
				where datname = current_database() and wait_event_type = 'Lock'`.execute(trx);
				return rows.length > 0;
			});
			return { after };
		});
		expect(await counting.after).toBe(false);
	}
);

test('a limit tells from when it has room again, and not a second too early', async () => {
	const { db } = database;
	// Used up in the window before: of 100 there is room for 26 after a quarter of this one.
	const soon = await limitAfter(100, 100, 0.251);
	expect(await roomFrom(db, soon)).toBeNull();
	await passed(soon, 30);
	const { rows } = await sql<{ at: Date; now: Date }>`select now() as now, to_timestamp((floor(
		extract(epoch from now()) / ${soon.seconds}) + 0.26) * ${soon.seconds}) as at`.execute(db);
	const late = (at: Date | null | undefined, { seconds }: { seconds: number }) =>
		(at!.getTime() - rows[0]!.at.getTime()) / 1000 / seconds;
	expect(late(await roomFrom(db, soon), soon)).toBeCloseTo(0, 3);
	// Used up in this one: as long as it stays so there is none before the next begins.
	const next = { ...soon, key: `test-${(keys += 1)}`, most: 4 };
	expect(await passed(next, 8)).toBe(4);
	expect(late(await roomFrom(db, next), next)).toBeCloseTo(0.74, 3);
	// Counted beyond the limit, half of the next must pass besides.
	await sql`update counters set count = 8 where key = ${next.key}`.execute(db);
	expect(late(await roomFrom(db, next), next)).toBeCloseTo(1.24, 3);
	expect(await roomFrom(db, { ...next, key: 'never counted' })).toBeNull();
});
