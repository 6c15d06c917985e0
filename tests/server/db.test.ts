import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, testKind, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
});
afterAll(() => database.close());

test('the project decides the kind of database', () => {
	expect(database.kind).toBe(testKind);
});

test('both databases give the same JavaScript values', async () => {
	const { rows } = await sql`select count(*) as small, 9007199254740993::int8 as large,
		'2026-02-28'::date as day, '2026-02-28T10:00:00.5+02'::timestamptz as moment,
		'{"a": [1, null]}'::jsonb as value, '[]'::jsonb as list from cases`.execute(database.db);
	expect(rows).toEqual([
		{
			small: 0,
			large: 9007199254740993n,
			day: '2026-02-28',
			moment: new Date('2026-02-28T08:00:00.500Z'),
			value: { a: [1, null] },
			list: []
		}
	]);
});
