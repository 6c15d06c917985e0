import { appendFileSync } from 'node:fs';
import pg from 'pg';

/*
 * Loaded before the server (`node --import`): writes each statement that it sends to PostgreSQL to
 * the file that BENCH_RECORD names, one JSON line each, with the connection and the rows it touched.
 */
export interface Recorded {
	/** Which connection it went over: a transaction is what one says between begin and commit. */
	connection: number;
	text: string;
	values: unknown[];
	rows: number;
}

type Query = (...parts: unknown[]) => unknown;
interface Answer {
	rowCount: number | null;
}

const file = process.env['BENCH_RECORD'];
const numbers = new WeakMap<object, number>();
let connections = 0;

/** Dates as `{ date }`, because JSON would make text of them. */
const plain = (value: unknown): unknown =>
	value instanceof Date ? { date: value.getTime() } : value;

if (file) {
	const { prototype } = pg.Client as unknown as { prototype: { query: Query } };
	const query = prototype.query;
	prototype.query = function (this: pg.Client, ...parts: unknown[]) {
		const [first, second] = parts;
		const config = typeof first === 'string' ? { text: first } : (first as pg.QueryConfig);
		const given = (Array.isArray(second) ? second : config.values) as unknown[] | undefined;
		if (!numbers.has(this)) numbers.set(this, (connections += 1));
		const keep = (answer: Answer | undefined) => {
			const values = (given ?? []).map(plain);
			const connection = numbers.get(this) ?? 0;
			const line: Recorded = { connection, text: config.text, values, rows: answer?.rowCount ?? 0 };
			appendFileSync(file, `${JSON.stringify(line)}\n`);
		};
		const last = parts.at(-1);
		if (typeof last === 'function') {
			parts[parts.length - 1] = (error: unknown, answer: Answer | undefined) => {
				keep(answer);
				(last as Query)(error, answer);
			};
			return query.apply(this, parts);
		}
		const asked = query.apply(this, parts) as Promise<Answer>;
		return asked.then((answer) => {
			keep(answer);
			return answer;
		});
	};
}
