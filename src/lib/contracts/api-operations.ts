import type { z } from 'zod';
import * as api from './api.ts';
import { openCaseSchema } from './cases.ts';
import type { ProblemType } from './api-problems.ts';

export interface Operation {
	id: string;
	method: 'get' | 'post';
	/** Below `/api/v1`; `{id}` and `{key}` are parameters. */
	path: string;
	summary: string;
	description: string;
	/** `null`: for everybody. */
	scope: api.Scope | null;
	/** Whether the Idempotency-Key header is needed (`json`: with a JSON body only). */
	idempotent?: 'always' | 'json';
	query?: z.ZodObject;
	/** Body by content type. */
	body?: Partial<Record<ContentType, z.ZodType>>;
	bodyOptional?: true;
	/** Success by status: what it means, and its body. */
	answers: Record<number, { help: string; body: Partial<Record<ContentType, z.ZodType>> }>;
	/** A call to try: what follows the path, and the body. */
	example?: { query?: string; body?: unknown };
	/** Beside those that every operation can have. */
	problems: ProblemType[];
}

export type ContentType = 'application/json' | 'application/x-ndjson';

const json = (schema: z.ZodType) => ({ 'application/json': schema });
const REPEATED: ProblemType[] = ['missing-idempotency-key', 'running', 'other-body'];
const BODY: ProblemType[] = ['bad-input', 'too-large', 'wrong-content-type'];

const LINES =
	`With \`application/x-ndjson\` each line of the body is one case, up to 100,000 lines of at
most 64 KB. The answer is NDJSON too, one line for each, in order, written while the body is still being
read: read it while you send, or you will be made to wait. A line that is wrong is refused with its
number and reason, the others go on. No Idempotency-Key is needed: a line that repeats an open case
joins it, so sending everything again opens nothing twice.`.replaceAll('\n', ' ');

/** Every operation of version 1. The OpenAPI document and the page that shows it are made of this. */
export const OPERATIONS: Operation[] = [
	{
		id: 'openCases',
		method: 'post',
		path: '/cases',
		summary: 'Open a case, or many',
		description: `A trigger that lacks facts is held with their names: post it again with them. One that repeats an open case joins it; the facts that tell two triggers apart (\`duplicate\` of the workflow) must come with each. ${LINES}`,
		scope: 'cases:write',
		idempotent: 'json',
		body: { 'application/json': openCaseSchema, 'application/x-ndjson': openCaseSchema },
		answers: {
			200: {
				help: 'It joined a case that is open; or, to NDJSON, one line for each line.',
				body: {
					'application/json': api.openedSchema,
					'application/x-ndjson': api.lineAnswerSchema
				}
			},
			201: { help: 'Opened, or held until the missing facts come.', body: json(api.openedSchema) }
		},
		example: {
			body: {
				workflow: 'your-workflow',
				customer: 'C-1001',
				language: 'en',
				contacts: { sms: '+4917604069001' },
				facts: { balance: 3363 }
			}
		},
		problems: [...BODY, 'unknown-workflow', ...REPEATED]
	},
	{
		id: 'listCases',
		method: 'get',
		path: '/cases',
		summary: 'List cases',
		description:
			'The newest first. The cursor stays right while cases are opened meanwhile. `customer` is compared as a whole, by a keyed hash; our log holds no addresses, so see to it that a proxy in front does not keep the query either.',
		scope: 'cases:read',
		query: api.listCasesSchema,
		example: { query: '?stage=waiting&limit=20' },
		answers: { 200: { help: 'One page.', body: json(api.casePageSchema) } },
		problems: ['bad-input']
	},
	{
		id: 'getCase',
		method: 'get',
		path: '/cases/{id}',
		summary: 'Look at a case and its timeline',
		description:
			'What happened to the case, the oldest first, without personal values. A long timeline comes in pages: `next` is the `cursor` of the following one.',
		scope: 'cases:read',
		query: api.getCaseSchema,
		answers: { 200: { help: 'The case.', body: json(api.caseDetailSchema) } },
		problems: ['bad-input', 'not-found']
	},
	{
		id: 'cancelCase',
		method: 'post',
		path: '/cases/{id}/cancel',
		summary: 'Cancel a case',
		description:
			'Its link ends, queued messages are not sent, and open exceptions are closed but for replies nobody has read and corrections in doubt. Not while something that the customer confirmed is being booked.',
		scope: 'cases:write',
		idempotent: 'always',
		body: json(api.cancelCaseSchema),
		example: { body: { reason: 'paid-elsewhere' } },
		answers: { 200: { help: 'Cancelled.', body: json(api.cancelledSchema) } },
		problems: [...BODY, 'not-found', 'ended', 'submission-under-way', ...REPEATED]
	},
	{
		id: 'renewLink',
		method: 'post',
		path: '/cases/{id}/links',
		summary: 'Make a new link',
		description:
			'The link before it ends at the same moment, with every visit that it opened. The answer is kept under the Idempotency-Key as ciphertext.',
		scope: 'cases:write',
		idempotent: 'always',
		body: json(api.renewLinkSchema),
		bodyOptional: true,
		example: { body: { send: false } },
		answers: { 201: { help: 'The new link.', body: json(api.renewedLinkSchema) } },
		problems: [...BODY, 'not-found', 'ended', 'held', ...REPEATED]
	},
	{
		id: 'listWorkflows',
		method: 'get',
		path: '/workflows',
		summary: 'List published workflows',
		description: 'The latest version of each.',
		scope: 'workflows:read',
		answers: { 200: { help: 'All of them.', body: json(api.workflowListSchema) } },
		problems: []
	},
	{
		id: 'getWorkflow',
		method: 'get',
		path: '/workflows/{key}',
		summary: 'Look at a workflow',
		description: 'What a trigger may carry: languages, and facts with their types.',
		scope: 'workflows:read',
		answers: { 200: { help: 'The latest version.', body: json(api.workflowViewSchema) } },
		problems: ['not-found']
	},
	{
		id: 'getOpenapi',
		method: 'get',
		path: '/openapi.json',
		summary: 'This description',
		description: 'OpenAPI 3.1, made from the schemas that check every request.',
		scope: null,
		answers: { 200: { help: 'The document.', body: {} } },
		problems: []
	}
];

/** Problems that an operation can answer with, in the order of their table. */
export const problemsOfOperation = ({ scope, problems }: Operation): ProblemType[] => [
	...(scope ? (['unauthorised', 'forbidden'] as const) : []),
	...problems,
	'internal',
	'unavailable'
];
