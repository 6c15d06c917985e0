import { type Selectable, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Actor } from '../../domain/case/events.ts';
import type { Part } from '../../domain/workflow/switches.ts';
import type { Trx } from './cases.ts';
import type { Db } from './connect.ts';
import type { Schema } from './schema.ts';

export type SwitchRow = Selectable<Schema['switches']>;

/** What of the workflow of a row of `cases` is off: read with the row, so that it costs no query. */
export const OFF = sql<Part[]>`(select coalesce(jsonb_agg(s.part), '[]') from switches s
	where s.workflow = cases.workflow and s.on_at is null)`;

const lockOf = (workflow: string) => sql`hashtextextended(${`switch:${workflow}`}, 0)`;

/**
 * What is off now, for whoever is about to do what cannot be taken back: until the transaction ends
 * nothing more of the workflow is switched off. Those who only look read `OFF`.
 */
export async function heedSwitches(trx: Trx, workflow: string): Promise<Part[]> {
	// A statement of its own: the next one sees what was committed while this one waited.
	await sql`select pg_advisory_xact_lock_shared(${lockOf(workflow)})`.execute(trx);
	return partsOff(trx, workflow);
}

/** What is off as far as anybody knows. */
export async function partsOff(db: Db, workflow: string): Promise<Part[]> {
	const rows = await db
		.selectFrom('switches')
		.select('part')
		.where('workflow', '=', workflow)
		.where('on_at', 'is', null)
		.execute();
	return rows.map(({ part }) => part);
}

/** Waits for those who are about to confirm or to send; whoever comes later sees what is done here. */
export async function lockSwitches(trx: Trx, workflow: string): Promise<void> {
	await sql`select pg_advisory_xact_lock(${lockOf(workflow)})`.execute(trx);
}

/** Switches a part off, once; `null` where it is off already. */
export async function putOff(
	trx: Trx,
	{ workflow, part, by, why }: { workflow: string; part: Part; by: Actor; why: string }
): Promise<string | null> {
	const row = await trx
		.insertInto('switches')
		.values({ id: uuid(), workflow, part, off_by: by, off_why: why })
		.onConflict((conflict) =>
			conflict.columns(['workflow', 'part']).where('on_at', 'is', null).doNothing()
		)
		.returning('id')
		.executeTakeFirst();
	return row?.id ?? null;
}

/** One that is off; none where it is on again or never was there. */
export const offSwitch = (db: Db, id: string): Promise<SwitchRow | undefined> =>
	db
		.selectFrom('switches')
		.selectAll()
		.where('id', '=', id)
		.where('on_at', 'is', null)
		.executeTakeFirst();

/** How often a part was off before and is on again. */
export async function pausesOf(db: Db, workflow: string, part: Part): Promise<number> {
	const { count } = await db
		.selectFrom('switches')
		.select(({ fn }) => fn.countAll<string>().as('count'))
		.where('workflow', '=', workflow)
		.where('part', '=', part)
		.where('on_at', 'is not', null)
		.executeTakeFirstOrThrow();
	return Number(count);
}
