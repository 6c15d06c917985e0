import { z } from 'zod';
import type { Stage } from '../domain/case/state.ts';
import type { Assurance, Breakpoint } from '../domain/workflow/document.ts';
import { customerSchema } from './cases.ts';

/** What an API key may do. */
export const SCOPES = ['cases:write', 'cases:read', 'workflows:read'] as const;
export type Scope = (typeof SCOPES)[number];

/** Key names stand in timelines as `key:<name>`. */
export const keyNameSchema = z
	.string()
	.max(40)
	.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be kebab-case, such as billing-system');

/** reference/security.md, Idempotency-Key. */
export const idempotencyKeySchema = z
	.string()
	.regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be 1 to 255 of A-Z a-z 0-9 _ -');

export const workflowKeySchema = z
	.string()
	.max(60)
	.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a workflow key, in kebab-case');

export const STAGES = [
	'held',
	'waiting',
	'visited',
	'verified',
	'submitted',
	'with-person',
	'resolved',
	'deferred',
	'cancelled',
	'expired'
] as const satisfies readonly Stage[];
const stage = z.enum(STAGES);
const assurance = z.enum([
	'link',
	'known-facts',
	'code',
	'code-and-facts'
] as const satisfies readonly Assurance[]);
const breakpoint = z.enum([
	'trigger',
	'identity',
	'eligibility',
	'transaction',
	'writeback',
	'reply'
] as const satisfies readonly Breakpoint[]);
const id = z.uuid();
const time = z.iso.datetime();

/** Query of `GET /cases`. */
export const listCasesSchema = z.strictObject({
	workflow: workflowKeySchema.optional(),
	stage: stage.optional(),
	customer: customerSchema
		.describe("The customer's reference in the system of record, exactly as the trigger gave it.")
		.optional(),
	limit: z.coerce.number().int().min(1).max(200).default(50),
	cursor: z
		.string()
		.regex(/^[A-Za-z0-9_-]{22}$/, 'is not a cursor that we gave')
		.describe('`next` of the page before.')
		.optional()
});
export type ListCases = z.output<typeof listCasesSchema>;

/** Query of `GET /cases/{id}`: which part of the timeline. */
export const getCaseSchema = z.strictObject({
	limit: z.coerce
		.number()
		.int()
		.min(1)
		.max(500)
		.default(200)
		.describe('How much of the timeline at most, from its beginning or from `cursor` on.'),
	cursor: z.coerce
		.number()
		.int()
		.min(1)
		.max(2_147_483_647)
		.describe('`next` of the page before.')
		.optional()
});
export type GetCase = z.output<typeof getCaseSchema>;

/** Body of `POST /cases/{id}/cancel`. A code, because timelines hold nothing personal. */
export const cancelCaseSchema = z.strictObject({
	reason: z
		.string()
		.max(60)
		.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a kebab-case code, such as paid-elsewhere')
		.describe('A code such as `paid-elsewhere`; it stands in the timeline, so nothing personal.')
});

/** Body of `POST /cases/{id}/links`. */
export const renewLinkSchema = z.strictObject({
	send: z
		.boolean()
		.default(false)
		.describe('Also sends it to the customer, on the first channel that reaches them.')
});

const fieldProblem = z.strictObject({ field: z.string(), problem: z.string() });

/** An error document, RFC 9457. */
export const problemSchema = z.strictObject({
	type: z.string().describe('Names the problem; resolves to its explanation.'),
	title: z.string(),
	status: z.int(),
	detail: z.string().optional(),
	errors: z.array(fieldProblem).optional(),
	request: z.string().describe('Finds the request in our log.').optional()
});
export type ProblemDocument = z.output<typeof problemSchema>;

const opened = z.enum(['opened', 'held', 'joined']);
const missing = z.array(z.string()).describe('Facts the case still waits for.');

/** Answer to one case. */
export const openedSchema = z.strictObject({ status: opened, id, missing: missing.optional() });

