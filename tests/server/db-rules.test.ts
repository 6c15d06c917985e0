import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
});
afterAll(() => database.close());

const later = new Date('2030-01-01T00:00:00Z');
const caseRow = (id: string, duplicate: string = id) => ({
	id,
	workflow: 'sample',
	version: 1,
	stage: 'waiting' as const,
	state: '{}',
	seq: 1,
	customer_hash: 'customer',
	duplicate_hash: duplicate,
	language: 'en',
	key: 'key',
	sealed: 'sealed',
	expires_at: later
});
let id: string;

beforeAll(async () => {
	const document = { key: 'sample', version: 1, document: '{}', source: '', hash: 'h' };
	await database.db
		.insertInto('workflows')
		.values({ ...document, published_by: 'test' })
		.execute();
});
beforeEach(async () => {
	id = randomUUID();
	await database.db.insertInto('cases').values(caseRow(id)).execute();
	await database.db
		.insertInto('case_events')
		.values({ case_id: id, seq: 1, type: 'opened', actor: 'test', data: '{"a":1}' })
		.execute();
});

test.each([
	['a published workflow cannot be changed', 'update workflows set source = $$x$$'],
	['a published workflow cannot be removed', 'delete from workflows'],
	['an event cannot be changed', 'update case_events set actor = $$x$$'],
	['an event cannot be removed', 'delete from case_events']
])('%s', async (_, statement) => {
	await expect(sql.raw(statement).execute(database.db)).rejects.toMatchObject({
		code: '42501',
		message: expect.stringContaining('rows never change') as string
	});
});

test('a second open case for the same trigger is refused, and allowed once the first has ended', async () => {
	const again = database.db.insertInto('cases').values(caseRow(randomUUID(), id));
	await expect(again.execute()).rejects.toMatchObject({ code: '23505' });
	const ended = { stage: 'cancelled' as const, ended_at: later };
	await database.db.updateTable('cases').set(ended).where('id', '=', id).execute();
	await again.execute();
});

test('a case cannot have ended without an end, nor an end without having ended', async () => {
	const change = database.db.updateTable('cases').where('id', '=', id);
	await expect(change.set({ stage: 'resolved' }).execute()).rejects.toMatchObject({
		code: '23514'
	});
	await expect(change.set({ ended_at: later }).execute()).rejects.toMatchObject({ code: '23514' });
});

test('an event number is taken once per case', async () => {
	const event = { case_id: id, seq: 1, type: 'opened', actor: 'test', data: '{}' };
	await expect(database.db.insertInto('case_events').values(event).execute()).rejects.toMatchObject(
		{ code: '23505' }
	);
});

test('a failed transaction leaves nothing, and the connection is good afterwards', async () => {
	const seen = database.db.transaction().execute(async (trx) => {
		await trx.updateTable('cases').set({ language: 'de' }).where('id', '=', id).execute();
		await trx.insertInto('cases').values(caseRow(id)).execute();
	});
	await expect(seen).rejects.toMatchObject({ code: '23505' });
	const row = await database.db
		.selectFrom('cases')
		.select('language')
		.where('id', '=', id)
		.executeTakeFirstOrThrow();
	expect(row.language).toBe('en');
});

test('of 20 conditional updates at once exactly one counts a row', async () => {
	const claims = await Promise.all(
		Array.from({ length: 20 }, () =>
			database.db
				.updateTable('cases')
				.set({ seq: 2 })
				.where('id', '=', id)
				.where('seq', '=', 1)
				.executeTakeFirst()
		)
	);
	expect(claims.filter((claim) => claim.numUpdatedRows === 1n)).toHaveLength(1);
	expect(claims.filter((claim) => claim.numUpdatedRows === 0n)).toHaveLength(19);
});
