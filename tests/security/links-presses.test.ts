import { afterAll, beforeAll, expect, test } from 'vitest';
import { LINK } from '../../src/lib/domain/identity/limits.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { fingerprint } from './tables.ts';
import { BEHIND_PROXY, newLink, press, Visitor } from './visitor.ts';

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ count: 2, env: BEHIND_PROXY });
});
afterAll(() => fleet.close());

const { count } = LINK.presses;
const visitsOf = (id: string) =>
	fleet.db.selectFrom('visits').select('id').where('case_id', '=', id).execute();

test('a good link that is pressed without end begins 30 visits an hour, over all nodes and addresses', async () => {
	const { id, link } = await newLink(fleet, { customer: 'C-1001' });
	const pressing = Array.from({ length: count + 10 }, (_, n) =>
		new Visitor(fleet, n % 2).post(link)
	);
	const statuses = (await Promise.all(pressing)).map(({ status }) => status);
	expect(statuses.filter((status) => status === 303)).toHaveLength(count);
	expect(statuses.filter((status) => status === 429)).toHaveLength(10);
	expect(await visitsOf(id)).toHaveLength(count);

	const refused = await new Visitor(fleet).post(link);
	expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
	expect(refused.body).toContain('There were too many requests');
	// Looking is free, and so is another customer's link.
	expect((await new Visitor(fleet).get(link)).status).toBe(200);
	const other = await newLink(fleet, { customer: 'C-1002' });
	await press(new Visitor(fleet), other.link);
});

test('changing the language to and fro is counted with them, and leaves no more behind', async () => {
	const { link } = await newLink(fleet, { customer: 'C-1003' });
	const visitor = new Visitor(fleet);
	const path = await press(visitor, link);
	for (let pressed = 1; pressed < count; pressed += 1) {
		const at = pressed % 2 ? path : link;
		const language = pressed % 2 ? 'de' : 'en';
		expect((await visitor.post(`${at}/language`, { language })).status).toBe(303);
	}
	const before = await fingerprint(fleet.db);
	for (const at of [link, path])
		expect((await visitor.post(`${at}/language`, { language: 'ar' })).status).toBe(429);
	const after = await fingerprint(fleet.db);
	expect(after).toEqual({ ...before, visits: after['visits'] });
	// The visit goes on.
	expect((await visitor.get(`${path}/verify`)).status).toBe(200);
});
