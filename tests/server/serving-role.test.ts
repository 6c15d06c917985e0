import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/lib/server/db/connect.ts';
import { changeable, grantRole, RECORD } from '../../src/lib/server/db/grant-role.ts';
import { recordAct } from '../../src/lib/server/db/audit.ts';
import { changeStaff } from '../../src/lib/server/flows/change-staff.ts';
import { endVisit } from '../../src/lib/server/flows/end-visit.ts';
import { loadSession } from '../../src/lib/server/flows/load-session.ts';
import { lookUpCustomer } from '../../src/lib/server/flows/look-up-customer.ts';
import { purgeOld } from '../../src/lib/server/flows/purge-old.ts';
import { revealField } from '../../src/lib/server/flows/reveal-field.ts';
import { sealRecord } from '../../src/lib/server/flows/seal-record.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { askedForPerson } from '../support/desk.ts';
import { testDatabase, testKind, type TestDatabase } from '../support/database.ts';
import { submitted } from '../support/journey.ts';
import { addStaffMember } from '../support/staff.ts';
import { publish, startWorld, type World } from '../support/world.ts';

const rolesOf = (db: TestDatabase['db'], id: string) =>
	db
		.selectFrom('staff')
		.leftJoin('staff_roles', 'staff_id', 'id')
		.select(['role', 'disabled_at'])
		.where('id', '=', id)
		.execute();

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

	test('S1: cannot say when an event or an act was, nor write its hash', async () => {
		const event = `insert into case_events (case_id, seq, type, actor, data, NAME)
			select case_id, seq + 1, type, actor, data, VALUE from case_events order by seq desc limit 1`;
		const act = `insert into audit_entries (actor, act, object, result, data, NAME)
			values ('x', 'y', 'z', 'done', '{}', VALUE)`;
		for (const [statement, name, value] of [
			[event, 'at', `now() - interval '1 day'`],
			[event, 'hash', `sha256('x')`],
			[act, 'at', `now() - interval '1 day'`]
		] as const) {
			const filled = statement.replace('NAME', name).replace('VALUE', value);
			await expect(sql.raw(filled).execute(world.parts.db), filled).rejects.toMatchObject({
				code: '42501'
			});
		}
		await sql`grant insert (at) on audit_entries to ${sql.id(role)}`.execute(owner.db);
		try {
			expect(await changeable(world.parts.db)).toEqual(['audit_entries']);
		} finally {
			await grantRole(owner.db, role);
		}
		expect(await changeable(world.parts.db)).toEqual([]);
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

	test('S9: an act that cannot be recorded is not done, and no personal value is shown', async () => {
		const { db } = owner;
		const olga = await addStaffMember(world.parts, { roles: ['operations'] });
		const other = await addStaffMember(world.parts);
		const { caseId } = await askedForPerson(world, 'C-1025');
		const before = await rolesOf(db, other.principal.id);
		await sql`revoke insert on audit_entries from ${sql.id(role)}`.execute(db);
		try {
			const { id } = other.principal;
			const acts = [
				() => revealField(world.parts, olga.principal, caseId, 'customer'),
				() => changeStaff(world.parts, 'command-line', id, { do: 'disable' }),
				() =>
					changeStaff(world.parts, 'command-line', id, {
						do: 'roles',
						roles: ['auditor'],
						teams: []
					}),
				() =>
					lookUpCustomer({ ...world.parts }, olga.principal, {
						key: 'collections-plan',
						customer: 'C-1025',
						side: '1'
					})
			];
			for (const act of acts) await expect(act()).rejects.toMatchObject({ code: '42501' });
			expect(await rolesOf(db, id)).toEqual(before);
			expect(await loadSession(world.parts, other.secret)).not.toBeNull();
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
