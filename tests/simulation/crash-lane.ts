import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { sweep } from '../../src/lib/server/flows/sweep.ts';
import { type Fleet, type Server, startFleet } from '../support/servers.ts';
import { moveClock } from './clock.ts';
import { CALLED_BACK } from './crash-providers.ts';
import type { Checked } from './invariants.ts';

/** Jobs that wait are due sooner; those of a dead node stay with it, as for its heartbeat's time. */
const MOVE_JOBS =
	"update pgboss.job set start_after = start_after - $t where state in ('created', 'retry')";
/** After a request that got no answer, for so long its process is taken to be dying. */
const DEATH_POLLS = 1_000;
/** Longer than any lease, and than the time between two codes. */
const AFTER_A_CRASH = 130;

export interface Crash {
	point: string;
	/** What was going on. */
	journey: string;
}

export type Lane = Awaited<ReturnType<typeof startLane>>;

/**
 * One database, one demo core, one process of the production build after the other: each is armed
 * with the next point, dies there, and the next one has to go on with what it left.
 */
export async function startLane(points: string[]) {
	const audit = mkdtempSync(join(tmpdir(), 'tapdone-crash-'));
	const fleet: Fleet = await startFleet({
		count: 0,
		env: {
			TAPDONE_TRUSTED_HOPS: '1',
			TAPDONE_OUTREACH_LIMITS: 'on',
			TAPDONE_AUDIT_DIR: audit,
			...CALLED_BACK
		}
	});
	const key = await createApiKey(fleet.parts, 'matrix', ['cases:write', 'cases:read']);
	if (!key.ok) throw new Error(key.reason);
	const waiting = [...points];
	const crashes: Crash[] = [];
	let armed: string | undefined;
	let journey = 'start';
	let server: Server | undefined;
	let reviving: Promise<void> | undefined;

	const note = () => {
		if (armed) crashes.push({ point: armed, journey });
	};

	/** The next process; one that dies while it starts has met its point there. */
	async function next(): Promise<void> {
		for (;;) {
			armed = waiting.shift();
			try {
				server = await fleet.start(armed ? { TAPDONE_CRASH_AT: armed } : {});
				return;
			} catch (error) {
				if (!armed || !/ended with null/.test(String(error))) throw error;
				note();
				await passTime(AFTER_A_CRASH);
			}
		}
	}

	async function passTime(seconds: number): Promise<void> {
		await moveClock(fleet.db, seconds, [MOVE_JOBS]);
		await sweep(fleet.parts);
	}

	async function revive(): Promise<void> {
		const died = server!;
		for (let polled = 0; !ended(died); polled += 1) {
			// A connection that was idle may be closed as it is used: the process lives, and is asked again.
			if (polled > DEATH_POLLS) return;
			await sleep(5);
		}
		if (died.process.signalCode !== 'SIGKILL')
			throw new Error(`The server ended by itself in ${journey}:\n${died.log()}`);
		note();
		// Leases run out; the sweeper of any node finds what the dead one has left.
		await passTime(AFTER_A_CRASH);
		await next();
	}

	await next();
	return {
		fleet,
		crashes,
		passTime,
		authorization: `Bearer ${key.value.token}`,
		url: () => server!.url,
		armed: () => armed,
		begin: (name: string) => void (journey = name),
		/** Sees to it that a process is there; `true` if there had to be another one. */
		async alive(): Promise<boolean> {
			if (!ended(server!)) return false;
			await (reviving ??= revive().finally(() => (reviving = undefined)));
			return true;
		},
		/** After a request that got no answer: waits until the process is dead, if it is, and gets another. */
		async lost(): Promise<void> {
			await (reviving ??= revive().finally(() => (reviving = undefined)));
		},
		async checked(personal: string, settled: boolean): Promise<Checked> {
			const effects = await fleet.core.effects();
			return {
				db: fleet.db,
				vault: fleet.vault,
				links: fleet.parts.links,
				effects: effects.map(({ reference, customer, answer }) => ({
					reference,
					customer,
					fields: answer
				})),
				personal,
				settled
			};
		},
		async close() {
			await fleet.close();
			rmSync(audit, { recursive: true, force: true });
		}
	};
}

const ended = ({ process: { exitCode, signalCode } }: Server): boolean =>
	exitCode !== null || signalCode !== null;
