import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SENDS } from '../../src/lib/domain/identity/limits.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { inParallel } from './links.ts';
import { BEHIND_PROXY, enter, newLink, press, said, tally, Visitor } from './visitor.ts';

const PUMPED = 1_000;
const WIDTH = 6;
const { unverified, minutes } = SENDS.perPrefix;

let fleet: Fleet;
let links: { link: string }[];
beforeAll(async () => {
	fleet = await startFleet({ count: 2, env: { ...BEHIND_PROXY, TAPDONE_ROLE: 'web' } });
	const somebody = await fleet.core.customer('C-1001');
	const numbers = Array.from({ length: PUMPED }, (_, place) => String(place).padStart(3, '0'));
	links = await inParallel(numbers, WIDTH, async (last) => {
		const customer = `P-${last}`;
		await fleet.core.put({ ...somebody, id: customer, phone: `+33612000${last}`, whatsapp: null });
		return newLink(fleet, { customer });
	});
}, 300_000);
afterAll(() => fleet.close());

/** The window of the database's clock: one that ends while the test runs begins another count. */
async function windowNow(): Promise<number> {
	const { rows } = await sql<{ number: number }>`
		select floor(extract(epoch from now()) / ${minutes * 60})::int as number`.execute(fleet.db);
	return rows[0]!.number;
}

/** A press of a browser of its own, from an address of its own, and the wish for a code. */
async function pump({ link }: { link: string }, place: number): Promise<string> {
	const visitor = new Visitor(fleet, place % 2);
	const path = await press(visitor, link);
	const answer = await visitor.post(`${path}/verify?/send`, { channel: 'sms' });
	return answer.location === `${path}/verify` ? 'sent' : said(answer);
}

test('R1: of 1,000 codes asked for on 1,000 links to numbers in a row 50 are sent, the rest of the world goes on', async () => {
	const before = await windowNow();
	const places = links.map((link, place) => ({ link, place }));
	const answers = await inParallel(places, WIDTH, ({ link, place }) => pump(link, place));
	const windows = (await windowNow()) - before + 1;

	const { sent = 0, limited = 0, ...rest } = tally(answers);
	expect(rest).toEqual({});
	expect(sent + limited).toBe(PUMPED);
	expect(sent).toBeGreaterThanOrEqual(unverified);
	expect(sent).toBeLessThanOrEqual(unverified * windows);
	if (windows === 1) {
		const early = answers.slice(0, unverified + WIDTH);
		expect(early.filter((answer) => answer === 'sent')).toHaveLength(unverified);
	}

	// What the provider would be given, and bill.
	const codes = await fleet.db
		.selectFrom('messages')
		.select('id')
		.where('class', '=', 'code')
		.execute();
	expect(codes).toHaveLength(sent);
	const alerts = await fleet.db.selectFrom('alerts').select(['kind', 'subject']).execute();
	expect(alerts).toEqual([{ kind: 'send-limit', subject: 'sends-prefix-33612' }]);

	const { link } = await newLink(fleet, { customer: 'C-1001' });
	await enter(fleet, new Visitor(fleet), link);
}, 300_000);
