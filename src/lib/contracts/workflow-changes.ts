import { z } from 'zod';
import { textSchema } from './text.ts';
import { isUuid } from './uuid.ts';

/** What staff send to change a workflow. */

/** Kebab-case, as in the document. */
export const workflowKeySchema = z
	.string()
	.max(60)
	.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be kebab-case, such as pay-now');

/** Far above any real document, in characters: the largest starter has 40,000. Reading is linear in it. */
export const MOST_SOURCE = 128_000;

/** As it was typed, with the line ends of YAML: a form sends CRLF. */
const sourceSchema = z
	.string()
	.max(MOST_SOURCE)
	.refine(
		(text) => !text.includes('\u0000') && text.isWellFormed(),
		'must not contain U+0000 or half of a surrogate pair'
	)
	.transform((text) => text.replaceAll('\r\n', '\n'));

export const uuidSchema = z.string().refine(isUuid, 'must be an id');

/** Why, in a person's words; it stays in the record. */
export const reasonSchema = textSchema(500).pipe(z.string().min(1, 'must be given'));

const whole = z.coerce.number().int().min(0).max(1_000_000_000);

export const saveDraftSchema = z.object({
	key: workflowKeySchema,
	/** The revision that the text was typed over; 0 where there was no draft. */
	revision: whole,
	source: sourceSchema
});
export type SaveDraft = z.output<typeof saveDraftSchema>;

export const proposeChangeSchema = z.object({
	key: workflowKeySchema,
	revision: whole,
	/** The version that it was compared with; 0 where there was none. */
	against: whole.transform((version) => version || null),
	reason: reasonSchema
});
export type ProposeChange = z.output<typeof proposeChangeSchema>;

export const proposeRollbackSchema = z.object({
	key: workflowKeySchema,
	version: whole,
	reason: reasonSchema
});
export type ProposeRollback = z.output<typeof proposeRollbackSchema>;

export const approveChangeSchema = z.object({
	id: uuidSchema,
	/** Of the content that the approver saw. */
	hash: z.string().regex(/^[0-9a-f]{64}$/)
});
export type ApproveChange = z.output<typeof approveChangeSchema>;

export const endProposalSchema = z.object({ id: uuidSchema, reason: reasonSchema });
export type EndProposal = z.output<typeof endProposalSchema>;

/** A version by number, the draft, or a proposal by its id. */
const sideSchema = z
	.string()
	.regex(/^(draft|\d{1,9}|[0-9a-f-]{36})$/, 'must be a version or the draft');

export const lookUpSchema = z.object({
	key: workflowKeySchema,
	/** The reference in the system of record: it comes in a form, never in an address. */
	customer: textSchema(64).pipe(z.string().min(1, 'must be given')),
	side: sideSchema
});
export type LookUp = z.output<typeof lookUpSchema>;

export const previewSchema = lookUpSchema.extend({
	page: z.enum(['choose', 'fill', 'review']),
	action: z.union([workflowKeySchema, z.literal('')]).default(''),
	language: z.string().max(20).default('')
});
export type Preview = z.output<typeof previewSchema>;

/** A text that is only checked. */
export const checkSchema = saveDraftSchema.omit({ revision: true });
