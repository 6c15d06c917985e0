import type { z } from 'zod';
import { inWords, problemsOf } from '../../contracts/problem.ts';
import { parseStrictJson } from '../../contracts/strict-json.ts';
import { Problem } from './problem.ts';

/** reference/security.md, bodies. */
const MOST_BYTES = 64 * 1024;

/** Media type without parameters, in lower case; empty if there is none. */
export const contentType = ({ headers }: Pick<Request, 'headers'>): string =>
	(headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();

/** Whether the caller sent anything; without a content type the framework would drop it unseen. */
export const hasBody = ({ headers }: Pick<Request, 'headers'>): boolean =>
	Number(headers.get('content-length')) > 0 || headers.has('transfer-encoding');

/** Accepts one of these content types. */
export function requireContentType(request: Request, ...types: string[]): void {
	if (types.includes(contentType(request))) return;
	throw new Problem('wrong-content-type', { detail: `It takes ${types.join(' or ')}.` });
}

/**
 * The chunks of a body. Leaving it early does not cancel it: that would cut the connection before
 * the answer is out.
 */
export const chunksOf = (body: Request['body']): AsyncIterable<Uint8Array> | never[] =>
	body?.values({ preventCancel: true }) ?? [];

/** Nobody reads the rest. */
const tooLarge = () => new Problem('too-large', { headers: { connection: 'close' } });

/** The bytes of a body; `null` if they are more than `most`, 64 KB unless told, and no more are held. */
export async function readBytes(
	{ headers, body }: Pick<Request, 'headers' | 'body'>,
	most = MOST_BYTES
): Promise<Buffer<ArrayBuffer> | null> {
	if (Number(headers.get('content-length')) > most) return null;
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of chunksOf(body)) {
		size += chunk.length;
		if (size > most) return null;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

/** The body as text: at most 64 KB, and valid UTF-8. */
export async function readText(request: Pick<Request, 'headers' | 'body'>): Promise<string> {
	const bytes = await readBytes(request);
	if (!bytes) throw tooLarge();
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		throw new Problem('bad-input', { errors: [{ field: '(body)', problem: 'is not UTF-8' }] });
	}
}

/** A JSON value as its schema wants it; else every wrong field with its problem. */
export function readJson<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
	return checked(schema, strictJson(text));
}

/** JSON by the strict rules of `parseStrictJson`, of any shape. */
export function strictJson(text: string): unknown {
	const parsed = parseStrictJson(text);
	if (parsed.ok) return parsed.value;
	throw new Problem('bad-input', { errors: [{ field: '(body)', problem: parsed.problem }] });
}

/** The query of an address. A name that stands twice is wrong: either could be meant. */
export function readQuery<Schema extends z.ZodType>(url: URL, schema: Schema): z.output<Schema> {
	const names = [...url.searchParams.keys()];
	const twice = names.filter((name, index) => names.indexOf(name) !== index);
	if (twice.length > 0)
		throw new Problem('bad-input', {
			errors: [...new Set(twice)].map((field) => ({ field, problem: 'stands there twice' }))
		});
	return checked(schema, Object.fromEntries(url.searchParams));
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
	const parsed = schema.safeParse(value, { error: inWords });
	if (parsed.success) return parsed.data;
	throw new Problem('bad-input', { errors: problemsOf(parsed.error) });
}
