import { fail, ok, type Result } from '../result.ts';
import type { FieldValue, FieldValues, Format, Line } from '../workflow/document.ts';
import { formatValue, textIn } from '../workflow/format.ts';
import { actionOf, type CompiledAction, type CompiledWorkflow, correctionOf } from './compiled.ts';
import type { Moment } from './moment.ts';
import { celContext, type CelContext, type Program } from './program.ts';

/** Which expression failed, by its place in the document, and why. Holds no value of the case. */
export interface Where {
	/** Such as `actions.pay.values.rate`. */
	where: string;
	error: string;
}

/** A whole proposal: what the customer filled, on which facts, and what was computed from it. */
export interface Proposal extends Moment {
	input: FieldValues;
	values: FieldValues;
}

export interface ReviewLine {
	label: string;
	/** As the customer reads it; frozen with the submission. */
	text: string;
	value: FieldValue;
	format: Format;
}

const run = (
	program: Program,
	context: CelContext,
	where: string
): Result<FieldValue, 'rule-error', Where> => {
	const result = program.run(context);
	return result.ok ? result : fail('rule-error', { where, error: result.detail ?? 'failed' });
};

/**
 * The action's computed values, in order, each seeing the ones before it. Money in minor units.
 * Fails with `rule-error` at the first that cannot be computed. Throws on an unknown action.
 */
export function computeValues(
	compiled: CompiledWorkflow,
	actionKey: string,
	moment: Moment,
	input: FieldValues
): Result<FieldValues, 'rule-error', Where> {
	const values: FieldValues = {};
	for (const { name, program } of actionOf(compiled, actionKey).values) {
		const context = celContext({ ...only(moment), input, values });
		const result = run(program, context, `actions.${actionKey}.values.${name}`);
		if (!result.ok) return result;
		values[name] = result.value;
	}
	return ok(values);
}

/** The moment without whatever else the caller's object carries. */
const only = ({
	facts,
	today,
	now
}: Moment): Omit<Moment, 'grants'> & Record<string, FieldValue | FieldValues> => ({
	facts,
	today,
	now
});

/**
 * The lines of the review and the receipt, in the reader's language. Fails with `rule-error`.
 * Throws on an unknown action.
 */
export function reviewLines(
	compiled: CompiledWorkflow,
	actionKey: string,
	proposal: Proposal,
	language: string
): Result<ReviewLine[], 'rule-error', Where> {
	const { currency } = compiled.document;
	const { input, values } = proposal;
	const context = celContext({ ...only(proposal), input, values });
	const lines: ReviewLine[] = [];
	for (const [index, { line, program, options }] of actionOf(compiled, actionKey).lines.entries()) {
		const where = `actions.${actionKey}.review.lines[${index}]`;
		const result = run(program, context, where);
		if (!result.ok) return result;
		const shape = options ? { language, currency, options } : { language, currency };
		lines.push(shownLine(line, result.value, shape));
	}
	return ok(lines);
}

const shownLine = (
	line: Line,
	value: FieldValue,
	context: Parameters<typeof formatValue>[2]
): ReviewLine => ({
	label: textIn(line.label, context.language),
	text: formatValue(value, line.format, context),
	value,
	format: line.format
});

/**
 * What is sent to the system of record: the same for the same proposal, whenever it is asked.
 * `customer` is the record's id of the customer, `reference` ours for the submission.
 * Fails with `rule-error`. Throws on an unknown action.
 */
export function operationFields(
	compiled: CompiledWorkflow,
	actionKey: string,
	sending: Pick<Proposal, 'facts' | 'input' | 'values'> & { customer: string; reference: string }
): Result<FieldValues, 'rule-error', Where> {
	const { facts, input, values, customer, reference } = sending;
	const { action, fields } = actionOf(compiled, actionKey);
	const context = celContext({ facts, input, values, customer, reference });
	return fieldsOf(action.operation, fields, context);
}

/** The same for the correction of a fact: its fields read the facts as corrected. */
export function correctionFields(
	compiled: CompiledWorkflow,
	fact: string,
	sending: { facts: FieldValues; customer: string; reference: string }
): Result<FieldValues, 'rule-error', Where> {
	const { operation, fields } = correctionOf(compiled, fact);
	const { facts, customer, reference } = sending;
	const context = celContext({ facts, input: {}, values: {}, customer, reference });
	return fieldsOf(operation, fields, context);
}

function fieldsOf(
	operation: string,
	fields: CompiledAction['fields'],
	context: CelContext
): Result<FieldValues, 'rule-error', Where> {
	const sent: FieldValues = {};
	for (const { name, program } of fields) {
		const result = run(program, context, `records.operations.${operation}.fields.${name}`);
		if (!result.ok) return result;
		sent[name] = result.value;
	}
	return ok(sent);
}

/** What went to the system of record, and what came back. */
export interface Exchange {
	answer: FieldValues;
	sent: FieldValues;
	customer: string;
	reference: string;
}

/**
 * Whether the connector's answer (its declared fields) is about what was sent.
 * Fails with `answer-refused` where a check is false, `rule-error` where one cannot be evaluated,
 * for instance because a field is missing in the answer. Throws on an unknown action.
 */
export function checkAnswer(
	compiled: CompiledWorkflow,
	actionKey: string,
	exchange: Exchange
): Result<true, 'answer-refused' | 'rule-error', Where> {
	const { action, checks } = actionOf(compiled, actionKey);
	return answers(action.operation, checks, exchange);
}

/** The same for the correction of a fact. */
export function checkCorrected(
	compiled: CompiledWorkflow,
	fact: string,
	exchange: Exchange
): Result<true, 'answer-refused' | 'rule-error', Where> {
	const { operation, checks } = correctionOf(compiled, fact);
	return answers(operation, checks, exchange);
}

function answers(
	operation: string,
	checks: Program[],
	{ answer, sent, customer, reference }: Exchange
): Result<true, 'answer-refused' | 'rule-error', Where> {
	const context = celContext({ answer, sent, customer, reference });
	for (const [index, program] of checks.entries()) {
		const where = `records.operations.${operation}.checks[${index}]`;
		const result = run(program, context, where);
		if (!result.ok) return result;
		if (result.value !== true) return fail('answer-refused', { where, error: program.source });
	}
	return ok(true);
}
