import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { newAgent } from './browser.ts';
import { allSent, type Invited, invite } from './invited.ts';
import { travel } from './journey.ts';
import { forMany, timed } from './many.ts';
import type { Options } from './options.ts';
import { flagsFor, printProfile, readProfile } from './profile.ts';
import { record, type Recording } from './recording.ts';
import { replay } from './replay.ts';
import { startStage, type Stage } from './stage.ts';
import { median, printTable, ratio, rounded } from './table.ts';

/** The default of TAPDONE_POOL_SIZE. */
const POOL = 10;

export interface JourneyRound {
	/** Whole journeys a second, over HTTP. */
	journeys: number;
	/** The same statements a second, of as many journeys. */
	baseline: number;
}

export async function benchJourney(options: Options): Promise<void> {
	const stage = await startStage();
	try {
		const agent = newAgent(options.connections);
		const recording = await record(stage, agent);
		const rounds: JourneyRound[] = [];
		await warmUp(stage, agent);
		for (let round = 0; round < options.rounds; round += 1)
			rounds.push(await measure(stage, agent, recording, options));
		printRounds(recording, rounds, options);
		if (options.profile) await profile(stage, agent, options);
	} finally {
		await stage.close();
	}
}

/** The same journeys once more on a process that writes down where its time goes. */
async function profile(
	stage: Stage,
	agent: ReturnType<typeof newAgent>,
	{ journeys }: Options
): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'tapdone-bench-'));
	try {
		await stage.restart({ NODE_OPTIONS: flagsFor(folder) });
		await travel(stage, agent, await invite(stage, journeys));
		await stage.restart();
		printProfile(readProfile(folder), journeys);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const warmUp = async (stage: Stage, agent: ReturnType<typeof newAgent>) =>
	travel(stage, agent, await invite(stage, 150));

/** One round: the journeys, then their statements alone while the server stands still. */
export async function measure(
	stage: Stage,
	agent: ReturnType<typeof newAgent>,
	recording: Recording,
	{ journeys, connections }: Options
): Promise<JourneyRound> {
	const travellers = await invite(stage, journeys);
	const others = await invite(stage, journeys);
	const travelled = await timed(() => travel(stage, agent, travellers));
	const replayed = await timed(() => replayAll(stage, recording, others, connections));
	return { journeys: journeys / travelled, baseline: journeys / replayed };
}

async function replayAll(stage: Stage, recording: Recording, others: Invited[], most: number) {
	const pool = new pg.Pool({ connectionString: stage.database.url, max: POOL });
	// The jobs that the statements enqueue are nobody's work.
	stage.server.process.kill('SIGSTOP');
	try {
		await forMany(others, most, (other) => replay(pool, recording, other));
		await pool.query(`delete from pgboss.job where state = 'created'`);
	} finally {
		stage.server.process.kill('SIGCONT');
		await pool.end();
	}
	await allSent(stage);
}

function printRounds(
	{ statements, units }: Recording,
	rounds: JourneyRound[],
	{ connections }: Options
) {
	const rows = rounds.map(({ journeys, baseline }, index) => [
		`round ${index + 1}`,
		rounded(journeys),
		rounded(baseline),
		ratio(journeys / baseline)
	]);
	const of = (pick: (round: JourneyRound) => number) => median(rounds.map(pick));
	rows.push([
		'median',
		rounded(of((round) => round.journeys)),
		rounded(of((round) => round.baseline)),
		ratio(of((round) => round.journeys / round.baseline))
	]);
	printTable(
		`Whole journeys against their own ${statements} statements (${units.length} trips to the pool), ${connections} at a time`,
		['', 'journeys/s', 'SQL only/s', 'ratio'],
		rows
	);
}