/** One line of the answer to an NDJSON body. */
export const lineAnswerSchema = z.strictObject({
	line: z.int().min(1).describe('Number of the line that this answers, from 1.'),
	status: z.enum([...opened.options, 'refused']),
	id: id.optional(),
	missing: missing.optional(),
	reason: z
		.enum([
			'not-json',
			'too-long',
			'bad-input',
			'unknown-workflow',
			'too-many-lines',
			'unavailable'
		])
		.optional(),
	problems: z.array(fieldProblem).optional()
});
export type LineAnswer = z.output<typeof lineAnswerSchema>;

export const caseSchema = z
	.strictObject({
		id,
		workflow: z.string(),
		version: z.int().describe('The published version that the case keeps.'),
		stage,
		language: z.string(),
		missing,
		assurance: assurance.describe('The highest that anybody reached on this case.'),
		submission: z
			.strictObject({
				action: z.string(),
				reference: z.string().describe('Ours; the system of record was given it.'),
				state: z.enum(['received', 'booked', 'rejected'])
			})
			.nullable(),
		exceptions: z.array(
			z.strictObject({ id, type: z.string(), breakpoint, dueAt: z.iso.datetime({ offset: true }) })
		),
		openedAt: time,
		updatedAt: time,
		expiresAt: time.nullable().describe('When its living link ends; null while it has none.'),
		endedAt: time.nullable(),
		erasedAt: time
			.nullable()
			.describe('Since then nothing personal of the case exists any more; its timeline does.')
	})
	.meta({ id: 'Case' });
export type CaseView = z.output<typeof caseSchema>;

export const caseDetailSchema = caseSchema.extend({
	timeline: z.array(
		z.strictObject({
			number: z.int().min(1),
			type: z.string(),
			at: time,
			actor: z
				.string()
				.describe(
					'`customer`, `system`, `key:` and the name of an API key, or `staff:` and a name.'
				),
			data: z.record(z.string(), z.unknown()).describe('Names, ids, reasons and masks; no values.')
		})
	),
	next: z
		.int()
		.nullable()
		.describe('`cursor` for what comes after; null when the timeline ends here.')
});
export type CaseDetail = z.output<typeof caseDetailSchema>;

export const casePageSchema = z.strictObject({
	cases: z.array(caseSchema).describe('The newest first.'),
	next: z.string().nullable().describe('`cursor` of the next page; null on the last one.')
});
export type CasePage = z.output<typeof casePageSchema>;

export const cancelledSchema = z.strictObject({ id, stage: z.literal('cancelled') });

export const renewedLinkSchema = z.strictObject({
	url: z.url().describe('Opens the case. We keep only its hash: it is shown here once.'),
	expiresAt: time,
	sent: z
		.enum(['not-asked', 'queued', 'held', 'unreachable'])
		.describe('`held`: kept, and sent once the outreach of the workflow is switched on again.')
});
export type RenewedLink = z.output<typeof renewedLinkSchema>;

const workflowSummary = { key: z.string(), version: z.int(), title: z.string() };
export const workflowListSchema = z.strictObject({
	workflows: z.array(z.strictObject({ ...workflowSummary, publishedAt: time }))
});
export type WorkflowList = z.output<typeof workflowListSchema>;

export const workflowViewSchema = z.strictObject({
	...workflowSummary,
	languages: z.array(z.string()),
	currency: z.string().describe('ISO 4217; money is a whole number of its minor units.'),
	facts: z.array(
		z.strictObject({
			name: z.string(),
			type: z.enum(['text', 'integer', 'money', 'date', 'boolean', 'choice']),
			label: z.string(),
			required: z.boolean().describe('Without it the case is held.'),
			duplicate: z
				.boolean()
				.describe('Part of what makes two triggers the same: one without it is refused.'),
			maxLength: z.int().optional(),
			min: z.int().optional(),
			max: z.int().optional(),
			options: z.array(z.string()).optional()
		})
	)
});
export type WorkflowView = z.output<typeof workflowViewSchema>;
