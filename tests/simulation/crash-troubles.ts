import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Channel } from '../../src/lib/domain/workflow/document.ts';
import { putOff } from '../../src/lib/server/db/switches.ts';
import type { Part } from '../../src/lib/domain/workflow/switches.ts';
import { publishWorkflow } from '../../src/lib/server/flows/publish-workflow.ts';
import type { Traveller } from './crash-customer.ts';
import type { Lane } from './crash-lane.ts';

/** A workflow that divides by a fact, which may be nothing. */
export const BROKEN = 'divides';

/** Publishes a starter document, changed on its way. */
async function publish({ fleet }: Lane, key: string, change: (source: string) => string) {
	const path = join(import.meta.dirname, `../../workflows/${key}.yaml`);
	const published = await publishWorkflow(fleet.parts, change(readFileSync(path, 'utf8')), 'test');
	if (!published.ok) throw new Error(JSON.stringify(published));
}

/** Workflows as they may be, and no starter is: one asks for known facts besides the code, one breaks. */
export async function publishOthers(lane: Lane): Promise<void> {
	await publish(lane, 'address-update', (source) =>
		source.replace(/^(\s+)base: .*$/m, '$1base: code-and-facts')
	);
	await publish(lane, 'failed-payment', (source) =>
		source
			.replace('workflow: failed-payment', `workflow: ${BROKEN}`)
			.replace('facts.balance - input.part', 'facts.balance / facts.broken_promises - input.part')
	);
}

/** The breaker of the system of record: open, with its one probe due, or closed a moment ago. */
export async function setBreaker(
	{ lane }: Traveller,
	to: 'probe-due' | 'just-closed'
): Promise<void> {
	const { rows } = await sql<{ now: Date }>`select now() as now`.execute(lane.fleet.db);
	const now = rows[0]!.now;
	const times =
		to === 'probe-due'
			? { opened_at: now, probe_at: now, closed_at: null }
			: { opened_at: null, probe_at: null, closed_at: now };
	await lane.fleet.db
		.insertInto('connections')
		.values({ name: 'demo-core', running: 0, ...times })
		.onConflict((conflict) => conflict.column('name').doUpdateSet({ running: 0, ...times }))
		.execute();
}

/** Messages stay behind without a job, as after a queue that was lost; the next sweep is anybody's. */
export async function loseJobs({ lane }: Traveller): Promise<void> {
	const { db } = lane.fleet;
	await sql`delete from pgboss.job where name = 'send-message' and state = 'created'`.execute(db);
	await db
		.updateTable('messages')
		.set({ next_at: sql<Date>`now() - interval '1 minute'` })
		.where('state', '=', 'queued')
		.execute();
	await db.deleteFrom('counters').where('key', '=', 'sweep').execute();
}

export async function hasSwept({ lane }: Traveller): Promise<boolean> {
	const turn = lane.fleet.db.selectFrom('counters').select('count').where('key', '=', 'sweep');
	return (await turn.executeTakeFirst()) !== undefined;
}

/** Messages that are made meanwhile look as if every try of them had broken off. */
export async function poisoned<Value>(
	{ lane }: Traveller,
	make: () => Promise<Value>
): Promise<Value> {
	const tries = (count: number) =>
		sql`alter table messages alter column unsettled set default ${sql.lit(count)}`.execute(
			lane.fleet.db
		);
	await tries(99);
	try {
		return await make();
	} finally {
		await tries(0);
	}
}

/** A message of this case waits for hours, not for a retry. */
export async function isKeptBack({ lane }: Traveller, id: string): Promise<boolean> {
	const message = lane.fleet.db
		.selectFrom('messages')
		.select('id')
		.where('case_id', '=', id)
		.where('state', '=', 'queued')
		.where('next_at', '>', sql<Date>`now() + interval '1 hour'`);
	return (await message.executeTakeFirst()) !== undefined;
}

/** A thousand wake-ups for the next checkpoint: then it is due at once. */
export async function awaitSeal({ lane }: Traveller): Promise<void> {
	await sql`insert into unsealed_events (case_id, seq)
		select case_id, seq from case_events e, generate_series(1, 1000)
		where e.seq = 1 order by e.at desc limit 1000`.execute(lane.fleet.db);
}

/** How many checkpoints there are. */
export async function checkpointsOf({ lane }: Traveller): Promise<number> {
	const { rows } = await sql<{ count: number }>`
		select count(*) as count from checkpoints`.execute(lane.fleet.db);
	return rows[0]!.count;
}

/** Does something while operations have switched a part of the workflow off. */
export async function whileOff(
	{ lane }: Traveller,
	part: Part,
	make: () => Promise<unknown>
): Promise<void> {
	const { db } = lane.fleet;
	const by = 'staff:one';
	const id = await db
		.transaction()
		.execute((trx) => putOff(trx, { workflow: 'failed-payment', part, by, why: 'test' }));
	try {
		await make();
	} finally {
		await sql`update switches set asked_by = ${by}, asked_at = now(), asked_why = 'test',
			on_by = 'staff:other', on_at = now() where id = ${id}`.execute(db);
	}
}

/** Does something while a channel's sender is refused as soon as a code is queued for it. */
export async function whileRefused(
	{ lane }: Traveller,
	channel: Channel,
	make: () => Promise<unknown>
): Promise<void> {
	const { db } = lane.fleet;
	const name = `sender:${channel}`;
	await sql`create function refuse_sender() returns trigger language plpgsql as $$
		begin
			insert into connections (name, recent, opened_at, probe_at)
			values (${sql.lit(name)}, '[]', now(), now() + interval '1 day') on conflict do nothing;
			return new;
		end $$`.execute(db);
	await sql`create trigger refuse_sender after insert on messages for each row
		when (new.class = 'code' and new.channel = ${sql.lit(channel)})
		execute function refuse_sender()`.execute(db);
	try {
		await make();
	} finally {
		await sql`drop function refuse_sender cascade`.execute(db);
		await db.deleteFrom('connections').where('name', '=', name).execute();
	}
}
