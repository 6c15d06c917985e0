import { fail, ok, type Result } from '../result.ts';
import { isDate } from './dates.ts';
import type {
	AnswerField,
	FieldType,
	FieldValue,
	FieldValues,
	WorkflowDocument
} from './document.ts';
import { cleanText } from './text.ts';

/** Why a value is not of its declared type. */
export type FieldFault =
	| 'missing'
	| 'type'
	| 'format'
	| 'characters'
	| 'too-long'
	| 'too-low'
	| 'too-high'
	| 'not-an-option';

/**
 * A value from outside (a trigger, a record, an answer) against its declared type. Nothing is
 * coerced: `"5"` is not an integer and `12.5` is not money, which is a whole number of minor units.
 */
function checkField(type: FieldType, value: unknown): Result<FieldValue, FieldFault> {
	switch (type.type) {
		case 'boolean':
			return typeof value === 'boolean' ? ok(value) : fail('type');
		case 'integer':
			return checkInteger(value, type.min, type.max);
		case 'money':
			return checkInteger(value);
		case 'date':
			if (typeof value !== 'string') return fail('type');
			return isDate(value) ? ok(value) : fail('format');
		case 'choice':
			if (typeof value !== 'string') return fail('type');
			return type.options.includes(value) ? ok(value) : fail('not-an-option');
		case 'text':
			return typeof value === 'string' ? cleanText(value, type.maxLength) : fail('type');
	}
}

function checkInteger(value: unknown, min?: number, max?: number): Result<number, FieldFault> {
	if (typeof value !== 'number' || !Number.isSafeInteger(value)) return fail('type');
	if (min !== undefined && value < min) return fail('too-low');
	if (max !== undefined && value > max) return fail('too-high');
	// −0 would be written as "-0".
	return ok(value + 0);
}

/** What stands at a dotted path of a JSON body, by own properties only; `undefined` if nothing does. */
export function readPath(body: unknown, path: string): unknown {
	let at = body;
	for (const key of path.split('.')) {
		if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
		at = (at as Record<string, unknown>)[key];
	}
	return at;
}

/** Values that were fit, and the faults of those that were not. */
export interface ReadFields {
	values: FieldValues;
	faults: Record<string, FieldFault>;
}

function readAll(fields: Iterable<[string, FieldType, string]>, body: unknown): ReadFields {
	const read: ReadFields = { values: {}, faults: {} };
	for (const [name, type, path] of fields) {
		const raw = readPath(body, path);
		const checked: Result<FieldValue, FieldFault> =
			raw === undefined || raw === null ? fail('missing') : checkField(type, raw);
		if (checked.ok) read.values[name] = checked.value;
		else read.faults[name] = checked.reason;
	}
	return read;
}

/** The facts that a customer's record holds. A null or absent one is a fault `missing`. */
export const readFacts = (
	document: Pick<WorkflowDocument, 'facts' | 'records'>,
	record: unknown
): ReadFields =>
	readAll(
		Object.entries(document.records.facts).flatMap(([name, path]) => {
			const fact = document.facts[name];
			return fact ? [[name, fact, path] as [string, FieldType, string]] : [];
		}),
		record
	);

/** The declared fields of a connector's answer. */
export const readAnswer = (answer: Record<string, AnswerField>, body: unknown): ReadFields =>
	readAll(
		Object.entries(answer).map(([name, field]) => [name, field, field.at]),
		body
	);

/** Facts given by a trigger. Unknown names are faults, so that a misspelt one is not lost. */
export function checkFacts(
	document: WorkflowDocument,
	given: Record<string, unknown>
): { values: FieldValues; faults: Record<string, FieldFault | 'unknown'> } {
	const values: FieldValues = {};
	const faults: Record<string, FieldFault | 'unknown'> = {};
	for (const [name, raw] of Object.entries(given)) {
		if (!Object.hasOwn(document.facts, name)) {
			faults[name] = 'unknown';
			continue;
		}
		const checked = checkField(document.facts[name]!, raw);
		if (checked.ok) values[name] = checked.value;
		else faults[name] = checked.reason;
	}
	return { values, faults };
}
