import { mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Finding } from '../../src/lib/server/audit/finding.ts';
import { verifyRecord } from '../../src/lib/server/audit/verify-record.ts';
import { createSigner, publicKeys } from '../../src/lib/server/crypto/signer.ts';
import { parseKeyring } from '../../src/lib/server/crypto/keyring.ts';
import { recordAct } from '../../src/lib/server/db/audit.ts';
import type { Db } from '../../src/lib/server/db/connect.ts';
import { cancelCase } from '../../src/lib/server/flows/cancel-case.ts';
import { sealRecord } from '../../src/lib/server/flows/seal-record.ts';
import { createFiles, readKept } from '../../src/lib/server/outside/files.ts';
import { got } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { newKeys, startWorld, type World } from '../support/world.ts';

let world: World;
let folder: string;
const file = () => join(folder, 'checkpoints.jsonl');
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'tapdone-audit-'));
	world = await startWorld({ env: { TAPDONE_AUDIT_DIR: folder } });
});
afterAll(async () => {
	await world.close();
	rmSync(folder, { recursive: true });
});

const outside = () => readKept(readFileSync(file(), 'utf8'));
const act = (object: string) =>
	recordAct(world.parts.db, { actor: 'system', act: 'look-at', object, result: 'done' });

async function verified(db: Db = world.parts.db): Promise<Finding[]> {
	const keys = publicKeys(world.parts.config.keys.audit);
	const { findings } = await verifyRecord(db, keys, outside(), { progress: () => undefined });
	return findings;
}

/** What a superuser can do: the triggers are in nobody's way. Undone afterwards. */
async function tampered(statements: string[]): Promise<Finding[]> {
	const tables = ['case_events', 'audit_entries', 'audit_seals', 'checkpoints', 'checkpoint_heads'];
	let found: Finding[] = [];
	const undo = new Error('undone');
	await world.parts.db
		.transaction()
		.setIsolationLevel('repeatable read')
		.execute(async (trx) => {
			for (const table of tables)
				await sql`alter table ${sql.table(table)} disable trigger all`.execute(trx);
			for (const statement of statements) await sql.raw(statement).execute(trx);
			found = await verified(
				Object.assign(Object.create(trx) as Db, { transaction: () => within(trx) })
			);
			throw undo;
		})
		.catch((error: unknown) => {
			if (error !== undo) throw error;
		});
	return found;
}
/** The verification opens a transaction of its own; here it is the one that is undone. */
function within(trx: Db) {
	const same = { execute: (work: (db: Db) => unknown) => work(trx) };
	const step = { setIsolationLevel: () => step, setAccessMode: () => same };
	return step as never;
}

let one: string;
let two: string;
beforeEach(async () => {
	[one, two] = [
		await openCase(world, { workflow: 'failed-payment', customer: 'C-1001' }),
		await openCase(world, { workflow: 'failed-payment', customer: 'C-1002' })
	].sort() as [string, string];
	await act(`case:${one}`);
	await act(`case:${two}`);
	got(await cancelCase(world.parts, 'system', one, 'test'));
	got(await cancelCase(world.parts, 'system', two, 'test'));
	await sealRecord(world.parts, true);
});

/** Hashes of a case made anew, as whoever rewrites it would. */
const REHASH = (id: string) => `do $$
	declare e record; before bytea;
	begin
		for e in select * from case_events where case_id = '${id}' order by seq loop
			before := event_hash(before, e.case_id, e.seq, e.type, e.at, e.actor, e.data);
			update case_events set hash = before where case_id = e.case_id and seq = e.seq;
		end loop;
	end $$`;

test('what the product wrote holds, in the database and against the files outside', async () => {
	expect(await verified()).toEqual([]);
	const rows = await world.parts.db.selectFrom('checkpoints').select('number').execute();
	expect(outside()).toHaveLength(rows.length);
	expect(await world.parts.db.selectFrom('unsealed_events').selectAll().execute()).toEqual([]);
});

test('S1: an event that was edited, deleted, put in or moved is named', async () => {
	const event = (seq: number) => `case ${one} event ${seq}`;
	const where = `where case_id = '${one}'`;
	const edits: [string, number][] = [
		[`update case_events set actor = 'customer' ${where} and seq = 2`, 2],
		[`update case_events set at = at + interval '1 microsecond' ${where} and seq = 1`, 1],
		[`update case_events set data = data || '{"a": 1}' ${where} and seq = 2`, 2],
		[`update case_events set hash = sha256('x') ${where} and seq = 3`, 3],
		[`delete from case_events ${where} and seq = 2`, 2],
		[`delete from case_events ${where} and seq = 1`, 1],
		[
			`insert into case_events select case_id, 1000, type, at, actor, data, hash
				from case_events ${where} and seq = 1`,
			0
		]
	];
	for (const [statement, seq] of edits) {
		const [first] = await tampered([statement]);
		const { rows } = await sql<{ seq: number }>`
			select seq from cases where id = ${one}`.execute(world.parts.db);
		expect(first?.where, statement).toBe(event(seq || rows[0]!.seq + 1));
	}
	const swap = (from: number, to: number) =>
		`update case_events set seq = ${to} ${where} and seq = ${from}`;
	const moved = await tampered([swap(2, 900), swap(3, 2), swap(900, 3)]);
	expect(moved[0]?.where).toBe(event(2));
});

