import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { lineAnswerSchema, type LineAnswer, problemSchema } from '../../lib/contracts/api.ts';
import { problemWords } from './problem-words.ts';

export interface Api {
	url: string;
	key: string;
}

/** The answer to one item; `null` when none came. */
export interface Answered<Item> {
	item: Item;
	answer: LineAnswer | null;
}

/** One request takes no more. */
const MOST_LINES = 100_000;

/** The API refused the whole request. */
export class Refused extends Error {}

/**
 * Posts items as one NDJSON request and gives each with its answer while others are still being
 * sent. Takes at most 100,000 from `items`; the rest is for another call. When the connection
 * breaks, everything that was sent and not answered comes with `null`.
 *
 * Throws `Refused` with the problem's words when no line was looked at.
 */
export async function* postLines<Item>(
	{ url, key }: Api,
	items: AsyncIterator<Item>,
	lineOf: (item: Item) => string,
	most = MOST_LINES
): AsyncGenerator<Answered<Item>, undefined> {
	const address = new URL('/api/v1/cases', url);
	const request = (address.protocol === 'https:' ? httpsRequest : httpRequest)(address, {
		method: 'POST',
		headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' }
	});
	const waiting = new Map<number, Item>();
	const broken = new Promise<never>((_, reject) => request.once('error', reject));
	broken.catch(() => undefined);
	const answered = once(request, 'response') as Promise<[IncomingMessage]>;
	answered.catch(() => undefined);
	const sending = sendAll(request, items, lineOf, waiting, most);
	try {
		const [response] = await Promise.race([answered, broken]);
		if (response.statusCode !== 200) throw new Refused(await wordsOf(response));
		for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
			const answer = lineAnswerSchema.parse(JSON.parse(line));
			const item = waiting.get(answer.line);
			waiting.delete(answer.line);
			if (item !== undefined) yield { item, answer };
		}
	} catch (error) {
		if (error instanceof Refused || (error as Error).name === 'ZodError') throw error;
	} finally {
		request.destroy();
		await sending;
	}
	for (const item of waiting.values()) yield { item, answer: null };
}

async function sendAll<Item>(
	request: ClientRequest,
	items: AsyncIterator<Item>,
	lineOf: (item: Item) => string,
	waiting: Map<number, Item>,
	most: number
): Promise<void> {
	const closed = new Promise<void>((resolve) => request.once('close', resolve));
	for (let line = 1; line <= most && !request.destroyed; line += 1) {
		const next = await items.next();
		if (next.done) break;
		waiting.set(line, next.value);
		if (!request.write(`${lineOf(next.value)}\n`))
			await Promise.race([closed, new Promise((resolve) => request.once('drain', resolve))]);
	}
	request.end();
}

async function wordsOf(response: IncomingMessage): Promise<string> {
	const body = await text(response);
	try {
		return problemWords(problemSchema.parse(JSON.parse(body)));
	} catch {
		return `It answered ${response.statusCode}, and not as this API does.`;
	}
}
