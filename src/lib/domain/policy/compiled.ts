import type {
	Action,
	Clause,
	FieldType,
	Input,
	Line,
	Operation,
	WorkflowDocument
} from '../workflow/document.ts';
import type { Pattern } from '../workflow/pattern.ts';
import type { Program } from './program.ts';

/** One input with its limits ready to evaluate. */
export interface CompiledInput {
	input: Input;
	value?: Program;
	min?: Program;
	max?: Program;
	/** For a text: what it must look like. */
	pattern?: Pattern;
	/** For a choice: option value → when it is offered; an option that is not named always is. */
	when: Record<string, Program>;
}

export interface CompiledAction {
	key: string;
	action: Action;
	operation: Operation;
	clauses: { clause: Clause; program: Program }[];
	inputs: CompiledInput[];
	/** In the order of the document: a later one may read an earlier one. */
	values: { name: string; type: FieldType['type']; program: Program }[];
	lines: {
		line: Line;
		program: Program;
		options?: Extract<Input, { type: 'choice' }>['options'];
	}[];
	fields: { name: string; program: Program }[];
	checks: Program[];
}

/** How the correction of one fact is written to the system of record. */
export interface CompiledCorrection {
	operation: string;
	fields: { name: string; program: Program }[];
	checks: Program[];
}

/** A document that passed every check, with every expression parsed. Immutable; keep it by version. */
export interface CompiledWorkflow {
	document: WorkflowDocument;
	actions: Record<string, CompiledAction>;
	/** By fact. */
	corrections: Record<string, CompiledCorrection>;
	settled?: Program;
}

/**
 * The action of that key. A key from outside must have come through `evaluateActions`: an unknown
 * one here is a bug and throws.
 */
export function actionOf(compiled: CompiledWorkflow, key: string): CompiledAction {
	const action = Object.hasOwn(compiled.actions, key) ? compiled.actions[key] : undefined;
	if (!action) throw new Error('unknown action');
	return action;
}

/** How the correction of that fact is written; one that the document does not name is a bug and throws. */
export function correctionOf(compiled: CompiledWorkflow, fact: string): CompiledCorrection {
	const { corrections } = compiled;
	const correction = Object.hasOwn(corrections, fact) ? corrections[fact] : undefined;
	if (!correction) throw new Error('unknown correction');
	return correction;
}
