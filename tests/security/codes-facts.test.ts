import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../support/servers.ts';
import { inParallel } from './links.ts';
import { BEHIND_PROXY, KNOWN, newLink, press, publishKnown, said, Visitor } from './visitor.ts';

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ env: BEHIND_PROXY });
	await publishKnown(fleet);
});
afterAll(() => fleet.close());

test('C10: wrong facts give one answer in one time, whichever was wrong, three times a link', async () => {
	const people = ['C-1007', 'C-1008', 'C-1010', 'C-1011', 'C-1012', 'C-1013', 'C-1014', 'C-1015'];
	const times: Record<string, number[]> = { birth: [], postcode: [], both: [] };
	const answers = await inParallel(people, 1, async (customer) => {
		const { birthDate, address } = await fleet.core.customer(customer);
		const { link } = await newLink(fleet, { workflow: KNOWN, customer });
		const visitor = new Visitor(fleet);
		const path = await press(visitor, link);
		const right = { 'fact.birth_date': birthDate, 'fact.postcode': address.postcode };
		const tries = {
			birth: { ...right, 'fact.birth_date': '1901-01-01' },
			postcode: { ...right, 'fact.postcode': '00000' },
			both: { 'fact.birth_date': '1901-01-01', 'fact.postcode': '00000' }
		};
		const seen = [];
		for (const [name, form] of Object.entries(tries)) {
			const start = performance.now();
			const answer = await visitor.post(`${path}/verify?/facts`, form);
			times[name]!.push(performance.now() - start);
			seen.push(said(answer));
		}
		seen.push(said(await visitor.post(`${path}/verify?/facts`, right)));
		return seen;
	});
	for (const seen of answers)
		expect(seen).toEqual(['no-match', 'no-match', 'no-tries-left', 'not-asked']);
	const fastest = Object.values(times).map((list) => Math.min(...list));
	expect(Math.max(...fastest) / Math.min(...fastest)).toBeLessThan(2);
});

test('C10: over all links of a person there are five tries a day', async () => {
	const customer = 'C-1016';
	const seen = [];
	for (let links = 0; links < 3; links++) {
		const { link } = await newLink(fleet, { workflow: KNOWN, customer });
		const visitor = new Visitor(fleet);
		const path = await press(visitor, link);
		for (let count = 0; count < 2; count++)
			seen.push(said(await visitor.post(`${path}/verify?/facts`, { 'fact.postcode': '00000' })));
	}
	expect(seen).toEqual([...Array<string>(5).fill('no-match'), 'not-asked']);
});

test('C10: with the link alone, where a code comes first, facts are no oracle and lock nobody out', async () => {
	const customer = 'C-1017';
	const { birthDate, address } = await fleet.core.customer(customer);
	const { link, id } = await newLink(fleet, { customer });
	const stranger = new Visitor(fleet);
	const path = await press(stranger, link);
	const right = { 'fact.birth_date': birthDate, 'fact.postcode': address.postcode };
	const forms: Record<string, string>[] = [right, {}, {}, { next: 'do/pay-now' }];
	for (const form of [...forms, { ...right, next: 'receipt' }])
		expect(said(await stranger.post(`${path}/verify?/facts`, form))).toBe('not-asked');
	const { state } = await fleet.db
		.selectFrom('cases')
		.select('state')
		.where('id', '=', id)
		.executeTakeFirstOrThrow();
	expect(state).toMatchObject({ failures: { 'known-facts': 0 }, exceptions: [] });
	expect((await stranger.get(`${path}/verify?said=not-asked`)).body).toContain('?/send');
});
