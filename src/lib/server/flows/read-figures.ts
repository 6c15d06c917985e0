import { sql } from 'kysely';
import type { FiguresQuery, FiguresView, WorkflowFunnel } from '../../contracts/figures.ts';
import { breakpointsOf, type CaseGroup, funnelOf } from '../../domain/telemetry/funnel.ts';
import { measuresOf } from '../../domain/telemetry/measures.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { addDays, daysBetween, today } from '../../domain/workflow/dates.ts';
import {
	countCases,
	countExceptions,
	countRepeats,
	countWritebacks,
	type Duration,
	type Span,
	timeToResolution
} from '../db/figures.ts';
import type { Parts } from '../parts.ts';

const DAYS = 30;
/** Longer periods are asked for a part at a time: a page must not wait for years. */
const MOST_DAYS = 400;
/** Who came back is looked up case by case; beyond a quarter that takes longer than a page may. */
const MOST_REPEAT_DAYS = 93;

interface Choice {
	key: string;
	title: string;
	latest: number;
	zone: string;
}

/**
 * Everything that the console counts, of the cases opened in a period: one workflow or all, one
 * version or all. The last 30 days unless asked otherwise.
 *
 * - `bad-period`: ends before it begins, or is longer than 400 days.
 */
export async function readFigures(
	{ db }: Pick<Parts, 'db'>,
	{ workflow, version, ...asked }: FiguresQuery,
	now = new Date()
): Promise<Result<FiguresView, 'unknown-workflow' | 'bad-period'>> {
	const { rows: choices } = await sql<Choice>`
		select distinct on (key) key, version as latest, document->>'title' as title, document->>'zone' as zone
		from workflows order by key, version desc`.execute(db);
	const chosen = choices.filter(({ key }) => workflow === '' || key === workflow);
	if (workflow !== '' && chosen.length === 0) return fail('unknown-workflow');
	const to = asked.to ?? today(chosen[0]?.zone ?? 'UTC', now.getTime());
	const from = asked.from ?? addDays(to, 1 - DAYS);
	const days = daysBetween(from, to) + 1;
	if (days < 1 || days > MOST_DAYS) return fail('bad-period');
	const spans = chosen.map(({ key, zone }): Span => ({ key, zone, from, to, version }));
	const before = spans.map((span) => ({
		...span,
		from: addDays(from, -days),
		to: addDays(from, -1)
	}));
	const view = {
		workflow,
		version,
		from,
		to,
		choices: choices.map(({ key, title, latest }) => ({ key, title, latest }))
	};
	if (spans.length === 0)
		return ok({
			...view,
			funnels: [],
			breakpoints: [],
			exceptions: [],
			writebacks: [],
			measures: []
		});
	// One after the other: a page of figures must not take every connection from customers.
	const groups = await countCases(db, spans);
	const groupsBefore = await countCases(db, before);
	const durations = await timeToResolution(db, spans);
	const exceptions = await countExceptions(db, spans);
	const writebacks = await countWritebacks(db, spans);
	const repeats = [];
	for (const within of days <= MOST_REPEAT_DAYS ? ([7, 30] as const) : [])
		repeats.push({ days: within, ...(await countRepeats(db, spans, within)) });
	const sum = <Row>(rows: readonly Row[], of: (row: Row) => number) =>
		rows.reduce((total, row) => total + of(row), 0);
	const oldest = (ages: (number | null)[]) => {
		const known = ages.filter((age) => age !== null);
		return known.length > 0 ? Math.max(...known) : null;
	};
	return ok({
		...view,
		funnels: chosen.map((choice) => funnelFor(choice, groups, durations)),
		breakpoints: breakpointsOf(groups),
		exceptions: exceptions.map(({ data: _, ineligible: __, ...row }) => row),
		writebacks,
		measures: measuresOf({
			groups,
			groupsBefore,
			days,
			exceptions: {
				all: sum(exceptions, ({ opened }) => opened),
				data: sum(exceptions, ({ data }) => data),
				ineligible: sum(exceptions, ({ ineligible }) => ineligible),
				system: sum(exceptions, (row) => (row.class === 'system' ? row.opened : 0))
			},
			open: {
				all: sum(exceptions, ({ open }) => open),
				breached: sum(exceptions, ({ breached }) => breached),
				oldestHours: oldest(exceptions.map(({ oldestHours }) => oldestHours)),
				unowned: sum(exceptions, ({ unowned }) => unowned),
				unownedHours: oldest(exceptions.map(({ unownedHours }) => unownedHours))
			},
			writebacks: {
				all: sum(writebacks, ({ all }) => all),
				applied: sum(writebacks, ({ applied }) => applied),
				within5: sum(writebacks, ({ within5 }) => within5),
				unaccounted: sum(writebacks, ({ unaccounted }) => unaccounted)
			},
			repeats
		})
	});
}

function funnelFor(
	{ key, title }: Choice,
	groups: readonly (CaseGroup & { workflow: string })[],
	durations: readonly Duration[]
): WorkflowFunnel {
	const duration = durations.find(({ workflow }) => workflow === key);
	return {
		key,
		title,
		steps: funnelOf(groups.filter(({ workflow }) => workflow === key)),
		medianHours: duration?.median ?? null,
		ninthHours: duration?.ninth ?? null
	};
}
