import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/customer.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { applied, confirm, review, type Review, until, wake, writebackOf } from './submitting.ts';
import { BEHIND_PROXY } from './visitor.ts';

/** Tries of reference/security.md, retries: after them the machine gives up. */
const TRIES = 10;
/** As long as a claim is anyone's; the next try comes after it. */
const LEASE = 61;

let fleet: Fleet;
beforeAll(async () => {
	// Nobody works until everything is confirmed.
	fleet = await startFleet({ env: { ...BEHIND_PROXY, TAPDONE_ROLE: 'web' } });
});
afterAll(() => fleet.close());

const confirmed = async (): Promise<Review> => {
	const seen = await review(fleet, await newPerson(fleet.core));
	await confirm(seen);
	return seen;
};

/** Lets one try after the other break off, until `so`. */
async function tryOn(id: string, so: () => Promise<boolean>): Promise<void> {
	while (!(await so())) {
		const { attempt } = await writebackOf(fleet, id);
		await wake(fleet, id, LEASE);
		// The queue's own repeat of a failed job may have been faster than ours.
		await eventually(async () => (await writebackOf(fleet, id)).attempt > attempt || (await so()));
	}
}

const poisonAlerts = () =>
	fleet.db.selectFrom('alerts').select('subject').where('kind', '=', 'poison-job').execute();

test('N15: what always breaks its handler holds nobody up and ends with a person; what cannot even be given up stands still', async () => {
	const [poisoned, unreadable, ...others] = [
		await confirmed(),
		await confirmed(),
		await confirmed(),
		await confirmed()
	] as [Review, Review, ...Review[]];
	const damaged = 'eyJhbGciOiJkaXIifQ..damaged.damaged.damaged';
	await fleet.db
		.updateTable('submissions')
		.set({ sealed: damaged })
		.where('case_id', '=', poisoned.id)
		.execute();
	await fleet.db
		.updateTable('cases')
		.set({ sealed: damaged })
		.where('id', '=', unreadable.id)
		.execute();

	const worker = await fleet.start({ TAPDONE_ROLE: 'worker' });
	for (const { id } of others) await applied(fleet, id);

	const isDead = async () => (await writebackOf(fleet, poisoned.id)).state === 'dead';
	await tryOn(poisoned.id, isDead);
	const dead = await until(fleet, poisoned.id, ({ lease_until }) => lease_until === null);
	expect(dead).toMatchObject({ state: 'dead', reason: 'poisoned', attempt: TRIES + 1 });
	const raised = await fleet.db
		.selectFrom('exceptions')
		.select(['type', 'class', 'reason', 'state'])
		.where('case_id', '=', poisoned.id)
		.execute();
	expect(raised).toEqual([
		{ type: 'booking-failed', class: 'system', reason: 'tries-used', state: 'open' }
	]);
	expect(await poisonAlerts()).toEqual([{ subject: 'demo-core' }]);

	const standsStill = async () => (await writebackOf(fleet, unreadable.id)).reason === 'poisoned';
	await tryOn(unreadable.id, standsStill);
	const still = await writebackOf(fleet, unreadable.id);
	expect(still).toMatchObject({ state: 'pending', lease_until: null, attempt: TRIES + 1 });
	expect(still.next_at!.getTime()).toBeGreaterThan(Date.now() + 50 * 60_000);

	// The worker never fell over, and neither was ever sent.
	expect(worker.process.exitCode).toBeNull();
	expect(await fleet.core.effects()).toHaveLength(others.length);
});
