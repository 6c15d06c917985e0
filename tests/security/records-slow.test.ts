import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RecordsPeer, startRecordsPeer } from '../peers/records.ts';
import { newPerson } from '../support/people.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { applied, confirm, publishCopy, review, until } from './submitting.ts';
import { BEHIND_PROXY } from './visitor.ts';

let fleet: Fleet;
let slowCore: RecordsPeer;
beforeAll(async () => {
	fleet = await startFleet({ count: 0 });
	slowCore = await startRecordsPeer();
	const { token } = slowCore;
	const to = (url: string) => ({ baseUrl: url, token, allowHttp: true, allowPrivate: true });
	const records = { 'demo-core': to(fleet.core.url), 'slow-core': to(slowCore.url) };
	await publishCopy(fleet, 'failed-payment', 'slow-payment', (source) =>
		source.replace('connection: demo-core', 'connection: slow-core')
	);
	await fleet.start({ ...BEHIND_PROXY, TAPDONE_RECORDS: JSON.stringify(records) });
});
afterAll(async () => {
	await fleet.close();
	await slowCore.close();
});

/** Calls at once of one connection, as it is without a setting. */
const BULKHEAD = 8;
/** More than a connection's bulkhead and a batch of jobs together. */
const SLOW = 24;
const OTHERS = 6;

test('N9: a system of record that answers after 45 seconds starves neither another one nor the pages', async () => {
	const slow = [];
	for (let left = SLOW; left > 0; left--)
		slow.push(await review(fleet, await newPerson(slowCore), { workflow: 'slow-payment' }));
	const others = [];
	for (let left = OTHERS; left > 0; left--)
		others.push(await review(fleet, await newPerson(fleet.core)));

	await slowCore.faults([{ match: { method: 'POST' }, fault: 'delay', ms: 45_000 }]);
	for (const one of slow) expect((await confirm(one)).location).toContain('/receipt');
	// Its bulkhead is full before the others come.
	await until(fleet, slow[0]!.id, ({ state }) => state === 'sending');
	for (const one of others) expect((await confirm(one)).location).toContain('/receipt');
	for (const { id } of others) await applied(fleet, id);

	// All others are booked while the slow core has not given one answer.
	const rows = await fleet.db.selectFrom('writebacks').select('state').execute();
	expect(rows.filter(({ state }) => state === 'applied')).toHaveLength(OTHERS);
	// And it was called, as often at once as its bulkhead allows and not once more.
	const stats = (await (await slowCore.call('GET', '/stats')).json()) as { faults: number };
	expect(stats.faults).toBe(BULKHEAD);
	for (const { visitor, visit } of slow.slice(0, 5)) {
		const asked = performance.now();
		expect((await visitor.get(`${visit}/receipt`)).status).toBe(200);
		// Far below the time of any call: no page waits for one.
		expect(performance.now() - asked).toBeLessThan(2_000);
	}
});
