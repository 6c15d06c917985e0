import type { Environment } from '@marcbachmann/cel-js';
import type { Action, Format, Input, Operation, WorkflowDocument } from '../workflow/document.ts';
import { compilePattern } from '../workflow/pattern.ts';
import type { Path, Report } from '../workflow/problem.ts';
import type { CompiledAction, CompiledCorrection, CompiledInput } from './compiled.ts';
import { buildEnvironment, celType, type CelType, type Schema } from './environment.ts';
import { compileExpression, type Program } from './program.ts';

/** Facts that are always there once the case is on its path: from the trigger or from the record. */
const settledFacts = (document: WorkflowDocument): Set<string> =>
	new Set([...document.trigger.required, ...Object.keys(document.records.facts)]);

/** Compiles one expression at a path, reporting what is wrong with it. */
type Compile = (
	environment: Environment,
	path: Path,
	source: string,
	types: readonly CelType[]
) => Program | undefined;

function compiler(document: WorkflowDocument, report: Report): Compile {
	const settled = settledFacts(document);
	return (environment, path, source, types) => {
		if (typeof source !== 'string') return undefined;
		const compiled = compileExpression(environment, source, types);
		if (!compiled.ok) {
			for (const { message, cure } of compiled.detail ?? []) report(path, message, cure);
			return undefined;
		}
		for (const need of compiled.value.needs) {
			const [root, name = ''] = need.split('.');
			if (root === 'facts' && !settled.has(name))
				report(
					path,
					`Reads ${need}, which may be missing`,
					`Name it in trigger.required or records.facts, or ask has(${need}) first.`
				);
		}
		return compiled.value;
	};
}

const factTypes = (document: WorkflowDocument): Schema =>
	Object.fromEntries(
		Object.entries(document.facts).map(([name, fact]) => [name, celType(fact.type)])
	);

/** Field → CEL type, for every record an action's expressions can see. */
function schemas(document: WorkflowDocument, action: Action) {
	const typed = (fields: { name: string; type: Input['type'] | 'date' }[]): Schema =>
		Object.fromEntries(fields.map((field) => [field.name, celType(field.type)]));
	return {
		facts: factTypes(document),
		input: typed(action.inputs),
		values: typed(action.values)
	};
}

/** When there is nothing left to do, of a document that says so. */
export function compileSettled(document: WorkflowDocument, report: Report): Program | undefined {
	if (!document.settled) return undefined;
	const environment = buildEnvironment('moment', { facts: factTypes(document) });
	const path = ['settled', 'expression'];
	return compiler(document, report)(environment, path, document.settled.expression, ['bool']);
}

/** How corrections are written: an operation that is, sees the facts and nothing that a customer typed. */
export function compileCorrections(
	document: WorkflowDocument,
	report: Report
): Record<string, CompiledCorrection> {
	const { operations } = document.records;
	const corrections = document.records.corrections?.facts ?? {};
	const compile = compiler(document, report);
	const records = { facts: factTypes(document), input: {}, values: {} };
	const compiled = new Map<string, CompiledCorrection>();
	for (const name of new Set(Object.values(corrections))) {
		const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
		if (!operation) continue;
		compiled.set(name, {
			operation: name,
			...compileOperation(compile, name, operation, records)
		});
	}
	return Object.fromEntries(
		Object.entries(corrections).flatMap(([fact, name]) => {
			const found = compiled.get(name);
			return found ? [[fact, found]] : [];
		})
	);
}

/**
 * Every expression of one action, typed and parsed. Reports all problems; what is returned is whole
 * only if none was reported.
 */
export function compileAction(
	document: WorkflowDocument,
	key: string,
	action: Action,
	report: Report
): CompiledAction | undefined {
	const compile = compiler(document, report);
	const { facts, input, values } = schemas(document, action);
	const at = (...path: Path): Path => ['actions', key, ...path];
	const moment = buildEnvironment('moment', { facts });
	const whole = buildEnvironment('action', { facts, input, values });

	const clauses = action.clauses.flatMap((clause, index) => {
		const path = at('clauses', index, 'expression');
		const program = compile(moment, path, clause.expression, ['bool']);
		return program ? [{ clause, program }] : [];
	});
	const inputs = action.inputs.map((one, index) => ({
		...compileInput(compile, moment, at('inputs', index), one),
		...readPattern(one, at('inputs', index), report)
	}));
	const computed = action.values.flatMap((value, index) => {
		const path = at('values', index, 'expression');
		const program = compile(whole, path, value.expression, [celType(value.type)]);
		const later = new Set(action.values.slice(index).map((other) => `values.${other.name}`));
		for (const read of program?.reads ?? [])
			if (later.has(read))
				report(path, `Reads ${read} before it is computed`, `Put ${value.name} after it.`);
		return program ? [{ name: value.name, type: value.type, program }] : [];
	});
	const lines = action.review.lines.flatMap((line, index) => {
		const path = at('review', 'lines', index, 'value');
		const program = compile(whole, path, line.value, typesOfFormat(line.format));
		return program ? [{ line, program, ...optionsOf(action, program) }] : [];
	});

	const operation = Object.hasOwn(document.records.operations, action.operation)
		? document.records.operations[action.operation]
		: undefined;
	if (!operation) return undefined;
	const sending = compileOperation(compile, action.operation, operation, { facts, input, values });
	return { key, action, operation, clauses, inputs, values: computed, lines, ...sending };
}

