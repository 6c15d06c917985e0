import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { receiptSchema } from '../../src/lib/contracts/erasure.ts';
import { openSigned, publicKeys } from '../../src/lib/server/crypto/signer.ts';
import { verifyRecord } from '../../src/lib/server/audit/verify-record.ts';
import { CaseErased, changeCase, loadCase } from '../../src/lib/server/db/cases.ts';
import { approveErasure } from '../../src/lib/server/flows/approve-erasure.ts';
import { cancelCase } from '../../src/lib/server/flows/cancel-case.ts';
import { declineErasure } from '../../src/lib/server/flows/decline-erasure.ts';
import { getCase } from '../../src/lib/server/flows/get-case.ts';
import { liftHold, setHold } from '../../src/lib/server/flows/legal-holds.ts';
import { listCases } from '../../src/lib/server/flows/list-cases.ts';
import { listErasures } from '../../src/lib/server/flows/list-erasures.ts';
import { listHandsets } from '../../src/lib/server/flows/list-handsets.ts';
import { lookUpCustomer } from '../../src/lib/server/flows/look-up-customer.ts';
import { loadVisit } from '../../src/lib/server/flows/load-visit.ts';
import { openLink } from '../../src/lib/server/flows/open-link.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { repeatErasures } from '../../src/lib/server/flows/repeat-erasures.ts';
import { requestErasure } from '../../src/lib/server/flows/request-erasure.ts';
import { rewrapKeys } from '../../src/lib/server/flows/rewrap-keys.ts';
import { runIdempotent } from '../../src/lib/server/flows/run-idempotent.ts';
import { sealRecord } from '../../src/lib/server/flows/seal-record.ts';
import { sendMessage } from '../../src/lib/server/flows/send-message.ts';
import { stopMessages } from '../../src/lib/server/flows/stop-messages.ts';
import { takeInbound } from '../../src/lib/server/flows/take-inbound.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { handlersOf } from '../../src/lib/server/jobs/handlers.ts';
import { readKept } from '../../src/lib/server/outside/files.ts';
import { got, reviewed, submitted, timeline, tokenOf } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { startWorld, type World } from '../support/world.ts';
import { apply } from '../support/writebacks.ts';

let world: World;
let folder: string;
let asks: StaffMember;
let decides: StaffMember;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'tapdone-erasure-'));
	world = await startWorld({ env: { TAPDONE_AUDIT_DIR: folder } });
	asks = await addStaffMember(world.parts, { roles: ['administrator'] });
	decides = await addStaffMember(world.parts, { roles: ['approver', 'administrator'] });
});
afterAll(async () => {
	await world.close();
	rmSync(folder, { recursive: true });
});

const request = (customer: string, by = asks) =>
	requestErasure(world.parts, by.principal, { customer, reason: 'asked by letter 17' });
const approve = (id: string, customer: string, by = decides) =>
	approveErasure(world.parts, by.principal, { id, customer });
async function erase(customer: string) {
	const { id } = got(await request(customer));
	return { id, ...got(await approve(id, customer)) };
}
const actsOf = async (id: string) => {
	const { rows } = await sql<{ act: string; result: string; actor: string }>`
		select act, result, actor from audit_entries where object = ${`erasure:${id}`}
		order by id`.execute(world.parts.db);
	return rows;
};

