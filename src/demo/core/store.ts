import { DatabaseSync } from 'node:sqlite';
import type { OperationName } from './operations.ts';
import { asOf, type Customer } from './record.ts';
import { dateOf } from './time.ts';

/** One applied operation. A repeat that the core did not notice is a second row. */
export interface AppliedEffect {
	number: number;
	/** What people quote, such as `PAY-4711`. */
	id: string;
	kind: OperationName;
	customer: string;
	/** The caller's reference. */
	reference: string;
	at: number;
	answer: Record<string, unknown>;
	before: Customer;
}

interface Row extends Omit<AppliedEffect, 'answer' | 'before'> {
	answer: string;
	before: string;
}

const SCHEMA = `
	pragma journal_mode = wal;
	pragma synchronous = normal;
	create table if not exists customers (id text primary key, name text not null, record text not null) strict;
	create table if not exists effects (
		number integer primary key autoincrement, id text not null, kind text not null,
		customer text not null, reference text not null, at integer not null,
		answer text not null, before text not null
	) strict;
	create index if not exists effects_by_customer on effects (customer, number);
	create index if not exists effects_by_reference on effects (reference, kind, number);
	create table if not exists keys (key text primary key, request text not null, status integer not null, answer text not null) strict;
`;

/** Ids begin where a person would expect a running system to be. */
const FIRST_ID = 4_711;

const effectOf = (row: unknown): AppliedEffect => {
	const { answer, before, ...rest } = row as Row;
	return {
		...rest,
		answer: JSON.parse(answer) as Record<string, unknown>,
		before: JSON.parse(before) as Customer
	};
};
/** As it is today: an address that was given for today is there already. */
const customerOf = (row: unknown) =>
	asOf(JSON.parse((row as { record: string }).record) as Customer, dateOf(Date.now()));

/** The core's own storage. @param file path, or `:memory:`. */
export function openStore(file: string) {
	const db = new DatabaseSync(file);
	db.exec(SCHEMA);
	const sql = {
		customer: db.prepare('select record from customers where id = ?'),
		put: db.prepare(
			'insert into customers values (?, ?, ?) on conflict do update set name = excluded.name, record = excluded.record'
		),
		list: db.prepare('select record from customers where id > ? order by id limit ?'),
		search: db.prepare(
			`select record from customers where id > ? and (name like ? escape '\\' or id like ? escape '\\') order by id limit ?`
		),
		count: db.prepare('select count(*) as count from customers'),
		next: db.prepare('select coalesce(max(number), 0) + 1 as number from effects'),
		add: db.prepare('insert into effects values (?, ?, ?, ?, ?, ?, ?, ?)'),
		found: db.prepare(
			'select * from effects where reference = ? and kind = ? and at <= ? order by number limit 1'
		),
		ofCustomer: db.prepare(
			'select * from effects where customer = ? and number > ? order by number limit ?'
		),
		effects: db.prepare('select * from effects where number > ? order by number limit ?'),
		latest: db.prepare('select * from effects order by number desc limit ?'),
		kinds: db.prepare('select kind, count(*) as count from effects group by kind'),
		doubles: db.prepare(
			'select coalesce(sum(n - 1), 0) as count from (select count(*) as n from effects group by kind, reference)'
		),
		key: db.prepare('select request, status, answer from keys where key = ?'),
		keep: db.prepare('insert into keys values (?, ?, ?, ?)')
	};
	const number = (row: unknown, name: string) => Number((row as Record<string, unknown>)[name]);

	return {
		/** Runs all of it or, when `commit` is false or it throws, none of it. */
		transaction<Value>(run: () => Value, commit = true): Value {
			db.exec('begin immediate');
			let done = false;
			try {
				const value = run();
				done = commit;
				return value;
			} finally {
				db.exec(done ? 'commit' : 'rollback');
			}
		},
		customer(id: string): Customer | undefined {
			const row = sql.customer.get(id);
			return row && customerOf(row);
		},
		put(record: Customer): void {
			sql.put.run(record.id, record.name, JSON.stringify(record));
		},
		customers(after: string, limit: number, search = ''): Customer[] {
			if (!search) return sql.list.all(after, limit).map(customerOf);
			const like = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
			return sql.search.all(after, like, like, limit).map(customerOf);
		},
		count: () => number(sql.count.get(), 'count'),
		add(prefix: string, effect: Omit<AppliedEffect, 'number' | 'id'>): AppliedEffect {
			const next = number(sql.next.get(), 'number');
			const id = `${prefix}-${FIRST_ID - 1 + next}`;
			const { kind, customer, reference, at } = effect;
			const answer = { id, customer, ...effect.answer };
			const [json, before] = [JSON.stringify(answer), JSON.stringify(effect.before)];
			sql.add.run(next, id, kind, customer, reference, at, json, before);
			return { ...effect, answer, number: next, id };
		},
		/** The first effect with this reference, as seen at `until` (ms since 1970). */
		find(kind: OperationName, reference: string, until: number): AppliedEffect | undefined {
			const row = sql.found.get(reference, kind, until);
			return row && effectOf(row);
		},
		effects(after: number, limit: number, customer?: string): AppliedEffect[] {
			const rows =
				customer === undefined
					? sql.effects.all(after, limit)
					: sql.ofCustomer.all(customer, after, limit);
			return rows.map(effectOf);
		},
		latest: (limit: number): AppliedEffect[] => sql.latest.all(limit).map(effectOf),
		stats: () => ({
			customers: number(sql.count.get(), 'count'),
			effects: Object.fromEntries(
				sql.kinds.all().map((row) => [String(row.kind), number(row, 'count')])
			),
			/** Repeats that took effect a second time. */
			doubles: number(sql.doubles.get(), 'count')
		}),
		key(key: string): { request: string; status: number; answer: string } | undefined {
			return sql.key.get(key) as { request: string; status: number; answer: string } | undefined;
		},
		keepKey(key: string, request: string, status: number, answer: unknown): void {
			sql.keep.run(key, request, status, JSON.stringify(answer));
		},
		close: () => db.close()
	};
}

export type Store = ReturnType<typeof openStore>;
