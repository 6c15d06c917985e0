import { once } from 'node:events';
import { createWriteStream, rmSync, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Beside the file's own columns; an import leaves them out, so that a corrected file can be sent. */
export const REFUSED_COLUMNS = ['refused_line', 'refused_reason'];

/** A spreadsheet would run these as a formula; the apostrophe makes them text (reference/security.md). */
export const safe = (cell: string): string => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);

/** A cell as it was before `safe`. */
export const unsafe = (cell: string): string => (/^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);

const quoted = (cell: string, delimiter: string): string =>
	/["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** `payments.csv` → `payments.refused.csv`, beside it. */
export const refusedPath = (file: string): string => `${file.replace(/\.csv$/i, '')}.refused.csv`;

/** The file of refused lines, separated as the file they come from; it is there only if there is one. */
export function createRefusedFile(path: string, header: readonly string[], delimiter = ',') {
	rmSync(path, { force: true });
	const csvLine = (cells: readonly string[]): string =>
		`${cells.map((cell) => quoted(safe(cell), delimiter)).join(delimiter)}\n`;
	const own = header.flatMap((name, index) =>
		REFUSED_COLUMNS.includes(name.trim()) ? [] : [index]
	);
	let stream: WriteStream | undefined;
	const write = async (text: string) => {
		stream ??= createWriteStream(path, { mode: 0o600 });
		if (!stream.write(text)) await once(stream, 'drain');
	};
	let count = 0;
	return {
		path,
		/** How many were refused so far. */
		count: () => count,
		async add(line: number, cells: readonly string[], reason: string): Promise<void> {
			if (count === 0)
				await write(csvLine([...own.map((index) => header[index] ?? ''), ...REFUSED_COLUMNS]));
			count += 1;
			await write(csvLine([...own.map((index) => cells[index] ?? ''), String(line), reason]));
		},
		async close(): Promise<void> {
			if (!stream) return;
			stream.end();
			await finished(stream);
		}
	};
}
