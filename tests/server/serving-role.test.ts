import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/lib/server/db/connect.ts';
import { changeable, grantRole, RECORD } from '../../src/lib/server/db/grant-role.ts';
import { recordAct } from '../../src/lib/server/db/audit.ts';
import { endVisit } from '../../src/lib/server/flows/end-visit.ts';
import { purgeOld } from '../../src/lib/server/flows/purge-old.ts';
import { sealRecord } from '../../src/lib/server/flows/seal-record.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { testDatabase, testKind, type TestDatabase } from '../support/database.ts';
import { submitted } from '../support/journey.ts';
import { publish, startWorld, type World } from '../support/world.ts';

// The embedded database knows no roles: it is its process's own.
describe.runIf(testKind === 'postgres')('the role that serves', () => {
	const role = `serving_${randomBytes(6).toString('hex')}`;
	let owner: TestDatabase;
	let world: World;
	beforeAll(async () => {
		owner = await testDatabase({ poolSize: 2, role: 'worker' });
		await publish(owner.db);
		await sql`create role ${sql.id(role)} login`.execute(owner.db);
		await grantRole(owner.db, role);
		const url = Object.assign(new URL(owner.url!), { username: role }).href;
		const database = { ...(await openDatabase({ url, poolSize: 5, role: 'web' })), url };
		const env = { DATABASE_URL: url, TAPDONE_SERVING_ROLE: role };
		world = await startWorld({ role: 'all', env, database });
	});
	afterAll(async () => {
		await world.close();
		await sql`drop owned by ${sql.id(role)}`.execute(owner.db);
		await sql`drop role ${sql.id(role)}`.execute(owner.db);
		await owner.close();
	});

	test('goes the whole path, works its jobs, seals the record and clears what is old', async () => {
		await recordAct(world.parts.db, { actor: 'system', act: 'try', object: 'x', result: 'done' });
		const { caseId } = await submitted(world, {
			workflow: 'failed-payment',
			customer: 'C-1001',
			action: 'pay-now'
		});
		const stage = world.parts.db.selectFrom('cases').select('stage').where('id', '=', caseId);
		await expect
			.poll(() => stage.executeTakeFirstOrThrow(), { timeout: 20_000 })
			.toEqual({ stage: 'resolved' });
		expect(await sweep(world.parts)).not.toBeUndefined();
		expect(await purgeOld(world.parts)).toBe(0);
		await sealRecord(world.parts, true);
		const sealed = await world.parts.db.selectFrom('checkpoint_heads').select('case_id').execute();
		expect(sealed.map(({ case_id }) => case_id)).toContain(caseId);
	});

	test('S1: cannot change, remove or empty anything of the record', async () => {
		expect(await changeable(world.parts.db)).toEqual([]);
		for (const table of RECORD) {
			const column = table === 'workflows' ? sql`source = source` : null;
			const tried = [
				sql`delete from ${sql.table(table)}`,
				sql`truncate ${sql.table(table)} cascade`,
				sql`alter table ${sql.table(table)} disable trigger all`,
				...(column ? [sql`update workflows set ${column}`] : [])
			];
			for (const statement of tried)
				await expect(statement.execute(world.parts.db), table).rejects.toMatchObject({
					code: '42501'
				});
		}
		await expect(sql`update case_events set actor = 'x'`.execute(world.parts.db)).rejects.toThrow(
			'permission denied'
		);
	});

	test('gives nobody a permission that their role has not', async () => {
		const more = sql`insert into role_permissions values ('agent', 'staff.manage')`;
		await expect(more.execute(world.parts.db)).rejects.toMatchObject({ code: '42501' });
	});

	test('is told from one that could: a start as the owner is refused where a role was named', async () => {
		expect(await changeable(owner.db)).toEqual([...RECORD].sort());
		const env = { DATABASE_URL: owner.url!, TAPDONE_SERVING_ROLE: role };
		const own = await openDatabase({ url: owner.url, poolSize: 2, role: 'web' });
		await expect(startWorld({ env, database: own })).rejects.toThrow('could change the record');
	});

	test('S9: what cannot be recorded is not done', async () => {
		const { db } = owner;
		const { caseId, visit } = await submitted(world, {
			workflow: 'failed-payment',
			customer: 'C-1002',
			action: 'pay-now'
		});
		await sql`revoke insert on case_events, audit_entries from ${sql.id(role)}`.execute(db);
		try {
			await expect(endVisit(world.parts, visit)).rejects.toMatchObject({ code: '42501' });
			const ended = await db
				.selectFrom('visits')
				.select('id')
				.where('id', '=', visit.id)
				.where('ended_at', 'is not', null)
				.execute();
			expect([ended, caseId.length]).toEqual([[], 36]);
		} finally {
			await grantRole(db, role);
		}
	});
});

test.runIf(testKind === 'embedded')('the embedded database has no second role', async () => {
	const database = await testDatabase();
	expect((await changeable(database.db)).length).toBe(RECORD.length);
	await database.close();
});
