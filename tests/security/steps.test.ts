import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../support/servers.ts';
import { fingerprint, NO_JOBS } from './tables.ts';
import { BEHIND_PROXY, enter, newLink, press, Visitor } from './visitor.ts';

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ env: { ...BEHIND_PROXY, ...NO_JOBS } });
});
afterAll(() => fleet.close());

/** A customer on the review page of `pay-now`, and what its form would send. */
async function reviewing(link: string) {
	const visitor = new Visitor(fleet);
	const inside = await enter(fleet, visitor, link);
	const { location } = await visitor.post(`${inside}/do/pay-now?/start`);
	const page = await visitor.get(location!);
	const shown = /name="shown"[^>]*value="([^"]+)"/.exec(page.body)![1]!;
	return { visitor, inside, draft: location!.split('/').at(-1)!, shown };
}

test('F4: without a proof no step of an action is done, not even with what another visit has prepared', async () => {
	const { link } = await newLink(fleet, { customer: 'C-1001' });
	const owner = await reviewing(link);
	const stranger = new Visitor(fleet);
	const visit = await press(stranger, link);
	const before = await fingerprint(fleet.db);
	const { draft, shown } = owner;
	const steps: [string, Record<string, string>][] = [
		[`${visit}/do/pay-now?/start`, {}],
		[`${visit}/do/pay-later?/start`, {}],
		[`${visit}/do/pay-later?/save`, { day: '2026-12-01' }],
		[`${visit}/review/${draft}`, { shown }],
		[`${visit}/question`, { answer: '1' }]
	];
	for (const [path, form] of steps) {
		const { status, location } = await stranger.post(path, form);
		expect([path, status, location]).toEqual([
			path,
			303,
			expect.stringMatching(`^${visit}/verify`) as string
		]);
	}
	// Nor is it by the owner's address with the stranger's cookie, or with none.
	const [, own] = [...stranger.cookies][0]!;
	for (const cookie of [`__Host-v-${owner.inside.split('/')[2]}=${own}`, '']) {
		const bare = new Visitor(fleet);
		const sent = await bare.post(`${owner.inside}/review/${draft}`, { shown }, { cookie });
		expect(sent.location).toBe('/gone');
	}
	for (const page of ['', '/do/pay-now', `/review/${draft}`, '/receipt', '/question']) {
		const { status, body } = await stranger.get(`${visit}${page}`);
		expect([page, status]).toEqual([page, 303]);
		expect(body).not.toContain('33.63');
	}
	const after = await fingerprint(fleet.db);
	expect({ ...after, visits: '' }).toEqual({ ...before, visits: '' });
	// With the proof the same press does it.
	const done = await owner.visitor.post(`${owner.inside}/review/${draft}`, { shown });
	expect(done.location).toMatch(/\/receipt$/);
	expect((await fingerprint(fleet.db))['submissions']).not.toBe(before['submissions']);
});

test('F4: what was not started is not confirmed, and what has ended is not begun again', async () => {
	const { id, link } = await newLink(fleet, { customer: 'C-1002' });
	const { visitor, inside, draft, shown } = await reviewing(link);
	const made = '01900000-0000-7000-8000-000000000000';
	for (const [of, sight] of [
		[made, shown],
		[draft, ''],
		[draft, 'x'.repeat(shown.length)]
	])
		await visitor.post(`${inside}/review/${of}`, { shown: sight! });
	const submissions = () =>
		fleet.db.selectFrom('submissions').select('id').where('case_id', '=', id).execute();
	expect(await submissions()).toEqual([]);
	await visitor.post(`${inside}/review/${draft}`, { shown });
	expect(await submissions()).toHaveLength(1);
	// Another action beside the one that is under way is neither begun nor confirmed.
	for (const press of ['do/pay-now?/start', 'do/pay-later?/start', `review/${draft}`])
		await visitor.post(`${inside}/${press}`, { shown });
	expect(await submissions()).toHaveLength(1);
});
