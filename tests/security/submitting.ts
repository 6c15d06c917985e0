import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { readWorkflow } from '../../src/lib/server/workflows/read-yaml.ts';
import type { Answer, Customer } from '../support/customer.ts';
import { eventually } from '../support/customer.ts';
import type { Fleet } from '../support/servers.ts';
import { enter, newLink, Visitor } from './visitor.ts';

/** A customer who has the review before them: one press from a submission. */
export interface Review {
	/** The case. */
	id: string;
	visitor: Visitor;
	/** Path of the case's link. */
	link: string;
	/** Path of the visit, `/a/…`. */
	visit: string;
	/** Path of the review. */
	path: string;
	/** Fingerprint of what the page showed. */
	shown: string;
}

interface Chosen {
	workflow?: string;
	action?: string;
	/** For an action that asks for something. */
	form?: Record<string, string>;
	node?: number;
}

/** A day that `pay-later` takes. */
export const inDays = (days: number): string =>
	new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

export const PAY_LATER: Chosen = { action: 'pay-later', form: { day: inDays(3) } };

/** From a new case to its review, by plain forms. */
export async function review(
	fleet: Fleet,
	customer: string,
	{ workflow = 'failed-payment', action = 'pay-now', form, node = 0 }: Chosen = {}
): Promise<Review> {
	const facts = { balance: 100, due_date: '2026-11-16' };
	const { id, link } = await newLink(fleet, { customer, workflow, facts });
	const visitor = new Visitor(fleet, node);
	const visit = await enter(fleet, visitor, link);
	const step = `${visit}/do/${action}?/${form ? 'save' : 'start'}`;
	const { location, status } = await visitor.post(step, form);
	if (!location?.includes('/review/')) throw new Error(`No review: ${status} ${location}`);
	return { id, visitor, link, visit, path: location, shown: await shownAt(visitor, location) };
}

export async function shownAt(visitor: Customer, path: string): Promise<string> {
	const { body } = await visitor.get(path);
	const shown = /name="shown"[^>]*value="([^"]+)"/.exec(body)?.[1];
	if (!shown) throw new Error('No review on this page.');
	return shown;
}

/** The press itself. */
export const confirm = ({ visitor, path, shown }: Review): Promise<Answer> =>
	visitor.post(path, { shown });

export const writebackOf = ({ db }: Pick<Fleet, 'db'>, caseId: string) =>
	db
		.selectFrom('writebacks')
		.selectAll()
		.where('case_id', '=', caseId)
		.executeTakeFirstOrThrow(() => new Error('There is no writeback.'));

type Row = Awaited<ReturnType<typeof writebackOf>>;

/** Waits until the writeback of a case is so; gives it. */
export const until = (fleet: Pick<Fleet, 'db'>, caseId: string, so: (row: Row) => boolean) =>
	eventually(async () => {
		const row = await writebackOf(fleet, caseId);
		return so(row) && row;
	});

export const applied = (fleet: Pick<Fleet, 'db'>, caseId: string) =>
	until(fleet, caseId, ({ state }) => state === 'applied');

/**
 * As if so many seconds had passed for one writeback, and its job had come by again. One that was made
 * to stand still goes on standing.
 */
export async function wake(fleet: Fleet, caseId: string, seconds = 0): Promise<void> {
	const { id } = await writebackOf(fleet, caseId);
	const ago = sql`make_interval(secs => ${seconds})`;
	await sql`update writebacks set next_at = least(next_at - ${ago}, now()),
		lease_until = lease_until - ${ago}, first_sent_at = first_sent_at - ${ago},
		last_sent_at = last_sent_at - ${ago}
		where id = ${id} and reason is distinct from 'poisoned'`.execute(fleet.db);
	await fleet.db
		.transaction()
		.execute((trx) => fleet.parts.jobs.send(trx, 'apply-writeback', { v: 1, writeback: id }));
}

/** Types of a case's events, in order. */
export async function eventsOf({ db }: Pick<Fleet, 'db'>, caseId: string): Promise<string[]> {
	const rows = await db
		.selectFrom('case_events')
		.select('type')
		.where('case_id', '=', caseId)
		.orderBy('seq')
		.execute();
	return rows.map(({ type }) => type);
}

/** Publishes a starter under another name, changed on its way. */
export async function publishCopy(
	{ db }: Pick<Fleet, 'db'>,
	from: string,
	key: string,
	change: (source: string) => string
): Promise<void> {
	const file = new URL(`../../workflows/${from}.yaml`, import.meta.url);
	const source = change(readFileSync(file, 'utf8')).replace(
		`workflow: ${from}`,
		`workflow: ${key}`
	);
	const read = readWorkflow(source);
	if (!read.ok) throw new Error(JSON.stringify(read.detail));
	const document = JSON.stringify(read.value.document);
	await db
		.insertInto('workflows')
		.values({ key, version: 1, document, source, hash: read.value.hash, published_by: 'test' })
		.execute();
}
