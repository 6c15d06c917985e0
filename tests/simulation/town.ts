import { setTimeout as sleep } from 'node:timers/promises';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { handlersOf } from '../../src/lib/server/jobs/handlers.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import type { FaultPicker } from '../support/memory-faults.ts';
import { createMemoryRecords } from '../support/memory-records.ts';
import { createRandom } from '../support/random.ts';
import { addStaffMember } from '../support/staff.ts';
import { moveClock } from './clock.ts';
import { createJobsTable, createUnreliableJobs, type Job, MOVE_JOBS } from './jobs.ts';
import { NodeDied, startNodes } from './node.ts';
import { createPhones } from './phones.ts';

/** Two nodes wait for one lock a second; then one of them gives up and its caller tries again. */
const CONTENTION = new Set(['55P03', '40P01']);

/** How often things go wrong, of one. */
const WRITES_FAIL = 0.35;
const READS_FAIL = 0.08;
/** For whom it went wrong once, it goes wrong again: one trouble on top of the other. */
const TROUBLE_STAYS = 0.5;
const NODE_DIES = 0.008;
/** The whole system of record, from one jump of the time to the next. */
const SYSTEM_DOWN = 0.06;
/** Nodes' clocks stand apart, by more than facts count as fresh. */
const SKEW_MS = 61_000;

/** What is heard of a system that is down. */
const DOWN = new Set<string>(['not-applied-timeout', 'unavailable']);

export type Town = Awaited<ReturnType<typeof startTown>>;

/** Nodes, phones, jobs and a system of record of one seed, all of them unreliable until healed. */
export async function startTown(seed: string, nodes = 3) {
	const random = createRandom(seed);
	const counts: Record<string, number> = {};
	const count = (what: string) => void (counts[what] = (counts[what] ?? 0) + 1);
	let healed = false;
	let down = false;
	let skew = 0;
	let running = 0;
	const realNow = Date.now.bind(Date);
	Date.now = () => realNow() + skew;

	// Each call has numbers of its own, so that the order in which nodes get there changes nothing.
	const asked = new Map<string, number>();
	const troubled = new Set<string>();
	const pick: FaultPicker = (call, faults) => {
		const time = (asked.get(call) ?? 0) + 1;
		asked.set(call, time);
		const own = random.fork(`${call} ${time}`);
		if (down) return faults.find((name) => DOWN.has(name)) ?? null;
		const usual = call.startsWith('read') ? READS_FAIL : WRITES_FAIL;
		if (healed || !own.chance(troubled.has(call.split(' ')[1]!) ? TROUBLE_STAYS : usual))
			return null;
		const sleepy = faults.filter((name) => name.includes('frozen'));
		const fault = own.one(own.chance(0.2) && sleepy.length ? sleepy : faults);
		troubled.add(call.split(' ')[1]!);
		count(`${call.split(' ')[0]}: ${fault}`);
		return fault;
	};
	const records = createMemoryRecords(pick);
	const jobs = createUnreliableJobs(random.fork('jobs'));
	const phones = createPhones(random.fork('phones'));
	const started = await startNodes(nodes, { jobs, records, channels: phones });
	const { database, parts } = started;
	await createJobsTable(database.db);
	const staff = { db: database.db, vault: parts[0]!.vault };
	const { principal: agent } = await addStaffMember(staff, { roles: ['operations'] });

	/** One piece of work on one node; it may die at any point, and everything of it is gone. */
	async function run<Value>(
		name: string,
		work: (parts: Parts) => Promise<Value>
	): Promise<Value | null> {
		const own = random.fork(name);
		const node = parts[own.between(0, parts.length - 1)]!;
		const crash = (point: string) => {
			if (healed || !own.chance(NODE_DIES)) return;
			count('node died');
			throw new NodeDied(point);
		};
		running += 1;
		try {
			return await work({ ...node, crash });
		} catch (error) {
			if (error instanceof NodeDied) return null;
			if (!CONTENTION.has((error as { code?: string }).code ?? '')) throw error;
			count('contention');
			return null;
		} finally {
			running -= 1;
		}
	}

	let ran = 0;
	const work = (job: Job) =>
		run(`job ${(ran += 1)}`, (own) => {
			const handle = handlersOf(own)[job.queue] as (data: Job['data']) => Promise<void>;
			return handle(job.data);
		});

	return {
		agent,
		db: database.db,
		vault: parts[0]!.vault,
		links: parts[0]!.links,
		random,
		counts,
		count,
		records,
		phones,
		jobs,
		run,
		/** Pieces of work under way that are not frozen. */
		working: () => running - records.held(),
		work,
		/** Only while nobody works but those who are frozen. */
		async passTime(seconds: number) {
			await moveClock(database.db, seconds, [MOVE_JOBS]);
			down = !healed && random.chance(SYSTEM_DOWN);
			skew = random.one([0, SKEW_MS]);
			if (down) count('system of record down');
			records.passTime(seconds);
		},
		sweep: () => run(`sweep ${(ran += 1)}`, sweep),
		heal() {
			healed = true;
			down = false;
			jobs.heal();
			phones.heal();
		},
		/** Lets everything run that is due, and time pass, until nothing is. */
		async drain() {
			for (let round = 0; round < 40; round += 1) {
				await this.passTime(round < 5 ? 120 : 30 * 3600);
				await this.sweep();
				let some = 0;
				for (;;) {
					const due = await jobs.take(database.db, 10);
					if (due.length === 0) break;
					some += due.length;
					await Promise.all(due.map(work));
				}
				// Who was frozen has gone on meanwhile.
				await sleep(1);
				if (some === 0 && round > 12) return;
			}
		},
		async close() {
			Date.now = realNow;
			await started.close();
		}
	};
}
