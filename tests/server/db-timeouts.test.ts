import { sql } from 'kysely';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/lib/server/db/connect.ts';
import { testDatabase, testKind } from '../support/database.ts';

// The embedded database has no timeouts: see src/lib/server/db/embedded.ts.
describe.runIf(testKind === 'postgres')('PostgreSQL limits', () => {
	test.each([
		['web', '2500ms', '1s', '5s'],
		['worker', '30s', '1s', '5s']
	] as const)('a %s connection has its limits', async (role, statement, lock, idle) => {
		const database = await testDatabase({ role });
		const { rows } = await sql`select current_setting('statement_timeout') as statement,
			current_setting('lock_timeout') as lock, current_setting('application_name') as name,
			current_setting('idle_in_transaction_session_timeout') as idle`.execute(database.db);
		await database.close();
		expect(rows).toEqual([{ statement, lock, name: `tapdone-${role}`, idle }]);
	});

	test('a statement that runs too long is ended with 57014 and the pool goes on', async () => {
		const database = await testDatabase();
		const slow = sql`select pg_sleep(30)`.execute(database.db);
		await expect(slow).rejects.toMatchObject({ code: '57014' });
		expect((await sql`select 1 as one`.execute(database.db)).rows).toEqual([{ one: 1 }]);
		await database.close();
	});

	test('a lock that is not given in a second is refused with 55P03', async () => {
		const database = await testDatabase();
		await database.db.transaction().execute(async (trx) => {
			await sql`lock table cases`.execute(trx);
			const other = sql`select count(*) from cases`.execute(database.db);
			await expect(other).rejects.toMatchObject({ code: '55P03' });
		});
		await database.close();
	});

	test('a server that accepts and never answers is given up after five seconds', async () => {
		const silent = createServer();
		await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
		const { port } = silent.address() as { port: number };
		const url = `postgres://nobody@127.0.0.1:${port}/none`;
		const database = await openDatabase({ url, poolSize: 1, role: 'web' });
		await expect(sql`select 1`.execute(database.db)).rejects.toThrow(/timeout/i);
		await database.close();
		silent.close();
	});

	test('connections that the server ends while idle are replaced, and told of', async () => {
		const database = await testDatabase();
		const told: Error[] = [];
		const { url = '' } = database;
		const node = await openDatabase({
			url,
			poolSize: 2,
			role: 'web',
			onIdleError: (error) => told.push(error)
		});
		await sql`select 1`.execute(node.db);
		const removed = new Promise((resolve) => node.pool?.once('remove', resolve));
		await sql`select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and pid <> pg_backend_pid()`.execute(database.db);
		await removed;
		expect((await sql`select 1 as one`.execute(node.db)).rows).toEqual([{ one: 1 }]);
		expect(told).toHaveLength(1);
		await node.close();
		await database.close();
	});
});
