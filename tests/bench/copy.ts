import { chmodSync, mkdtempSync, openAsBlob, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openEmbedded } from '../../src/lib/server/db/embedded.ts';
import { clusterUrl, snapshotPath } from '../support/database.ts';
import { cloneDatabase } from '../support/postgres.ts';
import { timed } from './many.ts';

/** What must be there before the rows may come. */
const BEFORE = ['workflows', 'pgboss.queue'];
/** What opening a case writes. */
const WRITTEN = ['cases', 'case_events', 'links', 'messages', 'pgboss.job_common'];

/** The rows of a database as files, one a table. The server writes them, as whoever it runs as. */
export interface Rows {
	cases: number;
	file: (table: string) => string;
	remove: () => void;
}

export async function takeRows(url: string): Promise<Rows> {
	const folder = mkdtempSync(join(tmpdir(), 'tapdone-bench-'));
	chmodSync(folder, 0o777);
	const file = (table: string) => join(folder, table);
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	try {
		for (const table of [...BEFORE, ...WRITTEN])
			await client.query(`copy (select * from ${table}) to '${file(table)}'`);
		const { rows } = await client.query<{ n: number }>('select count(*)::int as n from cases');
		const remove = () => rmSync(folder, { recursive: true });
		return { cases: rows[0]?.n ?? 0, file, remove };
	} finally {
		await client.end();
	}
}

/** Seconds that COPY takes for the rows into the same tables of an empty database. */
export async function copyIntoPostgres({ file }: Rows): Promise<number> {
	const name = `copy_${randomBytes(8).toString('hex')}`;
	const clone = await cloneDatabase(clusterUrl(), name);
	const client = new pg.Client({ connectionString: clone.url });
	await client.connect();
	const copy = (table: string) => client.query(`copy ${table} from '${file(table)}'`);
	try {
		for (const table of BEFORE) await copy(table);
		return await timed(async () => {
			await client.query('begin');
			for (const table of WRITTEN) await copy(table);
			await client.query('commit');
		});
	} finally {
		await client.end();
		await clone.drop();
	}
}

/** The same for the embedded database, in memory. */
export async function copyIntoEmbedded({ file }: Rows): Promise<number> {
	const database = await openEmbedded(undefined, await openAsBlob(snapshotPath()));
	const { pglite } = database;
	if (!pglite) throw new Error('This is not the embedded database.');
	const copy = async (table: string) =>
		pglite.query(`copy ${table} from '/dev/blob'`, [], { blob: await openAsBlob(file(table)) });
	try {
		for (const table of BEFORE) await copy(table);
		return await timed(async () => {
			await pglite.exec('begin');
			for (const table of WRITTEN) await copy(table);
			await pglite.exec('commit');
		});
	} finally {
		await database.close();
	}
}
