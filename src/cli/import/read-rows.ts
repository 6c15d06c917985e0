import { createReadStream } from 'node:fs';
import { type CsvError, parse } from 'csv-parse';

/** One record of a CSV file. */
export interface Row {
	/** Line of the file on which it ends, from 1. */
	line: number;
	/** Bytes of the file up to its end. */
	bytes: number;
	cells: string[];
	/** Why it cannot be sent at all. */
	problem?: string;
}

interface Parsed {
	record: string[];
	info: { lines: number; bytes: number };
}

/** What csv-parse calls what is wrong with a record; its own messages repeat cells. */
const FAULTS: Partial<Record<string, string>> = {
	CSV_QUOTE_NOT_CLOSED: 'has a quote that is not closed',
	CSV_INVALID_CLOSING_QUOTE: 'has text behind a closing quote',
	INVALID_OPENING_QUOTE: 'has a quote within a cell that does not begin with one',
	CSV_MAX_RECORD_SIZE: 'is longer than 64 KB'
};

/** As long as one line of the API may be. */
const MOST_RECORD = 64 * 1024;

/**
 * The records of a CSV file in UTF-8 as they are read, the header first. Memory holds a few of them,
 * however long the file is. A record that is not CSV comes with its problem; throws what the file
 * system says.
 */
export async function* readRows(file: string, delimiter = ','): AsyncGenerator<Row, undefined> {
	const source = createReadStream(file);
	const parser = parse({
		bom: true,
		delimiter,
		info: true,
		relax_column_count: true,
		skip_empty_lines: true,
		max_record_size: MOST_RECORD,
		skip_records_with_error: true
	});
	source.on('error', (error) => parser.destroy(error));
	const skipped: Row[] = [];
	parser.on('skip', ({ code, lines = 0, bytes = 0 }: CsvError & Partial<Parsed['info']>) =>
		skipped.push({ line: lines, bytes, cells: [], problem: FAULTS[code] ?? `is not CSV: ${code}` })
	);
	let width = -1;
	try {
		for await (const { record, info } of source.pipe(parser) as AsyncIterable<Parsed>) {
			// The parser runs ahead: what it skipped may stand behind this record.
			while (skipped[0] && skipped[0].bytes <= info.bytes) yield skipped.shift()!;
			if (width < 0) width = record.length;
			const problem =
				record.length === width ? undefined : `has ${record.length} cells, the header has ${width}`;
			yield { line: info.lines, bytes: info.bytes, cells: record, ...(problem && { problem }) };
		}
		yield* skipped;
	} finally {
		source.destroy();
	}
}
