import type { LineAnswer } from '../../contracts/api.ts';
import { parseStrictJson } from '../../contracts/strict-json.ts';

/** reference/security.md, bodies: for one line what is for one body. */
const MOST_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** A body as it comes. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** One line of an NDJSON body, numbered from 1 with empty lines counted. */
export type Line =
	| { line: number; value: unknown }
	| { line: number; refusal: Pick<LineAnswer, 'reason' | 'problems'> };

/**
 * The lines of an NDJSON body as they come; empty ones are left out. A line that is too long is
 * passed over without being held.
 */
export async function* readLines(body: Chunks): AsyncGenerator<Line> {
	const decoder = new TextDecoder('utf-8', { fatal: true });
	let held: Uint8Array[] = [];
	let size = 0;
	let line = 1;
	const hold = (piece: Uint8Array) => {
		size += piece.length;
		if (size <= MOST_LINE_BYTES) held.push(piece);
		else held = [];
	};
	const take = (): Line | null => {
		const made =
			size > MOST_LINE_BYTES ? tooLong(line) : lineOf(line, Buffer.concat(held), decoder);
		[held, size, line] = [[], 0, line + 1];
		return made;
	};
	for await (const chunk of body) {
		let from = 0;
		for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
			hold(chunk.subarray(from, end));
			from = end + 1;
			const made = take();
			if (made) yield made;
		}
		hold(chunk.subarray(from));
	}
	const last = size > 0 ? take() : null;
	if (last) yield last;
}

const refuse = (line: number, reason: LineAnswer['reason'], problem: string): Line => ({
	line,
	refusal: { reason, problems: [{ field: '(line)', problem }] }
});

const tooLong = (line: number): Line => refuse(line, 'too-long', 'is longer than 64 KB');

function lineOf(line: number, bytes: Uint8Array, decoder: TextDecoder): Line | null {
	let text: string;
	try {
		text = decoder.decode(bytes);
	} catch {
		return refuse(line, 'not-json', 'is not UTF-8');
	}
	if (text.trim() === '') return null;
	const parsed = parseStrictJson(text);
	return parsed.ok ? { line, value: parsed.value } : refuse(line, 'not-json', parsed.problem);
}
