import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/lib/server/db/connect.ts';
import { openEmbedded } from '../../src/lib/server/db/embedded.ts';
import { migrate, schemaState } from '../../src/lib/server/db/migrate.ts';
import { migrateJobs } from '../../src/lib/server/jobs/migrate.ts';
import { migrations } from '../../migrations/index.ts';
import { testDatabase, testKind, type TestDatabase } from '../support/database.ts';

/** A database with nothing in it: the PostgreSQL one by dropping what the template brought. */
async function emptyDatabase(): Promise<TestDatabase> {
	if (testKind === 'embedded') return openEmbedded();
	const database = await testDatabase({ role: 'worker' });
	await sql`drop schema public, pgboss cascade`.execute(database.db);
	await sql`create schema public`.execute(database.db);
	return database;
}

describe('migrations', () => {
	let database: TestDatabase;
	beforeAll(async () => {
		database = await emptyDatabase();
	});
	afterAll(() => database.close());

	test('an empty database is behind, then every migration runs once, then it is current', async () => {
		expect(await schemaState(database.db)).toBe('behind');
		expect(await migrate(database.db)).toEqual(Object.keys(migrations));
		expect(await schemaState(database.db)).toBe('current');
		expect(await migrate(database.db)).toEqual([]);
	});

	test('a migration of a newer build makes this one say ahead, and it still migrates nothing', async () => {
		await sql`insert into kysely_migration values ('9999_later', now()::text)`.execute(database.db);
		expect(await schemaState(database.db)).toBe('ahead');
		await sql`delete from kysely_migration where name = '9999_later'`.execute(database.db);
	});

	test('the job tables are made, and making them again changes nothing', async () => {
		await migrateJobs(database);
		await migrateJobs(database);
		const { rows } = await sql`select count(*) as versions from pgboss.version`.execute(
			database.db
		);
		expect(rows).toEqual([{ versions: 1 }]);
	});
});

test.runIf(testKind === 'postgres')(
	'four deploys that migrate at once run each migration once',
	async () => {
		const database = await emptyDatabase();
		try {
			const nodes = await Promise.all(
				[1, 2, 3, 4].map(() => openDatabase({ url: database.url, poolSize: 2, role: 'migrate' }))
			);
			const ran = await Promise.all(nodes.map(({ db }) => migrate(db)));
			await Promise.all(nodes.map((node) => node.close()));
			expect(ran.flat()).toEqual(Object.keys(migrations));
		} finally {
			await database.close();
		}
	}
);
