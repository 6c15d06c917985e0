import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Agent } from 'node:http';
import { type Invited, invite, RANGE } from './invited.ts';
import { fillCounter } from '../support/time.ts';
import { travel } from './journey.ts';
import type { Recorded } from './recorder.ts';
import type { Stage } from './stage.ts';

/** What a journey asks of the database: single statements, and transactions with theirs. */
export interface Recording {
	/** Whose journey it was. */
	of: Invited;
	/** In the order in which they took effect. */
	units: Recorded[][];
	statements: number;
	at: number;
}

const RECORDER = pathToFileURL(join(import.meta.dirname, 'recorder.ts')).href;
/** pg-boss fetches and completes jobs beside our pool, ten at a time. */
const BESIDE = /pgboss\.(job\b.*skip locked|queue|version|subscription|schedule|bam|warning)/is;
const NOT_OURS = (text: string) =>
	BESIDE.test(text) || (/pgboss/.test(text) && !/insert into/i.test(text));

/** Runs something on the recorded process and gives what it asked of the database meanwhile. */
type Take = (work: () => Promise<unknown>) => Promise<Recorded[][]>;

/** A process of this stage that writes down its statements, until `work` is done. */
export async function withRecorder<Value>(
	stage: Stage,
	work: (take: Take) => Promise<Value>
): Promise<Value> {
	const folder = mkdtempSync(join(tmpdir(), 'tapdone-bench-'));
	const file = join(folder, 'statements.ndjson');
	writeFileSync(file, '');
	try {
		await stage.restart({ NODE_OPTIONS: `--import ${RECORDER}`, BENCH_RECORD: file });
		const value = await work(async (asked) => {
			truncateSync(file);
			await asked();
			const lines = readFileSync(file, 'utf8').trim().split('\n').filter(Boolean);
			return unitsOf(lines.map((line) => JSON.parse(line) as Recorded));
		});
		await stage.restart();
		return value;
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** Lets one customer make the journey on a process that writes down its statements. */
export const record = (stage: Stage, agent: Agent): Promise<Recording> =>
	withRecorder(stage, async (take) => {
		// The second of two: the first fills what a process keeps in memory.
		const [first, of] = await invite(stage, 2);
		if (!first || !of) throw new Error('Nobody to record.');
		await travel(stage, agent, [first]);
		// The limit of a range grows with the codes that are typed right, and is recorded as it is: all
		// replays together must stay below it.
		await fillCounter(stage, { key: `sends-verified-${RANGE}`, seconds: 3_600 }, 1_000_000);
		const units = await take(() => travel(stage, agent, [of]));
		return { of, units, statements: units.flat().length, at: Date.now() };
	});

/** Statements by transaction; a statement was written down when it was answered. */
function unitsOf(statements: Recorded[]): Recorded[][] {
	const units: Recorded[][] = [];
	const open = new Map<number, Recorded[]>();
	for (const statement of statements) {
		const { connection, text } = statement;
		const unit = open.get(connection);
		if (/^(begin|start transaction)/i.test(text)) open.set(connection, [statement]);
		else if (/^(commit|rollback)/i.test(text) && unit) {
			open.delete(connection);
			units.push([...unit, statement]);
		} else if (unit) unit.push(statement);
		else if (!NOT_OURS(text)) units.push([statement]);
	}
	return units;
}
