import { z } from 'zod';
import * as api from './api.ts';
import { type Operation, OPERATIONS, problemsOfOperation } from './api-operations.ts';
import { PROBLEMS, type ProblemType } from './api-problems.ts';
import { openCaseSchema } from './cases.ts';

type Json = Record<string, unknown>;

/** Schemas with a name of their own; others stand where they are used. */
const NAMED: [name: string, schema: z.ZodType, io: 'input' | 'output'][] = [
	['OpenCase', openCaseSchema, 'input'],
	['Opened', api.openedSchema, 'output'],
	['LineAnswer', api.lineAnswerSchema, 'output'],
	['Case', api.caseSchema, 'output'],
	['CaseDetail', api.caseDetailSchema, 'output'],
	['CasePage', api.casePageSchema, 'output'],
	['CancelCase', api.cancelCaseSchema, 'input'],
	['Cancelled', api.cancelledSchema, 'output'],
	['RenewLink', api.renewLinkSchema, 'input'],
	['RenewedLink', api.renewedLinkSchema, 'output'],
	['WorkflowList', api.workflowListSchema, 'output'],
	['Workflow', api.workflowViewSchema, 'output'],
	['Problem', api.problemSchema, 'output']
];

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
	const made = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
	const own = Object.entries(made).filter(([key]) => !['$schema', '$defs', 'id'].includes(key));
	// A schema with an id of its own stands among the components, not within each that uses it.
	const text = JSON.stringify(Object.fromEntries(own));
	return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}

function refer(schema: z.ZodType): Json {
	const named = NAMED.find(([, one]) => one === schema);
	return named ? { $ref: `#/components/schemas/${named[0]}` } : schemaOf(schema, 'output');
}

const content = (bodies: Partial<Record<string, z.ZodType>>): Json =>
	Object.fromEntries(
		Object.entries(bodies).flatMap(([type, schema]) =>
			schema ? [[type, { schema: refer(schema) }]] : []
		)
	);

function parametersOf({ path, query, idempotent }: Operation): Json[] {
	const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
		name,
		in: 'path',
		required: true,
		schema: name === 'id' ? { type: 'string', format: 'uuid' } : { type: 'string' }
	}));
	const { properties = {} } = query ? schemaOf(query, 'input') : {};
	const inQuery = Object.entries(properties as Record<string, Json>).map(([name, whole]) => {
		const { description, ...schema } = whole;
		return { name, in: 'query', required: false, ...(description ? { description } : {}), schema };
	});
	const key = {
		name: 'Idempotency-Key',
		in: 'header',
		required: idempotent === 'always',
		description:
			idempotent === 'json'
				? 'Required with application/json; not used with application/x-ndjson.'
				: 'The same key with the same body gets the same answer, for 7 days.',
		schema: schemaOf(api.idempotencyKeySchema, 'input')
	};
	return [...inPath, ...inQuery, ...(idempotent ? [key] : [])];
}

function responsesOf(operation: Operation): Json {
	const byStatus = new Map<number, ProblemType[]>();
	for (const type of problemsOfOperation(operation)) {
		const { status } = PROBLEMS[type];
		byStatus.set(status, [...(byStatus.get(status) ?? []), type]);
	}
	const good = Object.entries(operation.answers).map(([status, { help, body }]) => {
		const open = operation.path === '/openapi.json' && { 'application/json': { schema: {} } };
		return [status, { description: help, content: open || content(body) }] as const;
	});
	const bad = [...byStatus].map(([status, types]) => [
		String(status),
		{
			description: types.map((type) => `\`${type}\`: ${PROBLEMS[type].title}.`).join(' '),
			content: { 'application/problem+json': { schema: refer(api.problemSchema) } }
		}
	]);
	return Object.fromEntries([...good, ...bad]) as Json;
}

function operationObject(operation: Operation): Json {
	const { id, summary, description, scope, body, bodyOptional } = operation;
	const parameters = parametersOf(operation);
	return {
		operationId: id,
		summary,
		description: scope ? `${description}\n\nNeeds the scope \`${scope}\`.` : description,
		...(parameters.length ? { parameters } : {}),
		...(body ? { requestBody: { required: !bodyOptional, content: content(body) } } : {}),
		responses: responsesOf(operation),
		security: scope ? [{ apiKey: [] }] : []
	};
}

/** The OpenAPI 3.1 document of this installation; `origin` is where it is reached. */
export function openApiDocument(origin: string): Json {
	const paths: Record<string, Json> = {};
	for (const operation of OPERATIONS)
		paths[operation.path] = {
			...paths[operation.path],
			[operation.method]: operationObject(operation)
		};
	return {
		openapi: '3.1.1',
		info: {
			title: 'Tapdone API',
			version: '1',
			description:
				'Opens cases, looks at them, cancels them, makes new links. Errors are problem documents (RFC 9457).',
			license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
		},
		externalDocs: { description: 'The same to read', url: `${origin}/api` },
		servers: [{ url: `${origin}/api/v1` }],
		paths,
		components: {
			schemas: Object.fromEntries(NAMED.map(([name, schema, io]) => [name, schemaOf(schema, io)])),
			securitySchemes: {
				apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'tk_<id>_<secret>' }
			}
		}
	};
}
