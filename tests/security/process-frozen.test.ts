import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/customer.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, type Server, startFleet } from '../support/servers.ts';
import { applied, confirm, eventsOf, PAY_LATER, review, until, wake } from './submitting.ts';
import { BEHIND_PROXY } from './visitor.ts';

// A node that stands still in the middle of a call, and goes on when another has taken its work.
const WEB = { ...BEHIND_PROXY, TAPDONE_ROLE: 'web' };
const WORKER = { TAPDONE_ROLE: 'worker' };
/** The core answers after this: time enough to stop who waits for it. */
const ANSWER_MS = 1_000;
const LEASE = 61;

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ env: WEB });
});
afterAll(() => fleet.close());
/** Each test has workers of its own; the web server stays. */
afterEach(async () => {
	for (const worker of fleet.servers.splice(1)) await worker.stop('SIGKILL');
});

/** A submission whose one worker is stopped while the core works on it. */
async function frozenInCall(
	chosen = {}
): Promise<{ id: string; customer: string; frozen: Server }> {
	const customer = await newPerson(fleet.core);
	const seen = await review(fleet, customer, chosen);
	await fleet.core.faults([
		{ match: { customer, method: 'POST', times: 1 }, fault: 'delay', ms: ANSWER_MS }
	]);
	const frozen = await fleet.start(WORKER);
	await confirm(seen);
	const struck = async () =>
		((await (await fleet.core.call('GET', '/stats')).json()) as { faults: number }).faults === 1;
	await eventually(struck);
	frozen.process.kill('SIGSTOP');
	// It is booked at the core, and who asked for it does not know.
	await eventually(async () => (await fleet.core.effects(customer)).length === 1);
	return { id: seen.id, customer, frozen };
}

const LATE = 'a late answer of an older attempt was left aside';

test.each([
	['a payment with a native key', {}],
	['a promise that is looked up', PAY_LATER]
])('K6 L12: who wakes up after its lease is fenced: %s', async (_, chosen) => {
	const { id, customer, frozen } = await frozenInCall(chosen);
	const before = await until(fleet, id, ({ state }) => state === 'sending');
	await fleet.start(WORKER);
	// The lease is over: the other node cannot know, and asks or sends by the same reference.
	await wake(fleet, id, LEASE);
	await until(fleet, id, ({ state }) => state === 'unknown');
	await wake(fleet, id, 10);
	const done = await applied(fleet, id);
	expect(done.attempt).toBeGreaterThan(before.attempt);

	frozen.process.kill('SIGCONT');
	await eventually(() => Promise.resolve(frozen.log().includes(LATE)));
	expect(await until(fleet, id, () => true)).toEqual(done);
	const booked = (await eventsOf(fleet, id)).filter((type) => type === 'submission-booked');
	expect(booked).toHaveLength(1);
	expect(await fleet.core.effects(customer)).toMatchObject([{ reference: done.reference }]);
});

test('K6: within its lease nobody takes its work, however often they are told to', async () => {
	const { id, customer, frozen } = await frozenInCall();
	await fleet.start(WORKER);
	const before = await until(fleet, id, ({ state }) => state === 'sending');
	// The other worker is there and works: it books somebody else's.
	await wake(fleet, id);
	const other = await review(fleet, await newPerson(fleet.core));
	await confirm(other);
	await applied(fleet, other.id);
	expect(await until(fleet, id, () => true)).toEqual(before);
	frozen.process.kill('SIGCONT');
	const done = await applied(fleet, id);
	expect(done.attempt).toBe(before.attempt);
	expect(await fleet.core.effects(customer)).toHaveLength(1);
});

test('L15: an event loop that stands still for five seconds fails its readiness and sends nothing twice', async () => {
	const preload = new URL('../support/processes/block-loop.ts', import.meta.url).href;
	const customer = await newPerson(fleet.core);
	const seen = await review(fleet, customer);
	await fleet.core.faults([{ match: { customer, method: 'POST' }, fault: 'delay', ms: 300 }]);
	const blocked = await fleet.start({ ...WORKER, NODE_OPTIONS: `--import=${preload}` });
	await confirm(seen);
	const { attempt } = await until(fleet, seen.id, ({ state }) => state === 'sending');
	blocked.process.kill('SIGUSR2');
	await eventually(async () => (await fleet.core.effects(customer)).length === 1);
	await fleet.start(WORKER);
	await wake(fleet, seen.id);
	// As a load balancer asks: no answer in time is a no.
	const ask = (ms: number) =>
		fetch(`${blocked.url}/readyz`, { signal: AbortSignal.timeout(ms) }).then(
			({ ok }) => ok,
			() => false
		);
	expect(await ask(1_000)).toBe(false);
	expect((await until(fleet, seen.id, () => true)).state).toBe('sending');
	const done = await applied(fleet, seen.id);
	expect(done.attempt).toBe(attempt);
	expect(await fleet.core.effects(customer)).toHaveLength(1);
	expect(await ask(5_000)).toBe(true);
});
