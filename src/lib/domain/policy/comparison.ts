import type { ASTNode } from '@marcbachmann/cel-js';
import { fail, ok, type Result } from '../result.ts';
import { isDate } from '../workflow/dates.ts';
import type { FieldType, FieldValue } from '../workflow/document.ts';
import { parseMoney, writeMoney } from '../workflow/money.ts';
import { buildEnvironment } from './environment.ts';

/**
 * A condition that people can edit without writing CEL: facts compared with values, all of which must
 * hold. What is more than that stays an expression.
 */
export interface Comparison {
	fact: string;
	operator: Operator;
	/** In the fact's type; money in minor units. */
	value: FieldValue;
}

export const OPERATORS = ['==', '!=', '<', '<=', '>', '>='] as const;
export type Operator = (typeof OPERATORS)[number];

type Facts = Record<string, FieldType>;

const ORDERED: FieldType['type'][] = ['integer', 'money', 'date'];

/** The operators that mean something for a type: a yes or no has one, its value says the rest. */
export const operatorsOf = (type: FieldType['type']): readonly Operator[] =>
	type === 'boolean' ? ['=='] : ORDERED.includes(type) ? OPERATORS : ['==', '!='];

const environment = buildEnvironment('moment', {});

/** The comparisons that a condition consists of, in their order; `null` if it is more than that. */
export function readComparisons(source: string, facts: Facts): Comparison[] | null {
	try {
		const parts = conjunction(environment.parse(source).ast).map((node) => read(node, facts));
		return parts.every((part) => part !== null) ? parts : null;
	} catch {
		return null;
	}
}

/** The expression that says them; `readComparisons` gives them back. */
export const writeComparisons = (comparisons: readonly Comparison[]): string =>
	comparisons
		.map(({ fact, operator, value }) =>
			typeof value === 'boolean'
				? `${value ? '' : '!'}facts.${fact}`
				: `facts.${fact} ${operator} ${typeof value === 'string' ? JSON.stringify(value) : value}`
		)
		.join(' && ');

const conjunction = (node: ASTNode): ASTNode[] =>
	node.op === '&&' ? node.args.flatMap(conjunction) : [node];

function read(node: ASTNode, facts: Facts): Comparison | null {
	const plain = factOf(node, facts);
	if (plain) return boolean(plain, true, facts);
	if (node.op === '!_') {
		const denied = factOf(node.args, facts);
		return denied ? boolean(denied, false, facts) : null;
	}
	const operator = OPERATORS.find((one) => one === node.op);
	if (!operator) return null;
	const [left, right] = node.args as [ASTNode, ASTNode];
	const fact = factOf(left, facts);
	const value = literal(right);
	if (!fact || value === null) return null;
	const type = facts[fact]!;
	return operatorsOf(type.type).includes(operator) && fits(value, type)
		? { fact, operator, value }
		: null;
}

const boolean = (fact: string, value: boolean, facts: Facts): Comparison | null =>
	facts[fact]?.type === 'boolean' ? { fact, operator: '==', value } : null;

function factOf(node: ASTNode, facts: Facts): string | undefined {
	if (node.op !== '.') return undefined;
	const [target, name] = node.args;
	const named = target.op === 'id' && target.args === 'facts' && Object.hasOwn(facts, name);
	return named ? name : undefined;
}

function literal(node: ASTNode): FieldValue | null {
	if (node.op === '-_') {
		const value = literal(node.args);
		return typeof value === 'number' ? -value : null;
	}
	if (node.op !== 'value') return null;
	const value: unknown = node.args;
	if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : null;
	return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

function fits(value: FieldValue, type: FieldType): boolean {
	switch (type.type) {
		case 'money':
		case 'integer':
			return typeof value === 'number';
		case 'boolean':
			return typeof value === 'boolean';
		case 'date':
			return typeof value === 'string' && isDate(value);
		case 'choice':
			return typeof value === 'string' && type.options.includes(value);
		case 'text':
			return typeof value === 'string';
	}
}

/** What stands in a form for a value: money in major units. */
export const comparedText = (value: FieldValue, type: FieldType, currency: string): string =>
	type.type === 'money' && typeof value === 'number'
		? writeMoney(value, currency, 'en')
		: String(value);

/**
 * A comparison as it was typed into a form.
 * - `unknown-fact`, `operator`: not offered by the form.
 * - `value`: not of the fact's type, or not one of its options.
 */
export function parseComparison(
	typed: { fact: string; operator: string; value: string },
	facts: Facts,
	currency: string
): Result<Comparison, 'unknown-fact' | 'operator' | 'value'> {
	const { fact } = typed;
	const type = Object.hasOwn(facts, fact) ? facts[fact] : undefined;
	if (!type) return fail('unknown-fact');
	const operator = operatorsOf(type.type).find((one) => one === typed.operator);
	if (!operator) return fail('operator');
	const value = parseValue(typed.value.trim(), type, currency);
	return value === null || !fits(value, type) ? fail('value') : ok({ fact, operator, value });
}

const YES = ['true', 'yes'];
const NO = ['false', 'no'];

function parseValue(text: string, { type }: FieldType, currency: string): FieldValue | null {
	switch (type) {
		case 'money': {
			const negative = text.startsWith('-');
			const money = parseMoney(negative ? text.slice(1) : text, currency, 'en');
			return money.ok ? (negative ? -money.value : money.value) : null;
		}
		case 'integer':
			return /^-?\d{1,15}$/.test(text) ? Number(text) : null;
		case 'boolean':
			return YES.includes(text) ? true : NO.includes(text) ? false : null;
		default:
			return text;
	}
}
