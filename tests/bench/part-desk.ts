import pg from 'pg';
import { newAgent } from './browser.ts';
import { askForPeople, type DeskPage, deskPages, type Subject, TEAMS } from './desk-pages.ts';
import { fill } from './fill.ts';
import { fillDesk } from './fill-desk.ts';
import { timed } from './many.ts';
import type { Options } from './options.ts';
import { scans } from './plans.ts';
import type { Recorded } from './recorder.ts';
import { withRecorder } from './recording.ts';
import { replayUnits, type Translate } from './replay.ts';
import { startStage, type Stage } from './stage.ts';
import { median, printTable, ratio, rounded } from './table.ts';

/** Of ten cases one is with a person. */
const CASES_AN_EXCEPTION = 10;
/** Times that each page is asked for in a round, and its statements as often. */
const TIMES = 20;

const WEB = { TAPDONE_ROLE: 'web' };

interface Recording {
	page: DeskPage;
	of: Subject;
	units: Recorded[][];
}

interface Measured {
	pageMs: number;
	bareMs: number;
}

/** What staff wait for with a full desk, against the same statements bare. */
export async function benchDesk(options: Options): Promise<void> {
	const cases = options.cases.at(-1) ?? 0;
	const open = Math.ceil(cases / CASES_AN_EXCEPTION);
	const stage = await startStage();
	const url = stage.database.url ?? '';
	const pool = new pg.Pool({ connectionString: url, max: 1 });
	try {
		const agent = newAgent(1);
		const models = await askForPeople(stage, agent);
		console.log(`\nFilling the tables with ${cases.toLocaleString('en')} cases …`);
		// Nobody works or ends what is filled in.
		await stage.restart(WEB);
		const { wrapped } = await stage.parts.vault.newCaseKey();
		await fill(url, cases, wrapped);
		await fillDesk(url, models, open, wrapped);
		const times = options.rounds * TIMES;
		const rows = await measureAll(stage, pool, await deskPages(stage, agent), times);
		printTable(
			`Staff pages with ${cases.toLocaleString('en')} cases and ${open.toLocaleString('en')} open exceptions, against their statements bare, median of ${times}`,
			['', 'statements', 'page ms', 'bare ms', 'page : bare'],
			rows.map(({ line }) => line)
		);
		const found = new Set(rows.flatMap((row) => row.scans));
		const said = found.size === 0 ? 'Every statement uses an index' : [...found].join('\n  ');
		console.log(`\n  ${said}.`);
	} finally {
		await pool.end();
		await stage.close();
	}
}

async function measureAll(
	stage: Stage,
	pool: pg.Pool,
	pages: DeskPage[],
	times: number
): Promise<{ line: string[]; scans: string[] }[]> {
	const subjects = await subjectsOf(pool, pages.length * (times + 2), 'collections-plan');
	const recordings = await recordPages(stage, pages, subjects);
	await stage.restart(WEB);
	const rows: { line: string[]; scans: string[] }[] = [];
	for (const recording of recordings) {
		const { page, of, units } = recording;
		const measured: Measured[] = [];
		const others = page.spends ? await subjectsLike(pool, times, of) : [];
		await page.ask(of);
		for (let time = 0; time < times; time += 1) {
			const [one, other] = [subjects.pop()!, others[time] ?? of];
			const bareMs = 1000 * (await timed(() => replayUnits(pool, units, naming(of, other))));
			const pageMs = 1000 * (await timed(() => page.ask(one)));
			measured.push({ pageMs, bareMs });
		}
		const found = await scans(pool, units.flat(), naming(of, of));
		rows.push({ line: lineOf(recording, measured), scans: found });
	}
	return rows;
}

/** Exceptions that an agent of the teams could take, those that come last first. */
async function subjectsOf(pool: pg.Pool, count: number, workflow: string): Promise<Subject[]> {
	const { rows } = await pool.query<Subject>(
		`select id as exception, case_id as "caseId" from exceptions
		where state = 'open' and class = 'policy' and owner = any($1) and claimed_by is null
			and waits_for is null and workflow = $3
		order by severity desc, due_at desc limit $2`,
		[TEAMS, count, workflow]
	);
	if (rows.length < count) throw new Error(`Only ${rows.length} exceptions: take more --cases.`);
	return rows;
}

/** Of the workflow of another: then their events have the same numbers. */
async function subjectsLike(pool: pg.Pool, count: number, { caseId }: Subject): Promise<Subject[]> {
	const { rows } = await pool.query<{ workflow: string }>(
		'select workflow from cases where id = $1',
		[caseId]
	);
	return subjectsOf(pool, count, rows[0]!.workflow);
}

/** What each page asks of the database. A page is asked for twice: the first fills what is kept. */
const recordPages = (stage: Stage, pages: DeskPage[], subjects: Subject[]): Promise<Recording[]> =>
	withRecorder(stage, async (take) => {
		const recordings: Recording[] = [];
		for (const page of pages) {
			const of = subjects.pop()!;
			await page.ask(of);
			const units = await take(() => page.ask(of));
			recordings.push({ page, of: page.spends ? takenIn(units, of) : of, units });
		}
		return recordings;
	});

/** Whom a press chose by itself stands in what it changed. */
function takenIn(units: Recorded[][], fallback: Subject): Subject {
	const told = units.flat().find(({ text }) => /insert into "case_events"/.test(text));
	const caseId = told?.values.find((value) => typeof value === 'string');
	const data = told?.values.at(-1);
	const exception = /"exception":"([^"]+)"/.exec(String(data))?.[1];
	return caseId && exception ? { caseId, exception } : fallback;
}

/** Statements about one exception, said about another. */
function naming(of: Subject, other: Subject): Translate {
	return function translate(value): unknown {
		if (typeof value === 'string')
			return value.replaceAll(of.exception, other.exception).replaceAll(of.caseId, other.caseId);
		if (Array.isArray(value)) return value.map(translate);
		if (typeof value === 'object' && value && 'date' in value) return new Date(Number(value.date));
		return value;
	};
}

function lineOf({ page, units }: Recording, measured: Measured[]): string[] {
	const of = (pick: (one: Measured) => number) => median(measured.map(pick));
	const pageMs = of((one) => one.pageMs);
	const bareMs = of((one) => one.bareMs);
	return [
		page.name,
		String(units.flat().length),
		rounded(pageMs),
		rounded(bareMs),
		ratio(pageMs / bareMs)
	];
}
