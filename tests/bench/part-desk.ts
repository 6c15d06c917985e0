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
import { startStage } from './stage.ts';
import { median, printTable, ratio, rounded } from './table.ts';

/** Of ten cases one is with a person. */
const CASES_AN_EXCEPTION = 10;
/** Times that each page is asked for in a round, and its statements as often. */
const TIMES = 20;

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
	const agent = newAgent(1);
	try {
		const models = await askForPeople(stage, agent);
		const url = stage.database.url ?? '';
		console.log(`\nFilling the tables with ${cases.toLocaleString('en')} cases …`);
		// Nobody works or ends what is filled in.
		await stage.restart({ TAPDONE_ROLE: 'web' });
		await fill(url, cases);
		await fillDesk(url, models, open);
		const pages = await deskPages(stage, agent);
		const pool = new pg.Pool({ connectionString: url, max: 1 });
		const subjects = await subjectsOf(pool, pages.length * 2 + options.rounds * TIMES * 2);
		const recordings = await recordPages(stage, pages, subjects);
		await stage.restart({ TAPDONE_ROLE: 'web' });
		const rows: string[][] = [];
		const found: string[] = [];
		for (const recording of recordings) {
			const { page, of, units } = recording;
			const measured: Measured[] = [];
			await page.ask(of);
			for (let time = 0; time < options.rounds * TIMES; time += 1) {
				const [one, other] = [subjects.pop()!, page.spends ? subjects.shift()! : of];
				const bareMs = 1000 * (await timed(() => replayUnits(pool, units, naming(of, other))));
				const pageMs = 1000 * (await timed(() => page.ask(one)));
				measured.push({ pageMs, bareMs });
			}
			rows.push(lineOf(recording, measured));
			found.push(...(await scans(pool, units.flat(), naming(of, of))));
		}
		await pool.end();
		printTable(
			`Staff pages with ${cases.toLocaleString('en')} cases and ${open.toLocaleString('en')} open exceptions, against their statements bare, median of ${options.rounds * TIMES}`,
			['', 'statements', 'page ms', 'bare ms', 'page : bare'],
			rows
		);
		const said = found.length === 0 ? 'Every statement uses an index' : found.join('\n  ');
		console.log(`\n  ${said}.`);
	} finally {
		await stage.close();
	}
}

/** Exceptions that an agent of the teams could take, those that come last first. */
async function subjectsOf(pool: pg.Pool, count: number): Promise<Subject[]> {
	const { rows } = await pool.query<Subject>(
		`select id as exception, case_id as "caseId" from exceptions
		where state = 'open' and class = 'policy' and owner = any($1) and claimed_by is null
			and waits_for is null and workflow = 'collections-plan'
		order by severity desc, due_at desc limit $2`,
		[TEAMS, count]
	);
	if (rows.length < count) throw new Error(`Only ${rows.length} exceptions: take more --cases.`);
	return rows;
}

/** What each page asks of the database. A page is asked for twice: the first fills what is kept. */
const recordPages = (
	stage: Parameters<typeof withRecorder>[0],
	pages: DeskPage[],
	subjects: Subject[]
): Promise<Recording[]> =>
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
	const caseId = told?.values.find((value) => typeof value === 'string') as string | undefined;
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
