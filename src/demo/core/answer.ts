import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';

/** What a handler gives back; how it travels is the server's business. */
export interface Answer {
	status: number;
	/** JSON unless it is text, which is HTML. */
	body: unknown;
	headers?: Record<string, string>;
}

/** RFC 9457. `errors` names fields. */
export const problem = (status: number, code: string, title: string, errors?: unknown): Answer => ({
	status,
	body: { type: `urn:demo-core:${code}`, title, status, code, ...(errors ? { errors } : {}) },
	headers: { 'content-type': 'application/problem+json' }
});

export const notFound = (): Answer => problem(404, 'not-found', 'Nothing is here');

const MOST_BYTES = 64 * 1024;

/** The request's body as text, or the problem with it. */
export async function readText(request: IncomingMessage): Promise<string | Answer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MOST_BYTES) return problem(413, 'too-large', 'The body is larger than 64 KB');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** A body that fits the schema, or a 400 (not JSON) or 422 (fields) that names what is wrong. */
export function parseBody<Value>(
	text: string,
	schema: z.ZodType<Value>
): { value: Value } | { refused: Answer } {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		return { refused: problem(400, 'not-json', 'The body is not JSON') };
	}
	const parsed = schema.safeParse(json);
	if (parsed.success) return { value: parsed.data };
	const errors = parsed.error.issues.map(({ path, message }) => ({
		field: path.join('.'),
		problem: message
	}));
	return { refused: problem(422, 'invalid-fields', 'Some fields are not valid', errors) };
}
