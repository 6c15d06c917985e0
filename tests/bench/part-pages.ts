import autocannon from 'autocannon';
import { type Browser, newAgent } from './browser.ts';
import { cpuMs } from './cpu.ts';
import { startEmpty } from './empty-server.ts';
import { openPages } from './open-pages.ts';
import type { Options } from './options.ts';
import { startStage } from './stage.ts';
import { median, printTable, ratio, rounded } from './table.ts';

interface Shot {
	/** Requests a second. */
	rate: number;
	/** Of the server's processor time, microseconds a request. */
	cpu: number;
	bytes: number;
}

/** Every customer page against the empty page, which is measured right before each of them. */
export async function benchPages(options: Options): Promise<void> {
	const empty = await startEmpty();
	const stage = await startStage();
	try {
		const pages = await openPages(stage, newAgent(options.connections));
		const pairs = new Map<string, { page: Shot; empty: Shot }[]>();
		// The first seconds of a process are its compiler's.
		await fire(empty.url, empty.pid, options);
		for (const { path, browser } of pages)
			await fire(`${stage.server.url}${path}`, undefined, options, browser);
		for (let round = 0; round < options.rounds; round += 1)
			for (const { name, path, browser } of pages) {
				const base = await fire(empty.url, empty.pid, options);
				const { url, process } = stage.server;
				const page = await fire(`${url}${path}`, process.pid, options, browser);
				pairs.set(name, [...(pairs.get(name) ?? []), { page, empty: base }]);
			}
		print(pairs, options);
	} finally {
		await stage.close();
		await empty.close();
	}
}

async function fire(
	url: string,
	pid: number | undefined,
	{ connections, seconds }: Options,
	browser?: Browser
): Promise<Shot> {
	const headers = browser && { cookie: browser.cookie, 'x-forwarded-for': browser.source };
	const before = cpuMs(pid);
	const { requests, errors, timeouts, throughput, duration } = await autocannon({
		url,
		connections,
		duration: seconds,
		headers: { accept: 'text/html', ...headers }
	});
	if (errors + timeouts > 0 || requests.total === 0) throw new Error(`${url} failed.`);
	return {
		rate: requests.total / duration,
		cpu: ((cpuMs(pid) - before) * 1000) / requests.total,
		bytes: Math.round(throughput.total / requests.total)
	};
}

function print(
	pairs: Map<string, { page: Shot; empty: Shot }[]>,
	{ connections, rounds }: Options
): void {
	const of = (shots: Shot[], pick: (shot: Shot) => number) => median(shots.map(pick));
	const line = (name: string, shots: Shot[]) => [
		name,
		String(of(shots, ({ bytes }) => bytes)),
		rounded(of(shots, ({ rate }) => rate)),
		rounded(of(shots, ({ cpu }) => cpu))
	];
	const empties = [...pairs.values()].flat().map(({ empty }) => empty);
	const rows = [...pairs].map(([name, both]) => [
		...line(
			name,
			both.map(({ page }) => page)
		),
		ratio(median(both.map(({ page, empty }) => page.rate / empty.rate))),
		ratio(median(both.map(({ page, empty }) => empty.cpu / page.cpu)))
	]);
	printTable(
		`Pages against an empty SvelteKit page, ${connections} connections, median of ${rounds} rounds`,
		['page', 'bytes', 'requests/s', 'CPU µs', 'of empty, requests', 'of empty, by CPU'],
		[[...line('empty page', empties), ratio(1), ratio(1)], ...rows]
	);
}
