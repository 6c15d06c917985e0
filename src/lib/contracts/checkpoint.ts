import { z } from 'zod';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What a checkpoint says over its signature. Hashes are SHA-256 in hex. */
export const checkpointSchema = z.strictObject({
	v: z.literal(1),
	/** From 1, without gaps. */
	number: z.number().int().positive(),
	at: z.iso.datetime(),
	/** Of the checkpoint before it, as it was signed; '' at the first. */
	previous: z.union([hash, z.literal('')]),
	/** How many cases it covers, and one hash over their last events. */
	cases: z.number().int().min(0),
	heads: hash,
	/** How long the chain of privileged acts is, and its last hash. */
	acts: z.strictObject({
		count: z.number().int().min(0),
		head: z.union([hash, z.literal('')])
	})
});
export type Checkpoint = z.infer<typeof checkpointSchema>;
