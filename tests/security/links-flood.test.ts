import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LINK } from '../../src/lib/domain/identity/limits.ts';
import { eventually } from '../support/customer.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { type Flooder, startFlooder } from './flooding.ts';
import { percentile } from './links.ts';
import { fingerprint, settled } from './tables.ts';
import { BEHIND_PROXY, newAddress, newLink, Visitor } from './visitor.ts';

const AMOUNT = process.env.TAPDONE_TEST_LONG ? 1_000_000 : 8_000;
/** Customers who open their links all the time. */
const CUSTOMERS = ['C-1001', 'C-1002'];
/** Flood and calm in turn, so that what else the machine does meets both. */
const TURNS = 6;
const FLOOD_OF_TURN = 1_000;
const PAGES_OF_TURN = 50;
/** The 99th percentile of real customers' pages in a flood, as a share of that without. */
const MOST_SLOWER = 5;
/** Measured again when something else on this machine was in the way. */
const MOST_ROUNDS = 3;

let fleet: Fleet;
let flooder: Flooder;
beforeAll(async () => {
	fleet = await startFleet({ env: { ...BEHIND_PROXY, TAPDONE_ACCESS_LOG: 'off' } });
	flooder = startFlooder();
});
afterAll(async () => {
	await flooder.close();
	await fleet.close();
});

interface Seen {
	status: number;
	ms: number;
}

/** Opens the link until it is enough; how long each took. */
async function look(
	{ visitor, link }: { visitor: Visitor; link: string },
	isEnough: (seen: Seen[]) => boolean
): Promise<Seen[]> {
	const seen: Seen[] = [];
	while (!isEnough(seen)) {
		const start = performance.now();
		const { status } = await visitor.get(link);
		seen.push({ status, ms: performance.now() - start });
	}
	return seen;
}

test(
	`A8: ${AMOUNT} random links from one address are refused, and others are served meanwhile`,
	{ timeout: 1_800_000 },
	async () => {
		const source = newAddress();
		const customers = await Promise.all(
			CUSTOMERS.map(async (customer) => {
				const { link } = await newLink(fleet, { customer });
				return { visitor: new Visitor(fleet), link };
			})
		);
		const lookAll = async (isEnough: (seen: Seen[]) => boolean): Promise<Seen[]> =>
			(await Promise.all(customers.map((one) => look(one, isEnough)))).flat();
		const inCalm = () => lookAll((seen) => seen.length === PAGES_OF_TURN);
		/** What customers see of it, and what became of it. */
		async function inFlood(amount: number, perSecond?: number) {
			const running = { flood: true };
			const { url } = fleet.servers[0]!;
			const flooding = flooder
				.flood({ url, source, amount, ...(perSecond && { perSecond }) })
				.finally(() => (running.flood = false));
			const seen = await lookAll((pages) => !running.flood && pages.length > 0);
			return { seen, ...(await flooding) };
		}
		await settled(fleet.db);
		await inCalm();
		const rows = await fingerprint(fleet.db);

		const started = performance.now();
		// As fast as it goes: then whoever comes waits for those before, and it is too fast to measure.
		const all = [await inFlood(AMOUNT - TURNS * FLOOD_OF_TURN)];
		const perSecond = Math.ceil((AMOUNT - TURNS * FLOOD_OF_TURN) / all[0]!.duration / 2);
		const measured: { ratio: number; pages: number }[] = [];
		while (measured.length < MOST_ROUNDS && !measured.some(({ ratio }) => ratio <= MOST_SLOWER)) {
			const calm: number[] = [];
			const flooded: number[] = [];
			for (let turn = 0; turn < TURNS; turn++) {
				calm.push(...(await inCalm()).map(({ ms }) => ms));
				const one = await inFlood(FLOOD_OF_TURN, perSecond);
				flooded.push(...one.seen.map(({ ms }) => ms));
				all.push(one);
			}
			const ratio = percentile(flooded, 0.99) / percentile(calm, 0.99);
			measured.push({ ratio, pages: flooded.length });
		}
		const seconds = (performance.now() - started) / 1000;

		const count = (status: string) =>
			all.reduce((sum, { statuses }) => sum + (statuses[status] ?? 0), 0);
		const { count: burst, minutes } = LINK.wrongPerSource;
		// The bucket fills on while the flood lasts.
		const most = burst * (1 + (seconds + 1) / (60 * minutes));
		expect(count('404')).toBeGreaterThanOrEqual(burst);
		expect(count('404')).toBeLessThanOrEqual(most);
		// The client forgets a few whenever it opens a new connection.
		expect(count('404') + count('429')).toBeGreaterThan(AMOUNT * 0.95);
		for (const { statuses, errors } of all) {
			expect(errors).toBe(0);
			expect(Object.keys(statuses).filter((one) => one !== '404' && one !== '429')).toEqual([]);
		}

		// Nothing was written for it, nobody else is refused, and nobody waits much longer.
		expect(await fingerprint(fleet.db)).toEqual(rows);
		expect(new Set(all.flatMap(({ seen }) => seen.map(({ status }) => status)))).toEqual(
			new Set([200])
		);
		for (const { ratio, pages } of measured)
			console.log(
				`flood: with ${perSecond} made-up links a second the slowest hundredth of ${pages} pages takes ${ratio.toFixed(1)} times as long as without`
			);
		expect(Math.min(...measured.map(({ ratio }) => ratio))).toBeLessThanOrEqual(MOST_SLOWER);

		const attacker = new Visitor(fleet);
		attacker.source = source;
		const refused = await eventually(async () => {
			const answer = await attacker.get(`/l/a${randomBytes(39).toString('base64url')}`);
			return answer.status === 429 && answer;
		});
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
		expect((await attacker.get(customers[0]!.link)).status).toBe(200);
	}
);

test('A8: what a caller writes into X-Forwarded-For does not make another source of it', async () => {
	const attacker = new Visitor(fleet);
	const statuses: number[] = [];
	// The bucket fills on, a link a second: on a slow machine it takes more of them.
	while (statuses.at(-1) !== 429 && statuses.length < 10 * LINK.wrongPerSource.count) {
		const { status } = await attacker.get(`/l/a${randomBytes(39).toString('base64url')}`, {
			'x-forwarded-for': `203.0.113.${statuses.length % 256}, ${attacker.source}`
		});
		statuses.push(status);
	}
	expect(statuses[0]).toBe(404);
	expect(statuses.at(-1)).toBe(429);
});
