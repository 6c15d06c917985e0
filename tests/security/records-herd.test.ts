import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sideBySide } from '../../src/lib/domain/writeback/breaker.ts';
import { eventually } from '../support/customer.ts';
import { type Fleet, startFleet } from '../support/servers.ts';
import { startTcpProxy, type TcpProxy, type Wire } from '../support/tcp-proxy.ts';
import { parkPayments, unhurried } from './parked.ts';

const LONG = Boolean(process.env.TAPDONE_TEST_LONG);
const PARKED = LONG ? 50_000 : 250;
const NODES = 2;
/** Calls at once of one connection and process, as it is without a setting. */
const BULKHEAD = 8;
const FULL_BREAKER = 20;

let fleet: Fleet;
let line: TcpProxy;
/** Calls that are out unanswered, and how many that were at each new one, by the clock of all. */
const out = new Set<Wire>();
const seen: { at: number; out: number }[] = [];
let answers = 0;
let beforeFirstAnswer = 0;

beforeAll(async () => {
	fleet = await startFleet({ count: 0 });
	line = await startTcpProxy(
		{ port: Number(new URL(fleet.core.url).port) },
		{
			onAsk(chunk, wire) {
				if (!/^(GET|POST) /.test(chunk.toString('latin1', 0, 5))) return;
				out.add(wire);
				seen.push({ at: Date.now(), out: out.size });
				if (answers === 0) beforeFirstAnswer += 1;
			},
			onAnswer(_, wire) {
				answers += 1;
				out.delete(wire);
			}
		}
	);
});
afterAll(async () => {
	await fleet.close();
	await line.close();
});

/** Makes everything that is parked due now, as if its time had come, and the probe with it. */
async function letTimePass(): Promise<void> {
	const { db } = fleet;
	// What somebody works on right now comes again by itself.
	await unhurried(
		db,
		sql`update writebacks set next_at = now() where id in
			(select id from writebacks where state = 'pending' for update skip locked)`
	);
	await sql`update connections set probe_at = now()`.execute(db);
	await unhurried(
		db,
		sql`update pgboss.job set start_after = now() where name = 'apply-writeback' and id in
			(select id from pgboss.job where name = 'apply-writeback'
				and state in ('created', 'retry') for update skip locked)`
	);
}

const states = async (): Promise<Record<string, number>> => {
	const rows = await fleet.db
		.selectFrom('writebacks')
		.select(['state', (eb) => eb.fn.countAll<number>().as('count')])
		.groupBy('state')
		.execute();
	return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
};

const breaker = () => fleet.db.selectFrom('connections').selectAll().executeTakeFirst();

test(
	`N13: ${PARKED} that were parked in an outage come back through one probe, then few by few, the oldest first, each once`,
	{ timeout: LONG ? 7_200_000 : 300_000 },
	async () => {
		const parked = await parkPayments(fleet, PARKED);
		await line.down();
		const url = `http://127.0.0.1:${line.port}`;
		const { token } = fleet.core;
		const records = { 'demo-core': { baseUrl: url, token, allowHttp: true, allowPrivate: true } };
		for (let node = 0; node < NODES; node++)
			await fleet.start({ TAPDONE_RECORDS: JSON.stringify(records) });

		// The breaker opens, operations are told, and everything waits without using up its tries.
		const told = fleet.db.selectFrom('alerts').select(['kind', 'subject']);
		await eventually(() => told.executeTakeFirst());
		expect((await breaker())?.opened_at).toBeInstanceOf(Date);
		if (!LONG)
			await eventually(async () => {
				const { rows } = await sql<{ all: boolean }>`select bool_and(next_at > now()
					and lease_until is null) as all from writebacks`.execute(fleet.db);
				return rows[0]?.all;
			});
		expect(await told.execute()).toEqual([{ kind: 'breaker-open', subject: 'demo-core' }]);
		const { tries } = await fleet.db
			.selectFrom('writebacks')
			.select((eb) => eb.fn.sum<number>('failures').as('tries'))
			.executeTakeFirstOrThrow();
		expect(Number(tries)).toBeLessThanOrEqual(FULL_BREAKER + NODES * BULKHEAD);
		expect((await states())['applied']).toBeUndefined();

		// It comes back: the probe is the only call until it is answered.
		out.clear();
		await fleet.core.faults([{ match: {}, fault: 'delay', ms: 300 }]);
		await line.up();
		await letTimePass();
		await eventually(() => Promise.resolve(answers > 0));
		expect(beforeFirstAnswer).toBe(1);
		await fleet.core.faults([{ match: {}, fault: 'delay', ms: 20 }]);
		const since = await eventually(async () => (await breaker())?.closed_at);
		await eventually(async () => (await states())['applied'] === PARKED);

		// Never more side by side, over both nodes, than the rule of that moment says.
		const recovery = seen.filter(({ at }) => at >= since.getTime());
		expect((await breaker())?.closed_at).toEqual(since);
		const most = ({ at }: { at: number }) =>
			Math.min(sideBySide({ closedAt: since }, new Date(at)), 2 * NODES * BULKHEAD);
		const tooMany = recovery.filter((one) => one.out > most(one));
		expect(tooMany).toEqual([]);

		const effects = await fleet.core.effects();
		expect(effects).toHaveLength(PARKED);
		expect(new Set(effects.map(({ reference }) => reference)).size).toBe(PARKED);
		const age = new Map(parked.map((reference, place) => [reference, place]));
		const moved = effects.map(({ reference }, place) => Math.abs(age.get(reference)! - place));
		const mean = moved.reduce((sum, by) => sum + by, 0) / PARKED;
		const atOnce = Math.max(...recovery.map((one) => one.out));
		const seconds = (recovery.at(-1)!.at - since.getTime()) / 1000;
		console.log(
			`herd: ${PARKED} in ${seconds.toFixed(0)} s, at most ${atOnce} side by side, out of place by ${mean.toFixed(1)} on average`
		);
		// By chance it would be a third of all.
		expect(mean).toBeLessThan(PARKED / 20);
	}
);
