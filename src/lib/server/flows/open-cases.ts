import { sql } from 'kysely';
import type { Actor } from '../../domain/case/events.ts';
import { eventRow, type Trx } from '../db/cases.ts';
import { PRIORITY } from '../jobs/queues.ts';
import { buildCase, type BuiltCase } from './build-case.ts';
import { joinCases, type Opened, type Opening } from './join-case.ts';
import { prepareCase, type Prepared, type Refused, type Workflows } from './prepare-case.ts';

/** Stores new cases in one transaction; gives the ids of those that were not there already. */
async function insert(parts: Opening, cases: BuiltCase[], actor: Actor): Promise<Set<string>> {
	const inserted = await parts.db.transaction().execute(async (trx) => {
		const rows = await trx
			.insertInto('cases')
			// In one order everywhere: two imports of the same lines must not wait for each other.
			.values(
				cases.map(({ row }) => row).sort((a, b) => (a.duplicate_hash < b.duplicate_hash ? -1 : 1))
			)
			.onConflict((conflict) =>
				conflict.column('duplicate_hash').where('ended_at', 'is', null).doNothing()
			)
			.returning('id')
			.execute();
		const ids = new Set(rows.map(({ id }) => id));
		await insertRest(
			trx,
			parts,
			cases.filter(({ id }) => ids.has(id)),
			actor
		);
		parts.crash('open-cases:before-commit');
		return ids;
	});
	parts.crash('open-cases:after-commit');
	return inserted;
}

async function insertRest(trx: Trx, { jobs }: Opening, cases: BuiltCase[], actor: Actor) {
	const events = cases.flatMap(({ id, events }) =>
		events.map((event, index) => eventRow(id, index + 1, event, actor))
	);
	if (events.length) await trx.insertInto('case_events').values(events).execute();
	const links = cases.flatMap(({ link }) => link ?? []);
	if (links.length) await trx.insertInto('links').values(links).execute();
	const messages = cases.flatMap(({ message }) => message ?? []);
	if (messages.length) await trx.insertInto('messages').values(messages).execute();
	await jobs.sendAll(
		trx,
		'send-message',
		messages.map(({ id }) => ({
			data: { v: 1 as const, message: id },
			options: { priority: PRIORITY.outreach }
		}))
	);
	// No way to send it yet, or facts owed: the system of record may know them.
	await jobs.sendAll(
		trx,
		'complete-case',
		cases.filter(({ message }) => !message).map(({ id }) => ({ data: { v: 1 as const, case: id } }))
	);
}

/**
 * Opens a case for each line, or says why not; the answers stand in the lines' order. Lines that
 * repeat an open case join it. Up to a few hundred lines at once.
 * @param lines as they came, unparsed
 */
export async function openCases(
	parts: Opening,
	actor: Actor,
	lines: readonly unknown[],
	known: Workflows = new Map()
): Promise<Opened[]> {
	const { rows } = await sql<{ now: Date }>`select now() as now`.execute(parts.db);
	const now = rows[0]?.now ?? new Date();
	const prepared: (Prepared | Refused)[] = [];
	for (const line of lines) prepared.push(await prepareCase(parts, known, line));
	const built = await Promise.all(
		prepared.map((one) => ('status' in one ? Promise.resolve(null) : buildCase(parts, one, now)))
	);
	const fresh = built.filter((one) => one !== null);
	const ids = fresh.length ? await insert(parts, fresh, actor) : new Set<string>();
	const answers: (Opened | undefined)[] = prepared.map((one, index) => {
		const made = built[index];
		if ('status' in one) return one;
		if (!made || !ids.has(made.id)) return undefined;
		const { id, missing } = made;
		return missing.length ? { status: 'held', id, missing } : { status: 'opened', id };
	});
	const repeated = prepared.flatMap((one, index) =>
		'status' in one || answers[index] ? [] : [{ ...one, index }]
	);
	const joined = await joinCases(parts, actor, repeated, ({ index }) =>
		openCases(parts, actor, [lines[index]], known)
	);
	for (const [place, { index }] of repeated.entries()) answers[index] = joined[place];
	return answers.filter((one) => one !== undefined);
}
