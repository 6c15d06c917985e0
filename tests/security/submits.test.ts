import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from '../support/servers.ts';
import { applied, confirm, eventsOf, review, type Review, shownAt } from './submitting.ts';
import { BEHIND_PROXY, enter, newLink, press, Visitor } from './visitor.ts';

let fleet: Fleet;
beforeAll(async () => {
	fleet = await startFleet({ count: 2, env: BEHIND_PROXY });
	// Slow enough for every kind of impatience.
	const match = { method: 'POST', customer: 'C-1001' };
	await fleet.core.faults([{ match, fault: 'delay', ms: 2_000 }]);
});
afterAll(() => fleet.close());

/** One submission, one effect at the system of record, whatever was pressed. */
async function isDoneOnce({ id }: Review, customer: string): Promise<void> {
	await applied(fleet, id);
	const rows = await fleet.db
		.selectFrom('submissions')
		.select(['state'])
		.where('case_id', '=', id)
		.execute();
	expect(rows).toEqual([{ state: 'booked' }]);
	expect(await fleet.core.effects(customer)).toHaveLength(1);
	expect((await eventsOf(fleet, id)).filter((type) => type === 'submission-received')).toHaveLength(
		1
	);
}

test('K1: a double click, Enter twice, a refresh, and back and again make one submission with one receipt', async () => {
	const pressed = await review(fleet, 'C-1001');
	// A double click, over both nodes, while the core takes two seconds.
	const twice = Object.assign(new Visitor(fleet, 1), { cookies: pressed.visitor.cookies });
	const first = await Promise.all([
		...[1, 2].map(() => confirm(pressed)),
		confirm({ ...pressed, visitor: twice })
	]);
	// The browser sends the form again: refreshed, and from the page before.
	const again = await confirm(pressed);
	const back = await pressed.visitor.get(pressed.path);
	const third = await confirm(pressed);
	const receipt = `${pressed.visit}/receipt`;
	expect([...first, again, third].map(({ status, location }) => [status, location])).toEqual(
		Array(5).fill([303, receipt])
	);
	expect(back.location).toBe(receipt);
	await isDoneOnce(pressed, 'C-1001');
	const pages = await Promise.all([1, 2].map(() => pressed.visitor.get(receipt)));
	expect(pages[0]!.body).toContain('PAY-');
	expect(/PAY-\d+/.exec(pages[0]!.body)?.[0]).toBe(/PAY-\d+/.exec(pages[1]!.body)?.[0]);
});

test('K3: the same draft confirmed with another sight of it changes nothing', async () => {
	const pressed = await review(fleet, 'C-1002');
	await confirm(pressed);
	const other = await confirm({ ...pressed, shown: 'another-sight' });
	expect(other.location).toBe(`${pressed.visit}/receipt`);
	await isDoneOnce(pressed, 'C-1002');
});

test('K3: what was not seen is not submitted', async () => {
	const pressed = await review(fleet, 'C-1003');
	const { location } = await confirm({ ...pressed, shown: 'another-sight' });
	expect(location).toBe(`${pressed.path}?changed`);
	const rows = await fleet.db
		.selectFrom('submissions')
		.selectAll()
		.where('case_id', '=', pressed.id)
		.execute();
	expect(rows).toEqual([]);
});

test("K4: one customer's draft is nothing in another's visit", async () => {
	const [mine, theirs] = [await review(fleet, 'C-1004'), await review(fleet, 'C-1005')];
	const draft = theirs.path.split('/').at(-1);
	const stolen = { ...mine, path: `${mine.visit}/review/${draft}`, shown: theirs.shown };
	const { location } = await confirm(stolen);
	expect(location).toBe(`/a/${mine.visit.split('/')[2]}?more&said=no-draft`);
	expect((await mine.visitor.get(stolen.path)).body).not.toContain(theirs.shown);
	await confirm(theirs);
	await isDoneOnce(theirs, 'C-1005');
	expect(await fleet.core.effects('C-1004')).toEqual([]);
});

test('K9: a receipt is replayed only to a visit that has proved as much', async () => {
	const pressed = await review(fleet, 'C-1006');
	await confirm(pressed);
	await isDoneOnce(pressed, 'C-1006');
	const draft = pressed.path.split('/').at(-1);
	// Who only holds the link: no receipt, no review, and no answer to the same press.
	const stranger = new Visitor(fleet);
	const visit = await press(stranger, pressed.link);
	const answers = [
		await stranger.get(`${visit}/receipt`),
		await stranger.get(`${visit}/review/${draft}`),
		await stranger.post(`${visit}/review/${draft}`, { shown: pressed.shown })
	];
	for (const { location, body } of answers) {
		expect(location).toMatch(new RegExp(`^${visit}/verify`));
		expect(body).not.toMatch(/PAY-|€/);
	}
	// The visit of the customer, in another browser.
	const theirs = await stranger.get(`${pressed.visit}/receipt`);
	expect(theirs.location).toBe('/gone');
});

test('K10: two tabs that confirm two actions of one case make one submission', async () => {
	const pressed = await review(fleet, 'C-1008');
	const start = await pressed.visitor.post(`${pressed.visit}/do/pay-part?/save`, { part: '30' });
	const other = {
		...pressed,
		path: start.location!,
		shown: await shownAt(pressed.visitor, start.location!)
	};
	expect(other.path).not.toBe(pressed.path);
	const answers = await Promise.all([confirm(pressed), confirm(other)]);
	expect(answers.map(({ location }) => location)).toEqual(
		Array(2).fill(`${pressed.visit}/receipt`)
	);
	await isDoneOnce(pressed, 'C-1008');
});

test('K10: two browsers of one customer make one submission', async () => {
	const { id, link } = await newLink(fleet, { customer: 'C-1011' });
	const made: Review[] = [];
	for (const node of [0, 1]) {
		const visitor = new Visitor(fleet, node);
		await fleet.db.deleteFrom('challenges').where('case_id', '=', id).execute();
		const visit = await enter(fleet, visitor, link);
		const { location } = await visitor.post(`${visit}/do/pay-now?/start`);
		made.push({
			id,
			visitor,
			link,
			visit,
			path: location!,
			shown: await shownAt(visitor, location!)
		});
	}
	const answers = await Promise.all(made.map(confirm));
	expect(answers.map(({ location }) => location)).toEqual(
		made.map(({ visit }) => `${visit}/receipt`)
	);
	await isDoneOnce(made[0]!, 'C-1011');
});
