import { z } from 'zod';

const ROLES = ['agent', 'approver', 'operations', 'auditor', 'administrator'] as const;

/** Name of a team: what workflows name as owner and backup. */
const team = z
	.string()
	.max(40)
	.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be kebab-case, such as service-desk');

/** An account as it is added or changed. */
export const staffSchema = z.object({
	email: z.email().max(254).toLowerCase(),
	name: z
		.string()
		.trim()
		.min(1)
		.max(100)
		.refine((text) => !/\p{C}/u.test(text), 'must not hold control characters'),
	roles: z.array(z.enum(ROLES)).min(1),
	teams: z.array(z.object({ team, lead: z.boolean() })).max(30)
});
export type StaffInput = z.output<typeof staffSchema>;

/** What a person types: never trimmed, bounded before anything is computed of it. */
const passwordSchema = z.string().min(1).max(1_000);

/** The form in which an account is set up. */
export const setUpForm = z.object({
	password: passwordSchema,
	/** On: the password stands alone. */
	alone: z.string().optional(),
	secret: z.string().regex(/^[A-Z2-7]{26,64}$/),
	code: z.string().max(40).default('')
});
