import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { LineAnswer, WorkflowView } from '../../lib/contracts/api.ts';
import { readHeader } from './columns.ts';
import { otherDelimiter } from './delimiter.ts';
import { type Api, postLines } from './post-lines.ts';
import { type Counts, createProgress } from './progress.ts';
import { readRows, type Row } from './read-rows.ts';
import { createRefusedFile, refusedPath } from './refused-file.ts';

export interface Imported {
	counts: Counts;
	/** Where the refused lines are; `null` if there are none. */
	refusedFile: string | null;
}

/** Why nothing was sent. */
export class NotImportable extends Error {}

const reasonOf = (answer: LineAnswer | null): string => {
	if (!answer) return 'no answer: the connection broke; send it again';
	const problems = (answer.problems ?? []).map(({ field, problem }) => `${field} ${problem}`);
	return problems.join('; ') || (answer.reason ?? 'refused');
};

/**
 * Sends a CSV file to the API as a stream and writes what was refused, with reasons, beside it.
 * Throws `NotImportable` when the header is wrong, and `Refused` when the API takes nothing.
 */
export async function importFile(
	file: string,
	workflow: WorkflowView,
	api: Api,
	out: NodeJS.WriteStream,
	{ delimiter = ',' }: { delimiter?: string } = {}
): Promise<Imported> {
	const rows = readRows(file, delimiter);
	const header = await rows.next();
	if (header.done) throw new NotImportable(`${file} is empty.`);
	if (header.value.problem) throw new NotImportable(`The header ${header.value.problem}.`);
	const columns = readHeader(header.value.cells, workflow);
	if ('problems' in columns) {
		await rows.return(undefined);
		const other = otherDelimiter(header.value.cells);
		throw new NotImportable(other ?? columns.problems.join('\n'));
	}
	const size = Math.max(1, statSync(file).size);
	const refused = createRefusedFile(refusedPath(file), header.value.cells, delimiter);
	const counts: Counts = { opened: 0, held: 0, joined: 0, refused: 0 };
	const progress = createProgress(out, basename(file));
	progress.show(0, counts);
	const refuse = async (row: Row, reason: string) => {
		counts.refused += 1;
		await refused.add(row.line, row.cells, reason);
	};
	let ended = false;
	const sendable = (async function* () {
		for await (const row of rows)
			if (row.problem) await refuse(row, row.problem);
			else yield row;
		ended = true;
	})();
	let connected = true;
	try {
		while (!ended && connected)
			for await (const { item, answer } of postLines(api, sendable, ({ cells }) =>
				columns.lineOf(cells)
			)) {
				if (!answer || answer.reason === 'unavailable') connected = false;
				if (answer && answer.status !== 'refused') counts[answer.status] += 1;
				else await refuse(item, reasonOf(answer));
				progress.show(item.bytes / size, counts);
			}
		for await (const row of sendable) await refuse(row, 'was not sent');
	} finally {
		progress.end();
		await rows.return(undefined);
		await refused.close();
	}
	return { counts, refusedFile: refused.count() > 0 ? refused.path : null };
}
