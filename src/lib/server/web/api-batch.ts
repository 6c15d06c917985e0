import { setTimeout as wait } from 'node:timers/promises';
import type { LineAnswer } from '../../contracts/api.ts';
import type { Opened } from '../flows/join-case.ts';
import { type Chunks, type Line, readLines } from './api-lines.ts';

/** Lines that go into one transaction: enough to make its cost small, few enough for a short lock. */
const BATCH = 200;
/** A caller who waits for an answer before sending more gets it after this. */
const LINGER_MS = 20;
const MOST_LINES = 100_000;
const TRIES = 3;
const TRY_AGAIN_MS = 250;

export interface BatchOptions {
	/** Opens cases, one answer a line, in order. */
	open: (lines: unknown[]) => Promise<Opened[]>;
	/** Told when lines could not be stored at all. */
	onFailure?: (error: unknown) => void;
	mostLines?: number;
}

/**
 * Answers an NDJSON body line by line, in order, while it is still being read: more is read only
 * when the answers before it are taken, so memory stays flat however long the body is.
 */
export function answerLines(body: Chunks, options: BatchOptions): ReadableStream<Uint8Array> {
	const answers = answerBatches(body, options);
	const encoder = new TextEncoder();
	return new ReadableStream<Uint8Array>(
		{
			async pull(controller) {
				const { value, done } = await answers.next();
				if (done) controller.close();
				else
					controller.enqueue(
						encoder.encode(value.map((one) => `${JSON.stringify(one)}\n`).join(''))
					);
			},
			async cancel() {
				await answers.return(undefined);
			}
		},
		{ highWaterMark: 0 }
	);
}

async function* answerBatches(
	body: Chunks,
	{ open, onFailure, mostLines = MOST_LINES }: BatchOptions
): AsyncGenerator<LineAnswer[], undefined> {
	let left = mostLines;
	for await (const batch of batches(readLines(body))) {
		const taken = batch.slice(0, left);
		const beyond = batch[left];
		left -= taken.length;
		try {
			yield await answerBatch(taken, open);
		} catch (error) {
			// Sent again, lines of these that were stored join what they opened; those after get no answer.
			onFailure?.(error);
			yield taken.map(unavailable);
			return;
		}
		if (!beyond) continue;
		yield [tooMany(beyond.line, mostLines)];
		return;
	}
}

/** Gathers up to 200 lines, fewer when no more come for a moment. */
async function* batches(lines: AsyncGenerator<Line>): AsyncGenerator<Line[], undefined> {
	let batch: Line[] = [];
	let late: Promise<null> | undefined;
	let next = lines.next();
	try {
		for (;;) {
			const got = await (late ? Promise.race([next, late]) : next);
			if (got?.done) break;
			if (got) {
				batch.push(got.value);
				next = lines.next();
				late ??= wait(LINGER_MS, null);
			}
			if (got && batch.length < BATCH) continue;
			yield batch;
			[batch, late] = [[], undefined];
		}
		if (batch.length > 0) yield batch;
	} finally {
		// Left early, a read may be under way: it ends with the request, and nobody waits for it.
		next.catch(() => undefined);
		lines.return(undefined).catch(() => undefined);
	}
}

const tooMany = (line: number, most: number): LineAnswer => ({
	line,
	status: 'refused',
	reason: 'too-many-lines',
	problems: [{ field: '(line)', problem: `is beyond ${most}; send it in another request` }]
});

const unavailable = ({ line }: Line): LineAnswer => ({
	line,
	status: 'refused',
	reason: 'unavailable'
});

async function answerBatch(batch: Line[], open: BatchOptions['open']): Promise<LineAnswer[]> {
	const values = batch.flatMap((line) => ('value' in line ? [line.value] : []));
	const opened = values.length > 0 ? await tryAgain(() => open(values)) : [];
	let next = 0;
	return batch.map((line): LineAnswer => {
		if ('refusal' in line) return { line: line.line, status: 'refused', ...line.refusal };
		const answer = opened[next++];
		if (!answer) throw new Error('A line got no answer.');
		return { line: line.line, ...answer };
	});
}

/** Two imports of the same cases can run into each other's locks; a repeat joins what is there. */
async function tryAgain(open: () => Promise<Opened[]>): Promise<Opened[]> {
	for (let tried = 1; ; tried += 1)
		try {
			return await open();
		} catch (error) {
			if (tried === TRIES) throw error;
			await wait(tried * TRY_AGAIN_MS);
		}
}