test('S4: an erased person is nowhere any more; what stays is the timeline, and a receipt', async () => {
	const { parts } = world;
	const seen = await reviewed(world, {
		workflow: 'failed-payment',
		customer: 'C-1001',
		action: 'pay-now'
	});
	const token = await tokenOf(world, seen.caseId);
	const renewed = await runIdempotent(parts, { caller: 'key', key: 'k', request: 'r' }, (keep) =>
		renewLink(parts, 'key:test', seen.caseId, { send: false }, keep)
	);
	expect(renewed.ok).toBe(true);
	const before = await parts.db
		.selectFrom('cases')
		.select(['key', 'customer_hash'])
		.where('id', '=', seen.caseId)
		.executeTakeFirstOrThrow();
	await stopMessages(parts, seen.visit);
	const more = { case_id: seen.caseId, sealed: 'eyJx..1' };
	await parts.db
		.insertInto('inbound_messages')
		.values({ id: randomUUID(), channel: 'sms', word: 'text', ...more })
		.execute();
	await parts.db
		.insertInto('case_notes')
		.values({ id: randomUUID(), author: asks.principal.id, act: 'note', ...more })
		.execute();
	const { cases, receipt } = await erase('C-1001');
	expect(cases).toBe(1);

	// Nothing sealed is left, nothing that finds the person, and no key that would open a copy.
	const row = await parts.db
		.selectFrom('cases')
		.selectAll()
		.where('id', '=', seen.caseId)
		.executeTakeFirstOrThrow();
	expect(row).toMatchObject({ key: 'destroyed', sealed: '', stage: 'cancelled', facts_at: null });
	expect(row.erased_at).toBeInstanceOf(Date);
	const { rows } = await sql<{ text: string }>`
		select to_jsonb(m)::text as text from messages m where case_id = ${seen.caseId}
		union all select to_jsonb(c)::text from cases c where id = ${seen.caseId}
		union all select to_jsonb(c)::text from challenges c where case_id = ${seen.caseId}
		union all select to_jsonb(d)::text from drafts d where case_id = ${seen.caseId}
		union all select to_jsonb(s)::text from submissions s where case_id = ${seen.caseId}
		union all select to_jsonb(f)::text from factors f
		union all select to_jsonb(i)::text from inbound_messages i
		union all select to_jsonb(n)::text from case_notes n
		union all select to_jsonb(e)::text from erasures e
		union all select to_jsonb(i)::text from idempotency_keys i`.execute(parts.db);
	const all = rows.map(({ text }) => text).join('\n');
	expect(all).not.toMatch(/eyJ[^"]*\.\.|C-1001|•/);
	expect(all).not.toContain(before.customer_hash);
	expect(await parts.vault.openCaseKey('destroyed').catch(String)).toContain('VaultError');

	// Whoever meets the case is told, or meets nothing.
	await expect(loadCase(parts, seen.caseId)).rejects.toThrow(CaseErased);
	const by = { actor: 'system', flow: 'test' } as const;
	await expect(changeCase(parts, seen.caseId, by, () => Promise.resolve())).rejects.toThrow(
		CaseErased
	);
	const { visitId, secret } = seen.visit.ticket;
	expect(await loadVisit(parts, visitId, secret)).toMatchObject({ ok: false });
	expect(await openLink(parts, token)).toMatchObject({ ok: false });
	expect(await cancelCase(parts, 'system', seen.caseId, 'x')).toMatchObject({ reason: 'ended' });
	expect(await renewLink(parts, 'system', seen.caseId, { send: true })).toMatchObject({
		reason: 'ended'
	});
	const detail = got(await getCase(parts, seen.caseId, { limit: 100 }));
	expect(detail.erasedAt).toBe(row.erased_at?.toISOString());
	expect(detail.timeline.at(-1)?.type).toBe('person-erased');
	expect((await listCases(parts, { customer: 'C-1001', limit: 10 })).cases).toEqual([]);
	expect((await listHandsets(parts, {})).handsets).toEqual([]);
	expect(await rewrapKeys(parts)).toMatchObject({ unreadable: 0 });

	// The opt-out is kept, as a hash that says nothing to anybody else.
	const suppressed = await parts.db.selectFrom('suppressions').selectAll().execute();
	expect(suppressed.length).toBeGreaterThan(0);

	// The record still verifies, and the receipt does without any of it.
	await sealRecord(parts, true);
	const keys = publicKeys(parts.config.keys.audit);
	const kept = readKept(readFileSync(join(folder, 'checkpoints.jsonl'), 'utf8'));
	const { findings } = await verifyRecord(parts.db, keys, kept, { progress: () => undefined });
	expect(findings).toEqual([]);
	const said = receiptSchema.parse(got(await openSigned(keys, 'tapdone-erasure', receipt)));
	expect(said).toMatchObject({
		cases: [seen.caseId],
		requestedBy: `staff:${asks.principal.id}`,
		approvedBy: `staff:${decides.principal.id}`
	});
	expect(readKept(readFileSync(join(folder, 'erasures.jsonl'), 'utf8'))).toEqual([
		{ number: 1, jws: receipt }
	]);
});

test('jobs and sweeps that come too late for an erased case are done, not in trouble', async () => {
	const { parts } = world;
	const id = await openCase(world, { workflow: 'failed-payment', customer: 'C-1002' });
	const message = await parts.db
		.selectFrom('messages')
		.select('id')
		.where('case_id', '=', id)
		.executeTakeFirstOrThrow();
	await erase('C-1002');
	const jobs = handlersOf(parts);
	await jobs['send-message']({ v: 1, message: message.id });
	await sendMessage(parts, message.id);
	await jobs['complete-case']({ v: 1, case: id });
	await jobs['make-offer']({ v: 1, case: id });
	await jobs.outreach({ v: 1, case: id });
	await sql`delete from counters`.execute(parts.db);
	expect(await sweep(parts)).toMatchObject({ expired: 0 });
	expect(await timeline(world, id)).toEqual(
		expect.arrayContaining(['case-cancelled', 'person-erased'])
	);
	// A new trigger of the same customer is a new case that knows nothing of the old one.
	expect(await openCase(world, { workflow: 'failed-payment', customer: 'C-1002' })).not.toBe(id);
});

test('S3: what is being booked, and what must be kept, is not erased; both are said and recorded', async () => {
	const sent = await submitted(world, {
		workflow: 'failed-payment',
		customer: 'C-1003',
		action: 'pay-now'
	});
	expect(await request('C-1003')).toMatchObject({ reason: 'submission-under-way' });
	await apply(world, sent);
	const { id } = got(await request('C-1003'));
	const hold = { customer: 'C-1003', reason: 'court 4 C 12/26' };
	got(await setHold(world.parts, 'staff:counsel', hold));
	expect(await setHold(world.parts, 'staff:counsel', hold)).toMatchObject({
		reason: 'held-already'
	});
	expect(await approve(id, 'C-1003')).toMatchObject({ reason: 'legal-hold' });
	expect(await request('C-1003')).toMatchObject({ reason: 'legal-hold' });
	expect((await loadCase(world.parts, sent.caseId))?.content.customer).toBe('C-1003');
	got(await liftHold(world.parts, 'staff:counsel', hold));
	expect(await liftHold(world.parts, 'staff:counsel', hold)).toMatchObject({ reason: 'not-held' });
	expect(got(await approve(id, 'C-1003')).cases).toBe(1);
	expect((await actsOf(id)).map(({ act, result }) => `${act} ${result}`)).toEqual([
		'request-erasure done',
		'approve-erasure legal-hold',
		'approve-erasure done'
	]);
});

test('S4: nor do lifted holds, or the places messages came from, tell of an erased person', async () => {
	const { db } = world.parts;
	const hold = { customer: 'C-1006', reason: 'court 5 C 1/26' };
	const sms = '+4917604069006';
	await openCase(world, { workflow: 'failed-payment', customer: 'C-1006', contacts: { sms } });
	const told = { provider: 'twilio', channel: 'sms', from: sms, text: 'who is this?' } as const;
	await takeInbound(world.parts, { ...told, dedupe: 'SM1:received' });
	got(await setHold(world.parts, 'staff:counsel', hold));
	got(await liftHold(world.parts, 'staff:counsel', hold));
	const traces = async () => ({
		holds: (
			await db.selectFrom('legal_holds').select('id').where('reason', '=', hold.reason).execute()
		).length,
		senders: (
			await db
				.selectFrom('provider_events')
				.select('id')
				.where('dedupe', '=', 'SM1:received')
				.where('destination_hash', 'is not', null)
				.execute()
		).length
	});
	expect(await traces()).toEqual({ holds: 1, senders: 1 });
	await erase('C-1006');
	expect(await traces()).toEqual({ holds: 0, senders: 0 });
});

test('S4: who was looked up without a case can be erased, and the record of it is about nobody then', async () => {
	const { db } = world.parts;
	const olga = await addStaffMember(world.parts, { roles: ['operations'] });
	const look = async (customer: string) => {
		const asked = { key: 'failed-payment', customer, side: '1' };
		got(await lookUpCustomer(world.parts, olga.principal, asked));
		const { object } = await db
			.selectFrom('audit_entries')
			.select('object')
			.where('act', '=', 'look-up-customer')
			.orderBy('id', 'desc')
			.executeTakeFirstOrThrow();
		return object;
	};
	const names = async (object: string) =>
		(
			await db
				.selectFrom('looked_up_customers')
				.select('customer_hash')
				.where('id', '=', object.replace('customer:', ''))
				.execute()
		).map(({ customer_hash }) => customer_hash);
	const hash = world.parts.vault.hash('customer', 'C-1020');
	const object = await look('C-1020');
	expect(object).not.toContain(hash);
	// Whoever has the reference finds who looked, as long as there is somebody to be found.
	expect(await look('C-1020')).toBe(object);
	expect(await look('C-1021')).not.toBe(object);
	expect(await names(object)).toEqual([hash]);
	const { cases } = await erase('C-1020');
	expect([cases, await names(object)]).toEqual([0, []]);
	expect(await request('C-1020')).toMatchObject({ reason: 'unknown-customer' });
	expect(await look('C-1020')).not.toBe(object);
	const { rows } = await sql<{ said: string }>`
		select to_jsonb(a)::text as said from audit_entries a`.execute(db);
	expect(rows.filter(({ said }) => said.includes(hash))).toEqual([]);
});

test('F7: it takes two people, of whom the second types the person anew and may do it', async () => {
	await openCase(world, { workflow: 'failed-payment', customer: 'C-1004' });
	const agent = await addStaffMember(world.parts, { roles: ['agent'] });
	expect(await request('C-1004', agent)).toMatchObject({ reason: 'forbidden' });
	expect(await request('C-9999')).toMatchObject({ reason: 'unknown-customer' });
	const { id } = got(await request('C-1004', decides));
	expect(await request('C-1004')).toMatchObject({ reason: 'requested-already' });
	expect(await approve(id, 'C-1004', decides)).toMatchObject({ reason: 'own' });
	expect(await approve(id, 'C-1004', asks)).toMatchObject({ reason: 'forbidden' });
	const other = await addStaffMember(world.parts, { roles: ['approver'] });
	expect(await approve(id, 'C-1005', other)).toMatchObject({ reason: 'other-customer' });
	const at = await listErasures(world.parts, decides.principal, null);
	expect(at.erasures[0]).toMatchObject({ id, state: 'requested', cases: 1, own: true });
	// Of many who say yes at once one does it.
	const answers = await Promise.all([1, 2, 3, 4].map(() => approve(id, 'C-1004', other)));
	expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
	expect(await approve(id, 'C-1004', other)).toMatchObject({ reason: 'not-open' });
	expect(await declineErasure(world.parts, other.principal, id)).toMatchObject({
		reason: 'not-open'
	});
});

test('a request that is declined forgets whom it was about', async () => {
	await openCase(world, { workflow: 'failed-payment', customer: 'C-1006' });
	const { id } = got(await request('C-1006'));
	expect(await declineErasure(world.parts, asks.principal, id)).toEqual({ ok: true, value: null });
	const row = await world.parts.db
		.selectFrom('erasures')
		.select(['state', 'customer_hash'])
		.where('id', '=', id)
		.executeTakeFirstOrThrow();
	expect(row).toEqual({ state: 'declined', customer_hash: null });
	expect((await request('C-1006')).ok).toBe(true);
});

test('M9: what a backup brings back is erased again by its receipt, and only by a signed one', async () => {
	const { parts } = world;
	const id = await openCase(world, { workflow: 'failed-payment', customer: 'C-1007' });
	const copied = ['key', 'sealed', 'state', 'stage', 'ended_at', 'customer_hash'] as const;
	const before = await parts.db
		.selectFrom('cases')
		.select(copied)
		.where('id', '=', id)
		.executeTakeFirstOrThrow();
	const { receipt } = await erase('C-1007');
	const state = JSON.stringify(before.state);
	await parts.db
		.updateTable('cases')
		.set({ ...before, state, erased_at: null })
		.where('id', '=', id)
		.execute();
	expect((await loadCase(parts, id))?.content.customer).toBe('C-1007');
	const failed = { customer_hash: before.customer_hash, factor: 'code', consecutive: 3 } as const;
	await parts.db.insertInto('factors').values(failed).execute();
	const keys = publicKeys(parts.config.keys.audit);
	const forged = `${receipt.slice(0, -4)}AAAA`;
	expect(await repeatErasures(parts, keys, [forged])).toMatchObject({ erased: 0, unsigned: 1 });
	expect(await repeatErasures(parts, keys, [receipt, receipt])).toEqual({
		erased: 1,
		gone: 1,
		left: [],
		unsigned: 0
	});
	await expect(loadCase(parts, id)).rejects.toThrow(CaseErased);
	const left = parts.db.selectFrom('factors').select('factor');
	expect(await left.where('customer_hash', '=', before.customer_hash).execute()).toEqual([]);
});
