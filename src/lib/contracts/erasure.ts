import { z } from 'zod';
import { customerSchema } from './cases.ts';
import { textSchema } from './text.ts';

/** Why, in words that are kept for good: nothing personal. */
export const reasonSchema = textSchema(200).min(1);

/** The form that asks for a person to be erased. */
export const requestErasureForm = z.object({ customer: customerSchema, reason: reasonSchema });

/** The form that says yes: the reference is typed again, by the second person. */
export const approveErasureForm = z.object({ id: z.uuid(), customer: customerSchema });
export const declineErasureForm = z.object({ id: z.uuid() });

/** What a receipt says over its signature. Nothing in it is personal. */
export const receiptSchema = z.strictObject({
	v: z.literal(1),
	number: z.number().int().positive(),
	erasure: z.uuid(),
	at: z.iso.datetime(),
	requestedBy: z.string(),
	requestedAt: z.iso.datetime(),
	approvedBy: z.string(),
	cases: z.array(z.uuid())
});
export type Receipt = z.infer<typeof receiptSchema>;

/** An erasure as the page of them shows it. */
export interface ErasureView {
	id: string;
	state: 'requested' | 'erased' | 'declined';
	reason: string;
	requestedBy: string;
	requestedAt: string;
	decidedBy: string | null;
	decidedAt: string | null;
	/** How many cases it is about; `null` for one that was declined. */
	cases: number | null;
	/** Signed; for whoever asks for a proof. */
	receipt: string | null;
	/** Asked for by who looks at it: somebody else decides. */
	own: boolean;
}

/** Why a press on that page came to nothing. */
export type ErasureRefusal =
	| 'bad-input'
	| 'forbidden'
	| 'unknown-customer'
	| 'legal-hold'
	| 'submission-under-way'
	| 'requested-already'
	| 'not-open'
	| 'own'
	| 'other-customer';
