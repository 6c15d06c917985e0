import pg from 'pg';
import { newAgent } from './browser.ts';
import { fill } from './fill.ts';
import { invite } from './invited.ts';
import { travel } from './journey.ts';
import { timed } from './many.ts';
import type { Options } from './options.ts';
import { measure } from './part-journey.ts';
import { scans } from './plans.ts';
import { record } from './recording.ts';
import { forCase, replay } from './replay.ts';
import { startStage } from './stage.ts';
import { median, printTable, ratio, rounded } from './table.ts';

/** Journeys whose statements are timed one after the other. */
const ALONE = 50;

interface Volume {
	cases: number;
	megabytes: number;
	/** Whole journeys a second, over HTTP. */
	journeys: number;
	baseline: number;
	/** Milliseconds that a journey's statements take when nothing else runs. */
	sqlMs: number;
	/** Statements that read a large table from end to end. */
	scans: string[];
}

/** What a journey costs with few and with many cases in the tables. */
export async function benchVolume(options: Options): Promise<void> {
	const volumes: Volume[] = [];
	for (const cases of options.cases) volumes.push(await measureAt(cases, options));
	const [first] = volumes;
	if (!first) return;
	const row = (
		name: string,
		pick: (volume: Volume) => number,
		better: (share: number) => number
	) => [
		name,
		...volumes.map((volume) => rounded(pick(volume))),
		ratio(better(pick(volumes.at(-1) ?? first) / pick(first)))
	];
	const same = (share: number) => share;
	printTable(
		'A journey with that many cases in the tables',
		['', ...volumes.map(({ cases }) => cases.toLocaleString('en')), 'last : first'],
		[
			row('size of the database, MB', ({ megabytes }) => megabytes, same),
			row('journeys/s over HTTP', ({ journeys }) => journeys, same),
			row('SQL only, journeys/s', ({ baseline }) => baseline, same),
			row('SQL of one journey alone, ms', ({ sqlMs }) => sqlMs, same)
		]
	);
	for (const { cases, scans } of volumes) {
		const said = scans.length === 0 ? 'every statement uses an index' : scans.join('\n  ');
		console.log(`\n  With ${cases.toLocaleString('en')} cases: ${said}.`);
	}
}

async function measureAt(cases: number, options: Options): Promise<Volume> {
	const stage = await startStage();
	try {
		const url = stage.database.url ?? '';
		console.log(`\nFilling the tables with ${cases.toLocaleString('en')} cases …`);
		await fill(url, cases, (await stage.parts.vault.newCaseKey()).wrapped);
		const agent = newAgent(options.connections);
		const recording = await record(stage, agent);
		await travel(stage, agent, await invite(stage, 150));
		const rounds = [];
		for (let round = 0; round < options.rounds; round += 1)
			rounds.push(await measure(stage, agent, recording, options));
		const alone = await invite(stage, ALONE);
		const last = await invite(stage, 1);
		// From here on nobody works the jobs that the statements enqueue.
		await stage.server.stop();
		const pool = new pg.Pool({ connectionString: url, max: 1 });
		const each: number[] = [];
		for (const other of alone)
			each.push(1000 * (await timed(() => replay(pool, recording, other))));
		const { rows } = await pool.query<{ mb: number }>(
			'select pg_database_size(current_database()) / 1048576.0 as mb'
		);
		const found = await scans(pool, recording.units.flat(), forCase(recording, last[0]!));
		await pool.end();
		return {
			cases,
			megabytes: Number(rows[0]?.mb),
			journeys: median(rounds.map(({ journeys }) => journeys)),
			baseline: median(rounds.map(({ baseline }) => baseline)),
			sqlMs: median(each),
			scans: found
		};
	} finally {
		await stage.close();
	}
}