function compileInput(
	compile: Compile,
	environment: Environment,
	path: Path,
	input: Input
): CompiledInput {
	const type = celType(input.type);
	const compiled: CompiledInput = { input, when: {} };
	const set = (name: 'value' | 'min' | 'max', source: string | undefined) => {
		if (source === undefined) return;
		const program = compile(environment, [...path, name], source, [type]);
		if (program) compiled[name] = program;
	};
	set('value', input.value);
	if (input.type === 'choice')
		for (const [index, option] of input.options.entries()) {
			if (option.when === undefined) continue;
			const at = [...path, 'options', index, 'when'];
			const program = compile(environment, at, option.when, ['bool']);
			if (program) compiled.when[option.value] = program;
		}
	else if (input.type !== 'text') {
		set('min', input.min);
		set('max', input.max);
	}
	return compiled;
}

/** The pattern of a text that has one; it and its words go together. */
function readPattern(input: Input, path: Path, report: Report): Pick<CompiledInput, 'pattern'> {
	if (input.type !== 'text') return {};
	const { pattern: source, patternHint, maxLength } = input;
	if ((source === undefined) !== (patternHint === undefined))
		report(
			[...path, source === undefined ? 'patternHint' : 'pattern'],
			source === undefined
				? 'There is no pattern that this explains'
				: 'Nothing says what would fit',
			source === undefined ? 'Write pattern, or remove it.' : 'Write patternHint in every language.'
		);
	if (typeof source !== 'string') return {};
	const read = compilePattern(source);
	if (!read.ok) {
		if (read.detail) report([...path, 'pattern'], read.detail.message, read.detail.cure);
		return {};
	}
	if (read.value.shortest > maxLength)
		report(
			[...path, 'pattern'],
			`Nothing that fits is as short as ${maxLength} characters`,
			'Shorten it, or raise maxLength.'
		);
	return { pattern: read.value };
}

/** An operation is typed once for each action that uses it: their inputs differ. */
function compileOperation(
	compile: Compile,
	name: string,
	operation: Operation,
	records: { facts: Schema; input: Schema; values: Schema }
): Pick<CompiledAction, 'fields' | 'checks'> {
	const at = (...path: Path): Path => ['records', 'operations', name, ...path];
	const sending = buildEnvironment('send', records);
	const fields = Object.entries(operation.fields).flatMap(([field, source]) => {
		const program = compile(sending, at('fields', field), source, ['string', 'int', 'bool']);
		return program ? [{ name: field, program }] : [];
	});
	// A field that did not compile is reported above; here it only must not cause a second message.
	const sent: Schema = Object.fromEntries(
		Object.keys(operation.fields).map((field) => [
			field,
			fields.find((one) => one.name === field)?.program.type ?? ('dyn' as CelType)
		])
	);
	const answer: Schema = Object.fromEntries(
		Object.entries(operation.answer).map(([field, type]) => [field, celType(type.type)])
	);
	const answering = buildEnvironment('answer', { answer, sent });
	const checks = operation.checks.flatMap((source, index) => {
		const program = compile(answering, at('checks', index), source, ['bool']);
		return program ? [program] : [];
	});
	return { fields, checks };
}

const typesOfFormat = (format: Format): CelType[] =>
	format === 'money' || format === 'integer'
		? ['int']
		: format === 'text'
			? ['string', 'int']
			: ['string'];

/** A line that shows one choice input takes the labels of its options. */
function optionsOf(action: Action, program: Program) {
	const read = program.reads.filter((path) => path.startsWith('input.'));
	const input = action.inputs.find((one) => read.length === 1 && read[0] === `input.${one.name}`);
	return input?.type === 'choice' ? { options: input.options } : {};
}
