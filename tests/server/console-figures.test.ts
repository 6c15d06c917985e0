import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { figuresQuerySchema } from '../../src/lib/contracts/figures.ts';
import type { Command } from '../../src/lib/domain/case/commands.ts';
import { BREAKPOINTS } from '../../src/lib/domain/workflow/document.ts';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import { figuresCsv } from '../../src/lib/server/flows/figures-csv.ts';
import { readFigures } from '../../src/lib/server/flows/read-figures.ts';
import { anyCommand } from '../core/case-model.ts';
import { openCase } from '../support/open-case.ts';
import { startWorld, type World } from '../support/world.ts';

const WORKFLOWS = ['failed-payment', 'collections-plan', 'address-update'];
const CASES = 24;

let world: World;
beforeAll(async () => {
	world = await startWorld();
	const lives = fc.sample(fc.array(anyCommand, { minLength: 4, maxLength: 18 }), CASES);
	for (const [index, commands] of lives.entries()) {
		const workflow = WORKFLOWS[index % WORKFLOWS.length]!;
		const id = await openCase(world, {
			workflow,
			customer: `C-10${String(index).padStart(2, '0')}`
		});
		for (const command of commands) await live(id, workflow, command);
	}
	// Half of them were opened the day before yesterday, or long ago.
	await sql`update cases set opened_at = opened_at - interval '2 days',
		ended_at = ended_at - interval '1 hour' where substr(id::text, 36) < '8'`.execute(world.parts.db);
});
afterAll(() => world.close());

/** The model's short ids as the table takes them; what it does to an exception is done to the first. */
function stored(command: Command, first: string = randomUUID()): Command {
	if ('exception' in command) return { ...command, exception: first };
	if (command.do !== 'leave-path' || !('raise' in command.step)) return command;
	return { ...command, step: { raise: { ...command.step.raise, id: randomUUID() } } };
}

/** Whatever the command leads to is stored as any flow stores it. */
async function live(id: string, workflow: string, command: Command) {
	await changeCase(world.parts, id, { actor: 'system', flow: 'test' }, (change) => {
		const before = new Set(change.state.exceptions.map((one) => one.id));
		const decided = change.decide(stored(command, change.state.exceptions[0]?.id));
		for (const event of decided.ok ? decided.value : [])
			if (event.type === 'exception-raised' && !before.has(event.exception))
				change.file({
					id: event.exception,
					case_id: id,
					workflow,
					type: event.exceptionType,
					class: event.class,
					breakpoint: event.breakpoint,
					reason: 'x',
					severity: 2,
					owner: event.owner,
					backup: 'lead',
					outcomes: '[]',
					state: 'open',
					due_at: new Date(event.dueAt)
				});
		return Promise.resolve();
	});
}

const read = async (query: Record<string, string> = {}) => {
	const figures = await readFigures(world.parts, figuresQuerySchema.parse(query));
	if (!figures.ok) throw new Error(figures.reason);
	return figures.value;
};

/** How many cases of a workflow have an event like this: nothing but the events is asked. */
async function bare(workflow: string, like: ReturnType<typeof sql>): Promise<number> {
	const { rows } = await sql<{ n: number }>`
		select count(distinct c.id)::int as n from cases c join case_events e on e.case_id = c.id
		where c.workflow = ${workflow} and ${like}`.execute(world.parts.db);
	return rows[0]!.n;
}

