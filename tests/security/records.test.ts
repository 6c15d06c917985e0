import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FaultInput } from '../../src/demo/core/faults.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { applied, confirm, eventsOf, PAY_LATER, review, until, wake } from './submitting.ts';
import { BEHIND_PROXY } from './visitor.ts';

// What a system of record can do to a write, with the protocol's own waits moved, not slept.
let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ env: BEHIND_PROXY, records: { writeMs: 600, readMs: 600 } });
});
afterAll(() => fleet.close());

/** Confirmed while the core misbehaves towards this one customer. */
async function confirmedUnder(fault: Omit<FaultInput, 'match'>, chosen = {}, times?: number) {
	const customer = await newPerson(fleet.core);
	const seen = await review(fleet, customer, chosen);
	await fleet.core.faults([{ ...fault, match: { customer, method: 'POST', times } }]);
	await confirm(seen);
	const receipt = async () => (await seen.visitor.get(`${seen.visit}/receipt`)).body;
	return { ...seen, customer, receipt };
}

const attemptsOf = (id: string, kind: 'send' | 'lookup') =>
	fleet.db
		.selectFrom('writeback_attempts')
		.innerJoin('writebacks', 'writebacks.id', 'writeback_attempts.writeback_id')
		.select('number')
		.where('case_id', '=', id)
		.where('kind', '=', kind)
		.execute();

const exceptionsOf = (id: string) =>
	fleet.db
		.selectFrom('exceptions')
		.select(['type', 'class', 'owner', 'state'])
		.where('case_id', '=', id)
		.execute();

test('N1: applied and then silent is unknown, is asked for, and is booked without a second send', async () => {
	const { id, customer, receipt } = await confirmedUnder(
		{ fault: 'applied-then-timeout' },
		PAY_LATER
	);
	const unknown = await until(fleet, id, ({ state }) => state === 'unknown');
	expect(unknown.reason).toBe('timeout');
	expect(await receipt()).not.toMatch(/PRM-/);
	await wake(fleet, id, 10);
	const { record_reference: booked } = await applied(fleet, id);
	expect(await receipt()).toContain(booked);
	expect(await attemptsOf(id, 'send')).toHaveLength(1);
	expect(await fleet.core.effects(customer)).toHaveLength(1);
	expect(await eventsOf(fleet, id)).toEqual(
		expect.arrayContaining(['writeback-unknown', 'submission-booked', 'case-resolved'])
	);
});

test('N1: with a native key the same request is sent again and takes effect once', async () => {
	const { id, customer } = await confirmedUnder({ fault: 'applied-then-timeout' }, {}, 1);
	await until(fleet, id, ({ state }) => state === 'unknown');
	await wake(fleet, id, 10);
	const { reference } = await applied(fleet, id);
	expect(await attemptsOf(id, 'send')).toHaveLength(2);
	expect(await fleet.core.effects(customer)).toMatchObject([{ reference }]);
});

test('N3: not applied and silent is sent again, but only after the consistency window, by the same reference', async () => {
	const fault = { fault: 'not-applied-then-timeout' } as const;
	const { id, customer } = await confirmedUnder(fault, PAY_LATER, 1);
	const first = await until(fleet, id, ({ state }) => state === 'unknown');
	await wake(fleet, id, 10);
	// Looked up and not found: it could still be on its way into the core.
	const waiting = await until(fleet, id, ({ attempt }) => attempt === first.attempt + 1);
	await until(fleet, id, ({ lease_until }) => lease_until === null);
	expect(waiting.state).toBe('unknown');
	expect(await attemptsOf(id, 'send')).toHaveLength(1);
	await wake(fleet, id, 100);
	const { reference } = await applied(fleet, id);
	expect(await attemptsOf(id, 'send')).toHaveLength(2);
	expect(await fleet.core.effects(customer)).toMatchObject([{ reference: first.reference }]);
	expect(reference).toBe(first.reference);
});

test('N4: a lookup that lags is not believed before the window has passed', async () => {
	const customer = await newPerson(fleet.core);
	const seen = await review(fleet, customer, PAY_LATER);
	await fleet.core.faults([
		{ fault: 'applied-then-timeout', match: { customer, method: 'POST' } },
		{ fault: 'stale-lookup', seconds: 60, match: { path: '/promises', times: 1 } }
	]);
	await confirm(seen);
	const { attempt } = await until(fleet, seen.id, ({ state }) => state === 'unknown');
	await wake(fleet, seen.id, 10);
	const asked = await until(
		fleet,
		seen.id,
		(row) => row.attempt > attempt && row.lease_until === null
	);
	expect(asked.state).toBe('unknown');
	// The row says when: the declared 90 seconds after the send, not at the next retry.
	expect(asked.next_at!.getTime() - asked.last_sent_at!.getTime()).toBe(90_000);
	await wake(fleet, seen.id, 100);
	await applied(fleet, seen.id);
	expect(await attemptsOf(seen.id, 'send')).toHaveLength(1);
	expect(await fleet.core.effects(customer)).toHaveLength(1);
});

test.each([
	['N6: an answer about another record', 'wrong-record'],
	['N10: an answer with numbers as text, null for the id and a new word', 'bad-schema'],
	['N10: an answer of 10 MB', 'huge']
] as const)('%s is never "booked": a person gets it, and operations are told', async (_, fault) => {
	const alert = fleet.db.selectFrom('alerts').select('count').where('kind', '=', 'contract');
	const before = (await alert.executeTakeFirst())?.count ?? 0;
	const { id, customer, receipt } = await confirmedUnder({ fault });
	await until(fleet, id, ({ state }) => state === 'unknown');
	await wake(fleet, id, 10);
	const dead = await until(fleet, id, ({ state }) => state === 'dead');
	expect(dead.reason).toBe('contract');
	expect(await exceptionsOf(id)).toEqual([
		{ type: 'booking-failed', class: 'system', owner: 'operations', state: 'open' }
	]);
	expect(await receipt()).not.toMatch(/PAY-|C-9999|Somebody/);
	expect((await alert.executeTakeFirstOrThrow()).count).toBeGreaterThan(before);
	// Its native key kept it at one, however often it was sent.
	expect(await fleet.core.effects(customer)).toHaveLength(1);
	await wake(fleet, id, 100_000);
	const other = await confirmedUnder({ fault: 'delay', ms: 0 });
	await applied(fleet, other.id);
	expect((await until(fleet, id, ({ state }) => state === 'dead')).attempt).toBe(dead.attempt);
});

test('N7: a definitive no is not repeated, has its reason, and the customer is told', async () => {
	// Nothing else fits, so that no other action can be offered instead.
	const customer = await newPerson(fleet.core, {
		account: { vulnerable: true, partAllowed: false }
	});
	const seen = await review(fleet, customer);
	await fleet.core.faults([{ fault: 'status', status: 422, match: { customer, method: 'POST' } }]);
	await confirm(seen);
	const { reason } = await until(fleet, seen.id, ({ state }) => state === 'rejected');
	expect(reason).toBe('http-422');
	expect(await attemptsOf(seen.id, 'send')).toHaveLength(1);
	expect(await exceptionsOf(seen.id)).toEqual([
		{ type: 'payment-refused', class: 'policy', owner: 'payment-desk', state: 'open' }
	]);
	await wake(fleet, seen.id, 100_000);
	const { body } = await seen.visitor.get(`${seen.visit}/receipt`);
	expect(body).toContain('This could not be done');
	expect(await attemptsOf(seen.id, 'send')).toHaveLength(1);
	expect(await fleet.core.effects(customer)).toEqual([]);
});
