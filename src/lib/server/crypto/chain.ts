import { createHash } from 'node:crypto';

/** What a chain runs through besides the JSON text of its data; `at` in microseconds since 1970. */
export type ChainFields = readonly (string | number | null)[];

/**
 * The next hash of a chain, in hex: SHA-256 over one JSON array of the hash before it, the fields and
 * the data. The text is PostgreSQL's own of `json_build_array`, so that the database's trigger and
 * whoever verifies without that database come to the same bytes.
 * @param before '' at the beginning
 * @param data as PostgreSQL writes this jsonb as text
 */
export const chainHash = (before: string, fields: ChainFields, data: string): string =>
	sha256(`[${[before, ...fields].map((field) => JSON.stringify(field)).join(', ')}, ${data}]`);

/** The last event of a case, as a checkpoint covers it. */
export interface Head {
	caseId: string;
	seq: number;
	/** Hex. */
	hash: string;
}

/** One hash over heads, which must come in the order of their case ids. */
export function headsDigest(heads: readonly Head[]): string {
	const hash = createHash('sha256');
	for (const { caseId, seq, hash: head } of heads) hash.update(`${caseId} ${seq} ${head}\n`);
	return hash.digest('hex');
}

/** SHA-256 of a text, in hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