describe('figures are those of plain SQL over the events', () => {
	const EVENTS = {
		opened: 'case-opened',
		sent: 'message-accepted',
		delivered: 'message-reported',
		visited: 'visit-started',
		verified: 'challenge-passed',
		chosen: 'action-chosen',
		submitted: 'submission-received',
		booked: 'submission-booked',
		resolved: 'case-resolved'
	};

	test('the funnel of every workflow, whatever the journeys', async () => {
		const { funnels } = await read();
		expect(funnels.map(({ key }) => key)).toEqual([...WORKFLOWS].sort());
		for (const { key, steps } of funnels)
			for (const { step, cases } of steps) {
				const type = EVENTS[step as keyof typeof EVENTS];
				expect([key, step, cases]).toEqual([key, step, await bare(key, sql`e.type = ${type}`)]);
			}
		const opened = funnels.map(({ steps }) => steps[0]!.cases);
		expect(opened).toEqual([8, 8, 8]);
	});

	test('the breakpoints, with what happened next', async () => {
		const { breakpoints } = await read({ workflow: 'collections-plan' });
		for (const { breakpoint, cases, next, rate } of breakpoints) {
			const left = sql`e.type = 'path-left' and e.data->>'breakpoint' = ${breakpoint}`;
			expect(cases).toBe(await bare('collections-plan', left));
			expect(rate).toBeCloseTo(cases / 8);
			const also = (type: string) => sql`${left} and exists (
				select 1 from case_events o where o.case_id = c.id and o.type = ${type})`;
			expect(next.person).toBe(await bare('collections-plan', also('exception-raised')));
			expect(next.resolved).toBe(await bare('collections-plan', also('case-resolved')));
			expect(next.resolved + next.ended + next.open).toBe(cases);
		}
		expect(breakpoints.map(({ breakpoint }) => breakpoint)).toEqual([...BREAKPOINTS]);
	});

	test('the share that reaches a person and the kinds of exceptions', async () => {
		const { measures, exceptions } = await read();
		const figure = (id: string) => measures.find((one) => one.id === id)!;
		const count = async (like: ReturnType<typeof sql>) => {
			const counts = await Promise.all(WORKFLOWS.map((key) => bare(key, like)));
			return counts.reduce((sum, n) => sum + n, 0);
		};
		expect(figure('person').figure).toBeCloseTo(
			(await count(sql`e.type = 'exception-raised'`)) / CASES
		);
		const { rows } = await sql<{ all: number; system: number; ineligible: number }>`
			select count(*)::int as "all", count(*) filter (where data->>'class' = 'system')::int as system,
				count(*) filter (where data->>'breakpoint' = 'eligibility')::int as ineligible
			from case_events where type = 'exception-raised'`.execute(world.parts.db);
		const { all, system, ineligible } = rows[0]!;
		expect(exceptions.reduce((sum, { opened }) => sum + opened, 0)).toBe(all);
		expect(figure('system').figure).toBeCloseTo(system / all);
		expect(figure('ineligible').figure).toBeCloseTo(ineligible / all);
	});

	test('the mark on every case is what its events add up to, also for cases that were there before', async () => {
		const { rows } = await sql<{ wrong: number }>`
			select count(*)::int as wrong from cases c where c.reached & (63 | 2048) <> coalesce((
				select bit_or(case e.type when 'message-accepted' then 1 when 'visit-started' then 2
					when 'challenge-passed' then 4 when 'action-chosen' then 2048 when 'submission-received' then 8
					when 'submission-booked' then 16 when 'exception-raised' then 32 else 0 end)
				from case_events e where e.case_id = c.id), 0)`.execute(world.parts.db);
		expect(rows).toEqual([{ wrong: 0 }]);
	});
});

test('a period is of days in the zone of the workflow, and a version is its own', async () => {
	const key = 'failed-payment';
	const { to } = await read({ workflow: key });
	const only = await read({ workflow: key, from: to, to });
	const { rows } = await sql<{ n: number }>`select count(*)::int as n from cases
		where workflow = ${key} and (opened_at at time zone 'Europe/Berlin')::date = ${to}::date`.execute(
		world.parts.db
	);
	expect(only.funnels[0]!.steps[0]!.cases).toBe(rows[0]!.n);
	expect((await read({ workflow: key, version: '1' })).funnels[0]!.steps[0]!.cases).toBe(8);
	const none = await read({ workflow: key, version: '9' });
	expect(none.funnels[0]!.steps.map(({ cases }) => cases)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
	expect([none.exceptions, none.writebacks]).toEqual([[], []]);
	const asked = (query: object) => readFigures(world.parts, figuresQuerySchema.parse(query));
	expect(await asked({ workflow: 'unheard-of' })).toMatchObject({ reason: 'unknown-workflow' });
	expect(await asked({ from: '2026-02-01', to: '2026-01-01' })).toMatchObject({
		reason: 'bad-period'
	});
	expect(figuresQuerySchema.safeParse({ from: '2026-02-30' }).success).toBe(false);
});

test('every table can be had as CSV, and no cell of it is a formula', async () => {
	const view = await read();
	view.exceptions.push({
		workflow: '=cmd|x',
		type: '+1',
		class: 'policy',
		owner: '@SUM("a",1)',
		opened: -1,
		open: 0,
		unowned: 0,
		unownedHours: null,
		breached: 0,
		oldestHours: null,
		medianHours: 1.5
	});
	const csv = figuresCsv(view, 'exceptions');
	expect(csv.split('\r\n').at(-2)).toBe(`'=cmd|x,'+1,policy,"'@SUM(""a"",1)",-1,0,0,0,,1.5`);
	for (const table of ['funnel', 'breakpoints', 'writebacks', 'measures'] as const)
		expect(figuresCsv(view, table).split('\r\n').length).toBeGreaterThan(1);
});