test('S1: a case that lost its tail, and one that lost everything, are named', async () => {
	const { rows } = await sql<{ seq: number }>`
		select seq from cases where id = ${one}`.execute(world.parts.db);
	const last = rows[0]!.seq;
	const cut = `delete from case_events where case_id = '${one}' and seq = ${last}`;
	expect((await tampered([cut]))[0]?.where).toBe(`case ${one} event ${last}`);
	// The case was made to agree: only a checkpoint knows better.
	const agreed = await tampered([cut, `update cases set seq = ${last - 1} where id = '${one}'`]);
	expect(agreed[0]).toEqual({
		where: `case ${one} event ${last}`,
		what: expect.stringMatching(/^is missing: checkpoint \d+ covers it$/) as string
	});
	const all = await tampered([`delete from case_events where case_id = '${one}'`]);
	expect(all[0]?.where).toBe(`case ${one} event 1`);
});

test('S1: a whole chain that was rewritten is named by the checkpoint that covers it', async () => {
	const rewrite = [
		`update case_events set actor = 'customer' where case_id = '${two}'`,
		REHASH(two)
	];
	const found = await tampered(rewrite);
	expect(found[0]?.where).toMatch(`case ${two} event `);
	expect(found[0]?.what).toMatch(/^is another one: checkpoint \d+ covers it$/);
	// What the checkpoint covers was made to agree as well: its signature does not.
	const heads = `update checkpoint_heads h set hash = e.hash from case_events e
		where e.case_id = h.case_id and e.seq = h.seq`;
	const deeper = await tampered([...rewrite, heads]);
	expect(deeper[0]?.what).toBe('covers other events than it was signed for');
	// And the checkpoints are gone, as if there had never been any: the files know them.
	const gone = await tampered([
		...rewrite,
		'delete from checkpoint_heads',
		'delete from checkpoints'
	]);
	expect(gone).toEqual([
		{ where: 'checkpoint 1', what: expect.stringContaining('not in the database') as string }
	]);
});

test('S1: a privileged act that was edited, deleted or put in is named, and so is a lost tail', async () => {
	const { rows } = await sql<{ id: number }>`
		select id from audit_entries order by id`.execute(world.parts.db);
	const [first, last] = [rows[0]!.id, rows.at(-1)!.id];
	const edit = `update audit_entries set actor = 'x' where id = ${first}`;
	expect((await tampered([edit]))[0]?.where).toBe(`act ${first}`);
	const remove = `delete from audit_entries where id = ${last}`;
	expect((await tampered([remove]))[0]?.where).toBe(`act ${last}`);
	const tail = [`delete from audit_seals where entry_id = ${last}`, remove];
	expect((await tampered(tail))[0]?.what).toMatch(/^is missing: checkpoint \d+ covers it$/);
	const put = `insert into audit_entries (at, actor, act, object, result, data)
		values (now() - interval '1 day', 'x', 'y', 'z', 'done', '{}')`;
	expect((await tampered([put]))[0]?.what).toBe('is in no chain: it was put in');
});

test('S1: a checkpoint that is missing, another one, or signed by somebody else is named', async () => {
	await act('again');
	await sealRecord(world.parts, true);
	const missing = await tampered([
		'delete from checkpoint_heads where checkpoint = 1',
		'delete from checkpoints where number = 1'
	]);
	expect(missing[0]?.where).toBe('checkpoint 1');
	const foreign = createSigner(got(parseKeyring(newKeys().TAPDONE_AUDIT_KEYS)));
	const jws = await foreign.sign('tapdone-checkpoint', { number: 2 });
	const signed = await tampered([`update checkpoints set jws = '${jws}' where number = 2`]);
	expect(signed[0]).toEqual({ where: 'checkpoint 2', what: 'has a wrong signature' });
	const whole = readFileSync(file(), 'utf8');
	writeFileSync(
		file(),
		whole.replace(/\{"number":2,"jws":"[^"]+/, (line) => `${line}x`)
	);
	expect(await verified()).toEqual([
		{ where: 'checkpoint 2', what: 'is another one in the files outside' }
	]);
	writeFileSync(file(), whole);
});

test('what a dead node had committed and not written out, or had torn, is written again', async () => {
	const lines = readFileSync(file(), 'utf8').trim().split('\n');
	writeFileSync(file(), `${lines[0]}\n`);
	appendFileSync(file(), lines[1]!.slice(0, 40));
	await act('later');
	await sealRecord(world.parts, true);
	const { rows } = await sql<{ number: number }>`
		select number from checkpoints order by number`.execute(world.parts.db);
	expect(outside().map(({ number }) => number)).toEqual(rows.map(({ number }) => number));
	expect(await verified()).toEqual([]);
	// Another node's empty directory gets all of them.
	const other = join(folder, 'other');
	await sealRecord({ ...world.parts, outside: createFiles(other) });
	expect(readKept(readFileSync(join(other, 'checkpoints.jsonl'), 'utf8'))).toEqual(outside());
});

test('of many nodes that seal at once one makes the checkpoint, and nothing is covered twice', async () => {
	const before = await world.parts.db.selectFrom('checkpoints').select('number').execute();
	await act('once');
	const made = await Promise.all(Array.from({ length: 8 }, () => sealRecord(world.parts, true)));
	expect(made.reduce((sum, count) => sum + count)).toBe(1);
	const after = await world.parts.db.selectFrom('checkpoints').select('number').execute();
	expect(after).toHaveLength(before.length + 1);
	expect(await verified()).toEqual([]);
});

test('an act of a transaction that commits late is covered by the checkpoint after it', async () => {
	if (world.database.kind === 'embedded') return;
	await world.parts.db.transaction().execute(async (trx) => {
		await recordAct(trx, { actor: 'system', act: 'late', object: 'x', result: 'done' });
		await act('early');
		await sealRecord(world.parts, true);
	});
	expect((await world.parts.db.selectFrom('unsealed_entries').selectAll().execute()).length).toBe(
		1
	);
	await sealRecord(world.parts, true);
	expect(await verified()).toEqual([]);
});
