import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/customer.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { applied, confirm, review, type Review } from './submitting.ts';
import { BEHIND_PROXY } from './visitor.ts';

const CUSTOMERS = 50;
const LIMIT_SECONDS = 20;

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({
		env: {
			...BEHIND_PROXY,
			TAPDONE_SHUTDOWN_SECONDS: String(LIMIT_SECONDS),
			TAPDONE_DRAIN_SECONDS: '1'
		}
	});
});
afterAll(() => fleet.close());

const readiness = async (url: string) => {
	const answer = await fetch(`${url}/readyz`);
	return `${answer.status} ${(await answer.text()).trim()}`;
};

test('L11: SIGTERM with 50 customers under way answers whole or not at all, loses nothing, and ends in time', async () => {
	const [server] = fleet.servers;
	const seen: Review[] = [];
	while (seen.length < CUSTOMERS) {
		const batch = Array.from({ length: 5 }, async () => review(fleet, await newPerson(fleet.core)));
		seen.push(...(await Promise.all(batch)));
	}
	// Calls that are under way when the signal comes.
	await fleet.core.faults([{ match: { method: 'POST' }, fault: 'delay', ms: 1_500 }]);
	const presses = seen.map(async (one, place) => {
		// Some before the signal, some while it drains, some when nobody listens any more.
		await pause(place * 50);
		return confirm(one).catch(() => null);
	});
	await pause(500);
	const asked = performance.now();
	const ended = server!.stop('SIGTERM');
	// Readiness is the first to go: whoever comes in spite of it is still answered.
	await eventually(async () => (await readiness(server!.url)) === '503 draining');
	const answers = await Promise.all(presses);
	expect(await ended).toBe(0);
	expect((performance.now() - asked) / 1_000).toBeLessThan(LIMIT_SECONDS);
	expect(server!.log()).not.toMatch(/"level":(50|60)/);

	const acknowledged = seen.filter((_, place) => answers[place] !== null);
	expect(acknowledged.length).toBeGreaterThan(10);
	expect(acknowledged.length).toBeLessThan(CUSTOMERS);
	for (const answer of answers)
		if (answer)
			expect([answer.status, answer.location]).toEqual([303, expect.stringMatching(/receipt$/)]);

	// What was acknowledged is there, nobody holds it, and none of it is half.
	const rows = await fleet.db
		.selectFrom('writebacks')
		.select(['case_id', 'state', 'lease_until'])
		.execute();
	const stored = new Set(rows.map(({ case_id }) => case_id));
	expect(acknowledged.filter(({ id }) => !stored.has(id))).toEqual([]);
	expect(rows.filter(({ lease_until }) => lease_until !== null)).toEqual([]);
	expect(rows.filter(({ state }) => state !== 'pending' && state !== 'applied')).toEqual([]);

	// The next process takes the rest up; who got no answer presses again.
	const next = await fleet.start();
	await fleet.core.noFaults();
	for (const one of seen) {
		one.visitor.base = next.url;
		const { location, status } = await confirm(one);
		expect([status, location]).toEqual([303, `${one.visit}/receipt`]);
	}
	for (const { id } of seen) await applied(fleet, id);
	const effects = await fleet.core.effects();
	expect(new Set(effects.map(({ customer }) => customer)).size).toBe(CUSTOMERS);
	expect(effects).toHaveLength(CUSTOMERS);
});
