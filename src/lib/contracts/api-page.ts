import type { WorkflowView } from './api.ts';
import { type Operation, OPERATIONS, problemsOfOperation } from './api-operations.ts';
import { PROBLEMS, type ProblemType } from './api-problems.ts';
import { exampleCase } from './example-case.ts';
import { openApiDocument } from './openapi.ts';

type Json = Record<string, unknown>;

export interface FieldRow {
	name: string;
	type: string;
	required: boolean;
	help: string;
	/** Of a parameter: path, query or header. */
	place?: string;
}

export interface OperationView {
	id: string;
	method: string;
	path: string;
	summary: string;
	/** Backticks mark code. */
	help: string[];
	parameters: FieldRow[];
	/** Content type and the name of its schema. */
	takes: { type: string; schema: string }[];
	answers: { status: number; help: string; gives: { type: string; schema: string }[] }[];
	problems: { type: ProblemType; status: number }[];
	curl: string;
}

export interface ApiPage {
	origin: string;
	operations: OperationView[];
	schemas: { name: string; fields: FieldRow[] }[];
	problems: { type: ProblemType; status: number; title: string; help: string }[];
}

const object = (value: unknown): Json => (value ?? {}) as Json;
const words = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * The reference page as plain values, made of the OpenAPI document that programs get.
 * @param workflow published here: the calls to try are about it
 */
export function apiPage(origin: string, workflow?: WorkflowView): ApiPage {
	const document = openApiDocument(origin);
	const schemas = object(object(document['components'])['schemas']);
	return {
		origin,
		operations: OPERATIONS.map((operation) => operationView(operation, document, origin, workflow)),
		schemas: Object.entries(schemas).map(([name, schema]) => ({
			name,
			fields: fieldRows(object(schema))
		})),
		problems: (Object.keys(PROBLEMS) as ProblemType[]).map((type) => ({ type, ...PROBLEMS[type] }))
	};
}

function operationView(
	operation: Operation,
	document: Json,
	origin: string,
	workflow?: WorkflowView
): OperationView {
	const { id, method, path, summary } = operation;
	const described = object(object(object(document['paths'])[path])[method]);
	const schemasIn = (content: unknown) =>
		Object.entries(object(content)).map(([type, body]) => ({
			type,
			schema: nameOf(object(object(body)['schema']))
		}));
	return {
		id,
		method: method.toUpperCase(),
		path: `/api/v1${path}`,
		summary,
		help: words(described['description']).split('\n\n'),
		parameters: ((described['parameters'] ?? []) as Json[]).map((parameter) => ({
			name: words(parameter['name']),
			type: typeText(object(parameter['schema'])),
			place: words(parameter['in']),
			required: parameter['required'] === true,
			help: words(parameter['description'])
		})),
		takes: schemasIn(object(described['requestBody'])['content']),
		answers: Object.entries(operation.answers).map(([status, { help }]) => ({
			status: Number(status),
			help,
			gives: schemasIn(object(object(described['responses'])[status])['content'])
		})),
		problems: problemsOfOperation(operation).map((type) => ({
			type,
			status: PROBLEMS[type].status
		})),
		curl: curlOf(operation, origin, workflow)
	};
}

const nameOf = (schema: Json): string => words(schema['$ref']).split('/').at(-1) ?? '';

/** A key belongs to one body: each example has its own. */
const keyOf = (operation: Operation): string =>
	`try-${OPERATIONS.filter(({ idempotent }) => idempotent).indexOf(operation) + 1}`;

/** Text within single quotes of a shell. */
const quoted = (text: string): string => text.replaceAll("'", "'\\''");

function curlOf(operation: Operation, origin: string, workflow?: WorkflowView): string {
	const { id, method, path, scope, idempotent, example = {} } = operation;
	const body = id === 'openCases' && workflow ? exampleCase(workflow) : example.body;
	const address = `${origin}/api/v1${path}${example.query ?? ''}`.replace(
		/\{(\w+)\}/g,
		(_, name) => (name === 'id' ? '$CASE' : (workflow?.key ?? '$WORKFLOW'))
	);
	const lines = [
		`curl ${method === 'post' ? '-X POST ' : ''}"${address}"`,
		...(scope ? ['-H "Authorization: Bearer $TAPDONE_API_KEY"'] : []),
		...(idempotent ? [`-H "Idempotency-Key: ${keyOf(operation)}"`] : []),
		...(body ? ['-H "Content-Type: application/json"', `-d '${quoted(JSON.stringify(body))}'`] : [])
	];
	return lines.join(' \\\n  ');
}

/** The fields of an object, those of objects within it under dotted names. */
function fieldRows(schema: Json, prefix = ''): FieldRow[] {
	const required = (schema['required'] ?? []) as string[];
	return Object.entries(object(schema['properties'])).flatMap(([key, value]) => {
		const field = object(value);
		const items = object(field['items']);
		const inner = field['type'] === 'array' ? items : nonNull(field);
		const name = `${prefix}${key}${field['type'] === 'array' ? '[]' : ''}`;
		const row: FieldRow = {
			name,
			type: typeText(field),
			required: required.includes(key),
			help: words(field['description'])
		};
		return inner['properties'] ? [row, ...fieldRows(inner, `${name}.`)] : [row];
	});
}

const options = (schema: Json): Json[] => (schema['anyOf'] ?? []) as Json[];

const nonNull = (schema: Json): Json =>
	options(schema).find((one) => one['type'] !== 'null') ?? schema;

/** `text, at most 80` and the like. */
function typeText(schema: Json): string {
	if (schema['$ref']) return nameOf(schema);
	if (options(schema).length > 0) return options(schema).map(typeText).join(' or ');
	if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
	if (schema['enum']) return (schema['enum'] as string[]).join(' | ');
	const type = [(schema['type'] ?? 'any') as string | string[]].flat().join(' or ');
	const format = schema['format'] ? ` (${words(schema['format'])})` : '';
	const most = schema['maxLength'] ?? schema['maximum'];
	const bound = typeof most === 'number' && most < 1e9 ? `, at most ${most}` : '';
	const standing =
		typeof (schema['default'] ?? {}) === 'object'
			? ''
			: `; ${JSON.stringify(schema['default'])} without it`;
	return (
		(type === 'array' ? `list of ${typeText(object(schema['items']))}` : type + format) +
		bound +
		standing
	);
}
