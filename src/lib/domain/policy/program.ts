import { EvaluationError, ParseError, TypeError, type Environment } from '@marcbachmann/cel-js';
import { fail, ok, type Result } from '../result.ts';
import type { FieldValue } from '../workflow/document.ts';
import { fromCel, toCel, toCelRecord, type CelValue } from './convert.ts';
import { inspect, type Refusal } from './inspect.ts';
import type { CelType } from './environment.ts';

/** What an expression is evaluated in. Built once a decision by `celContext`, used by many programs. */
export type CelContext = Record<string, CelValue | Record<string, CelValue>>;

/** An expression that was checked: parse once, run many times. */
export interface Program {
	source: string;
	type: CelType;
	/** Everything it reads, for explanations: `facts.balance`, `today`. */
	reads: string[];
	/** Fields without which it is not evaluated. */
	needs: string[];
	/** Fails with `rule-error`; the detail says why and holds no value of the case. */
	run: (context: CelContext) => Result<FieldValue, 'rule-error', string>;
}

/** Turns numbers into CEL integers, one level deep: `{ facts: {…}, today, now }`. */
export function celContext(
	records: Record<string, FieldValue | Record<string, FieldValue>>
): CelContext {
	const context: CelContext = {};
	for (const [name, value] of Object.entries(records))
		context[name] = typeof value === 'object' ? toCelRecord(value) : toCel(value);
	return context;
}

const isMissing = (context: CelContext, path: string): boolean => {
	const [root = '', name = ''] = path.split('.');
	const record = context[root];
	return typeof record !== 'object' || !Object.hasOwn(record, name);
};

/**
 * Parses, refuses and type-checks. Fails with every refusal, or with the one thing CEL says, each
 * with a cure. `types` are the result types allowed where the expression stands.
 */
export function compileExpression(
	environment: Environment,
	source: string,
	types: readonly CelType[]
): Result<Program, 'bad-expression', Refusal[]> {
	let parsed;
	try {
		parsed = environment.parse(source);
	} catch (error) {
		return fail('bad-expression', [explain(error, environment)]);
	}
	const { reads, needs, refusals } = inspect(parsed.ast);
	if (refusals.length > 0) return fail('bad-expression', refusals);
	const checked = parsed.check();
	if (!checked.valid) return fail('bad-expression', [explain(checked.error, environment)]);
	const type = types.find((one) => one === checked.type);
	if (!type)
		return fail('bad-expression', [
			{
				message: `Gives ${named(checked.type ?? 'nothing')}, not ${types.map(named).join(' or ')}`,
				cure: CURE_OF_TYPE[types[0] ?? 'bool']
			}
		]);
	const run = (context: CelContext): Result<FieldValue, 'rule-error', string> => {
		// CEL forgives an error beside a false (`missing && false` is false). We do not: a fact that
		// is not there must stop the rule, unless the rule itself asks `has()`.
		const missing = needs.filter((path) => isMissing(context, path));
		if (missing.length > 0) return fail('rule-error', `missing: ${missing.join(', ')}`);
		try {
			return fromCel(parsed(context) as unknown);
		} catch (error) {
			return fail('rule-error', error instanceof EvaluationError ? error.code : 'failed');
		}
	};
	return ok({ source, type, reads, needs, run });
}

const NAMES: Record<string, string> = {
	bool: 'a yes or no',
	int: 'a whole number',
	string: 'a text'
};
const named = (type: string): string => NAMES[type] ?? type;

const CURE_OF_TYPE: Record<CelType, string> = {
	bool: 'Make it a comparison, such as facts.x > 0.',
	int: 'Make it a whole number (money in minor units), such as facts.x or int("5").',
	string: 'Make it a text or a date, such as facts.x, "text" or today.'
};

/** The library's words, without its drawing of the source, and a cure by its code. */
function explain(error: unknown, environment: Environment): Refusal {
	if (!(
		error instanceof ParseError ||
		error instanceof TypeError ||
		error instanceof EvaluationError
	))
		return { message: 'Cannot be read', cure: 'Write a CEL expression, such as facts.x > 0.' };
	const at = error.range ? ` (at character ${error.range.start + 1})` : '';
	const message = error.summary + at;
	switch (error.code) {
		case 'no_such_key':
		case 'unknown_variable':
			return { message, cure: `Correct the name, or declare it. ${visible(environment)}` };
		case 'no_such_overload':
		case 'no_matching_overload':
			return {
				message,
				cure: 'Use two values of one type: money, integer are numbers; text, date, choice are texts in quotes.'
			};
		default:
			return {
				message,
				cure: 'Correct the expression here; brackets, quotes and operators must be whole.'
			};
	}
}

function visible(environment: Environment): string {
	const roots = [
		'facts',
		'input',
		'values',
		'answer',
		'sent',
		'today',
		'now',
		'customer',
		'reference'
	];
	return `Known here: ${roots.filter((name) => environment.hasVariable(name)).join(', ')}.`;
}
