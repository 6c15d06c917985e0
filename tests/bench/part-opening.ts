import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { copyIntoEmbedded, copyIntoPostgres, type Rows, takeRows } from './copy.ts';
import { residentMb } from './cpu.ts';
import { startEmbedded } from './embedded-stage.ts';
import { type Import, importLines } from './ndjson.ts';
import type { Options } from './options.ts';
import { startStage } from './stage.ts';
import { median, printTable, ratio, rounded } from './table.ts';

const HEAD = ['lines', 'cases/s', 'COPY cases/s', 'ratio', 'memory before', 'most memory MB'];
/** Rows enough for COPY to be measured, and few enough to stay short. */
const COPIED = 10_000;

interface Measured extends Import {
	beforeMb: number;
}

/** Cases a second from one NDJSON request, against COPY of the rows that it made. */
export async function benchOpening(options: Options): Promise<void> {
	const rows = await onPostgres(options);
	try {
		await onEmbedded(rows, options);
	} finally {
		rows.remove();
	}
}

async function onPostgres({ lines, rounds }: Options): Promise<Rows> {
	const stage = await startStage({ TAPDONE_ROLE: 'web' });
	try {
		const key = await createApiKey(stage.parts, 'bench', ['cases:write']);
		if (!key.ok) throw new Error(key.reason);
		const server = { url: stage.server.url, pid: stage.server.process.pid };
		await importLines(server, key.value.token, COPIED);
		const rows = await takeRows(stage.database.url ?? '');
		const copied = await copies(rows, rounds, copyIntoPostgres);
		print('PostgreSQL', await run(server, key.value.token, lines), copied);
		return rows;
	} finally {
		await stage.close();
	}
}

async function onEmbedded(rows: Rows, { lines, rounds }: Options): Promise<void> {
	const { server, token, close } = await startEmbedded();
	try {
		const where = { url: server.url, pid: server.process.pid };
		await importLines(where, token, 1000);
		const copied = await copies(rows, rounds, copyIntoEmbedded);
		print('Embedded database', await run(where, token, lines), copied);
	} finally {
		await close();
	}
}

async function run(
	server: { url: string; pid: number | undefined },
	token: string,
	lines: number[]
): Promise<Measured[]> {
	const imports: Measured[] = [];
	for (const count of lines) {
		const beforeMb = residentMb(server.pid);
		imports.push({ ...(await importLines(server, token, count)), beforeMb });
	}
	return imports;
}

/** Cases a second by COPY. */
async function copies(
	rows: Rows,
	rounds: number,
	copy: (rows: Rows) => Promise<number>
): Promise<number> {
	const rates: number[] = [];
	for (let round = 0; round < rounds; round += 1) rates.push(rows.cases / (await copy(rows)));
	return median(rates);
}

function print(title: string, imports: Measured[], copied: number): void {
	printTable(
		`${title}: opening cases by one NDJSON request, against COPY of the same rows`,
		HEAD,
		imports.map(({ lines, seconds, beforeMb, peakMb }) => [
			lines.toLocaleString('en'),
			rounded(lines / seconds),
			rounded(copied),
			ratio(lines / seconds / copied),
			rounded(beforeMb),
			rounded(peakMb)
		])
	);
}
