import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { type Call, makeReady, PROVIDERS, sendgridBatch, twilioStatus } from './callbacks.ts';
import { sql } from 'kysely';
import { cpuMs, databaseCpuMs } from './cpu.ts';
import { startEmpty } from './empty-server.ts';
import type { Options } from './options.ts';
import { flagsFor, printProfile, readProfile } from './profile.ts';
import { startStage, type Stage } from './stage.ts';
import { median, printTable, ratio, rounded } from './table.ts';

/** Events of one call: SendGrid gathers them for a moment. */
const BATCH = 20;

interface Provider {
	name: string;
	path: string;
	/** Callbacks that one call carries. */
	carries: number;
	call: () => Call;
	/** Calls that are made ready for each second: about as many as are taken. */
	ready: number;
}

interface Shot {
	/** Calls a second. */
	rate: number;
	/** Of the server's processor time, microseconds a call. */
	cpu: number;
	calls: number;
}

type Empty = Awaited<ReturnType<typeof startEmpty>>;

interface Pair {
	hook: Shot;
	empty: Shot;
	/** Of PostgreSQL's processor time, microseconds a call. */
	database: number;
}

/**
 * Callbacks that are accepted, which is stored, each with a true signature and an id of its own,
 * against an endpoint that reads the same calls and does nothing. Working them is not in it.
 */
export async function benchCallbacks(options: Options): Promise<void> {
	const empty = await startEmpty();
	const stage = await startStage({ ...PROVIDERS, TAPDONE_ROLE: 'web' });
	try {
		const rows: string[][] = [];
		for (const provider of providersOf(stage)) {
			const pairs: Pair[] = [];
			await warmUp(stage, empty, provider, options);
			for (let round = 0; round < options.rounds; round += 1)
				pairs.push(await measure(stage, empty, provider, options));
			rows.push(lineOf(provider, pairs));
		}
		printTable(
			`Callbacks against an empty SvelteKit endpoint, ${options.callers} connections, median of ${options.rounds} rounds`,
			[
				'',
				'callbacks/s',
				'calls/s',
				'empty calls/s',
				'ratio',
				'CPU µs',
				'empty µs',
				'by CPU',
				'PostgreSQL µs'
			],
			rows
		);
		if (options.profile) await profile(stage, options);
	} finally {
		await stage.close();
		await empty.close();
	}
}

/** Both have had the same number of calls before the clock runs: the compilers' time is not in it. */
async function warmUp(stage: Stage, empty: Empty, provider: Provider, options: Options) {
	const amount = provider.ready * 4;
	const ready = makeReady(provider.call, amount);
	await fire(`${empty.url}/hook`, undefined, ready.any, { ...options, amount });
	await fire(`${stage.server.url}${provider.path}`, undefined, ready.fresh, { ...options, amount });
}

/** One round: the empty endpoint, then ours, with the same calls. */
async function measure(
	stage: Stage,
	empty: Empty,
	provider: Provider,
	options: Options
): Promise<Pair> {
	const ready = makeReady(provider.call, provider.ready * options.seconds);
	const base = await fire(`${empty.url}/hook`, empty.pid, ready.any, options);
	const before = await stored(stage);
	const backend = await backendOf(stage);
	const spent = databaseCpuMs(backend);
	const { url, process } = stage.server;
	const hook = await fire(`${url}${provider.path}`, process.pid, ready.fresh, options);
	const database = ((databaseCpuMs(backend) - spent) * 1000) / hook.calls;
	await mustHold(stage, before, hook.calls * provider.carries);
	return { hook, empty: base, database };
}

/** Each provider once more on a process that writes down where its time goes. */
async function profile(stage: Stage, options: Options): Promise<void> {
	for (const provider of providersOf(stage)) {
		const folder = mkdtempSync(join(tmpdir(), 'tapdone-bench-'));
		try {
			const { url } = await stage.restart({ NODE_OPTIONS: flagsFor(folder) });
			const { calls } = await fire(`${url}${provider.path}`, undefined, provider.call, options);
			await stage.restart();
			console.log(`\n${provider.name}`);
			printProfile(readProfile(folder), calls, 'call');
		} finally {
			rmSync(folder, { recursive: true });
		}
	}
}

const providersOf = ({ origin }: Stage): Provider[] => [
	{
		name: 'Twilio, one status a call',
		path: '/hooks/twilio',
		carries: 1,
		ready: 10_000,
		call: () => twilioStatus(`${origin}/hooks/twilio`)
	},
	{
		name: `SendGrid, ${BATCH} events a call`,
		path: '/hooks/sendgrid',
		carries: BATCH,
		ready: 2_000,
		call: () => sendgridBatch(BATCH)
	}
];

async function fire(
	url: string,
	pid: number | undefined,
	next: () => Call,
	{ callers, seconds, amount }: Options & { amount?: number }
): Promise<Shot> {
	const before = cpuMs(pid);
	const answer = await autocannon({
		url,
		connections: callers,
		...(amount === undefined ? { duration: seconds } : { amount }),
		requests: [{ method: 'POST', setupRequest: (request) => ({ ...request, ...next() }) }]
	});
	const { requests, errors, timeouts, non2xx, duration } = answer;
	if (errors + timeouts + non2xx > 0 || requests.total === 0)
		throw new Error(`${url} answered ${non2xx} calls with a no, and failed ${errors} times.`);
	return {
		rate: requests.total / duration,
		cpu: ((cpuMs(pid) - before) * 1000) / requests.total,
		calls: requests.total
	};
}

async function backendOf({ parts }: Stage): Promise<number> {
	const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(parts.db);
	return rows[0]!.pid;
}

async function stored({ parts }: Stage): Promise<number> {
	const { count } = await parts.db
		.selectFrom('provider_events')
		.select(({ fn }) => fn.countAll<string>().as('count'))
		.executeTakeFirstOrThrow();
	return Number(count);
}

/** What was answered with a yes is there; a call that the clock cut off may be there as well. */
async function mustHold(stage: Stage, before: number, accepted: number): Promise<void> {
	const now = await stored(stage);
	if (now - before < accepted) throw new Error(`${accepted} accepted, ${now - before} stored.`);
}

function lineOf({ name, carries }: Provider, pairs: Pair[]): string[] {
	const of = (pick: (pair: Pair) => number) => median(pairs.map(pick));
	return [
		name,
		rounded(of(({ hook }) => hook.rate * carries)),
		rounded(of(({ hook }) => hook.rate)),
		rounded(of(({ empty }) => empty.rate)),
		ratio(of(({ hook, empty }) => hook.rate / empty.rate)),
		rounded(of(({ hook }) => hook.cpu)),
		rounded(of(({ empty }) => empty.cpu)),
		ratio(of(({ hook, empty }) => empty.cpu / hook.cpu)),
		rounded(of(({ database }) => database))
	];
}
