import { type RawBuilder, type Selectable, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Customer } from '../../src/demo/core/record.ts';
import type { CaseKey } from '../../src/lib/server/crypto/vault.ts';
import type { CaseContent, CaseRow } from '../../src/lib/server/db/cases.ts';
import type { Db } from '../../src/lib/server/db/connect.ts';
import type { Schema } from '../../src/lib/server/db/schema.ts';
import type { WritebackRow } from '../../src/lib/server/db/writebacks.ts';
import type { SubmissionContent } from '../../src/lib/server/flows/submit-action.ts';
import { priorityByAge } from '../../src/lib/server/jobs/queues.ts';
import { submitted } from '../support/journey.ts';
import { newPerson } from '../support/people.ts';
import type { Fleet } from '../support/servers.ts';
import { inParallel } from './links.ts';

const BATCH = 500;

/** Runs a statement that touches all rows, however many there are. */
export async function unhurried<Row>(db: Db, statement: RawBuilder<Row>): Promise<Row[]> {
	return db.transaction().execute(async (trx) => {
		await sql`set local statement_timeout = 0`.execute(trx);
		await sql`set local lock_timeout = 0`.execute(trx);
		return (await statement.execute(trx)).rows;
	});
}

/** A payment that went all the way to its writeback, unsealed. */
interface Original {
	record: Customer;
	key: CaseKey;
	cases: CaseRow;
	content: CaseContent;
	submissions: Selectable<Schema['submissions']>;
	confirmed: SubmissionContent;
	writebacks: WritebackRow;
}

async function confirmOne(fleet: Fleet): Promise<Original> {
	const { db, vault, core } = fleet;
	const customer = await newPerson(core);
	const { caseId, submission, writeback } = await submitted(fleet, {
		workflow: 'failed-payment',
		customer,
		action: 'pay-now'
	});
	const rowOf = (table: 'cases' | 'submissions' | 'writebacks', id: string): Promise<unknown> =>
		db
			.selectFrom(table as 'cases')
			.selectAll()
			.where('id', '=', id)
			.executeTakeFirstOrThrow();
	const cases = (await rowOf('cases', caseId)) as CaseRow;
	const submissions = (await rowOf('submissions', submission)) as Original['submissions'];
	const writebacks = (await rowOf('writebacks', writeback)) as WritebackRow;
	const key = await vault.openCaseKey(cases.key);
	return {
		record: await core.customer(customer),
		key,
		cases,
		content: await vault.open(key, cases.sealed, 'cases.sealed'),
		submissions,
		confirmed: await vault.open(key, submissions.sealed, 'submissions.sealed'),
		writebacks
	};
}

/** The same payment of another person, `number` seconds later. */
async function copyOf({ vault, core }: Fleet, original: Original, number: number) {
	const { record, key, cases, submissions, writebacks } = original;
	const ids = { case: uuid(), submission: uuid(), writeback: uuid() };
	const customer = `${record.id}-${number}`;
	const reference = `${writebacks.reference}-${number}`;
	const change = (value: object): string =>
		JSON.stringify(value)
			.replaceAll(`"${record.id}"`, `"${customer}"`)
			.replaceAll(writebacks.reference, reference)
			.replaceAll(submissions.id, ids.submission);
	const seal = (value: object, context: string) =>
		vault.seal(key, JSON.parse(change(value)) as object, context);
	await core.put({ ...record, id: customer });
	return {
		cases: {
			...cases,
			id: ids.case,
			state: change(cases.state),
			customer_hash: vault.hash('customer', customer),
			duplicate_hash: vault.hash('duplicate', customer),
			sealed: await seal(original.content, 'cases.sealed')
		},
		submissions: {
			...submissions,
			id: ids.submission,
			case_id: ids.case,
			sealed: await seal(original.confirmed, 'submissions.sealed')
		},
		writebacks: {
			...writebacks,
			id: ids.writeback,
			submission_id: ids.submission,
			case_id: ids.case,
			reference,
			created_at: new Date(writebacks.created_at.getTime() + 1000 * number)
		}
	};
}

async function store(
	{ db }: Fleet,
	original: Original,
	copies: Awaited<ReturnType<typeof copyOf>>[]
): Promise<void> {
	const ids = copies.map(({ cases }) => cases.id);
	await db.transaction().execute(async (trx) => {
		for (const table of ['cases', 'submissions', 'writebacks'] as const)
			await trx
				.insertInto(table as 'cases')
				.values(copies.map((copy) => copy[table]) as (typeof copies)[number]['cases'][])
				.execute();
		await sql`insert into case_events (case_id, seq, type, at, actor, data)
			select copy.id, e.seq, type, at, actor, data from case_events e, cases copy
			where case_id = ${original.cases.id} and copy.id in (${sql.join(ids)})
			order by copy.id, e.seq`.execute(trx);
	});
}

/**
 * So many payments that are confirmed and not booked, a second between one and the next, as after an
 * outage that lasted as long; each has a job that is due. One went all the way, the others are
 * copies of its rows, each of another person.
 * @returns their references, the oldest first
 */
export async function parkPayments(fleet: Fleet, count: number): Promise<string[]> {
	const { db, parts } = fleet;
	const original = await confirmOne(fleet);
	for (let made = 1; made < count; made += BATCH) {
		const numbers = Array.from({ length: Math.min(BATCH, count - made) }, (_, at) => made + at);
		const copies = await inParallel(numbers, 16, (number) => copyOf(fleet, original, number));
		await store(fleet, original, copies);
	}
	await sql`delete from pgboss.job where name = 'apply-writeback'`.execute(db);
	const rows = await unhurried(
		db,
		sql<{ id: string; reference: string; created_at: Date }>`
			with moved as (
				update writebacks set created_at = created_at - make_interval(secs => ${count}::int)
				returning id, reference, created_at
			)
			select * from moved order by created_at`
	);
	const now = new Date();
	const jobs = rows.map(({ id, created_at }) => ({
		data: { v: 1 as const, writeback: id },
		options: { priority: priorityByAge(created_at, now) }
	}));
	while (jobs.length) await parts.jobs.sendAll(db, 'apply-writeback', jobs.splice(0, BATCH));
	return rows.map(({ reference }) => reference);
}
