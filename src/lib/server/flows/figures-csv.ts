import { csvOf } from '../../contracts/csv.ts';
import type { FiguresView, FigureTable } from '../../contracts/figures.ts';

type Cell = string | number | null;

const TABLES: Record<FigureTable, (view: FiguresView) => Cell[][]> = {
	funnel: ({ funnels }) => [
		['workflow', 'step', 'cases', 'definition'],
		...funnels.flatMap(({ key, steps }) =>
			steps.map(({ step, cases, definition }) => [key, step, cases, definition])
		)
	],
	breakpoints: ({ breakpoints }) => [
		['breakpoint', 'cases', 'rate', 'recovered', 'person', 'resolved', 'ended otherwise', 'open'],
		...breakpoints.map(({ breakpoint, cases, rate, next }) => [
			breakpoint,
			cases,
			rate,
			next.recovered,
			next.person,
			next.resolved,
			next.ended,
			next.open
		])
	],
	exceptions: ({ exceptions }) => [
		[
			...['workflow', 'type', 'class', 'owner', 'opened', 'open', 'unowned', 'breached'],
			...['oldest hours beyond its time', 'median hours to resolution']
		],
		...exceptions.map((row) => [
			...[row.workflow, row.type, row.class, row.owner, row.opened, row.open],
			...[row.unowned, row.breached, row.oldestHours, row.medianHours]
		])
	],
	writebacks: ({ writebacks }) => [
		[
			...['workflow', 'all', 'applied', 'within 5 minutes', 'rejected'],
			...['pending', 'unknown', 'dead', 'unaccounted']
		],
		...writebacks.map((row) => [
			...[row.workflow, row.all, row.applied, row.within5, row.rejected],
			...[row.pending, row.unknown, row.dead, row.unaccounted]
		])
	],
	measures: ({ measures }) => [
		['measure', 'figure', 'unit', 'of', 'at least', 'at most', 'state', 'definition', 'what to do'],
		...measures.map((one) => [
			...[one.name, one.figure, one.unit, one.of, one.bound?.min ?? null, one.bound?.max ?? null],
			...[one.health, one.definition, one.cure]
		])
	]
};

/** One of the tables as it stands on the page, for a spreadsheet. */
export const figuresCsv = (view: FiguresView, table: FigureTable): string =>
	csvOf(TABLES[table](view));
