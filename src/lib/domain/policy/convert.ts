import { fail, ok, type Result } from '../result.ts';
import type { FieldValue, FieldValues } from '../workflow/document.ts';

/** CEL's integers are BigInt, ours are numbers. They meet here and nowhere else. */

export type CelValue = string | bigint | number | boolean;

/** Longest text an expression may yield, in UTF-16 units: chained values could double it each time. */
const MAX_TEXT = 2_000;

/**
 * A value for CEL. What is no safe integer stays a number, which CEL takes for a double: reading it
 * where an int is declared is then an evaluation error, not a rounded amount.
 */
export const toCel = (value: FieldValue): CelValue =>
	typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;

export const toCelRecord = (values: FieldValues): Record<string, CelValue> =>
	Object.fromEntries(
		Object.entries(values)
			.filter(([, value]) => value !== null && value !== undefined)
			.map(([name, value]) => [name, toCel(value)])
	);

/** A result of CEL as a field's value. Fails where it would lose digits or is of no type we keep. */
export function fromCel(value: unknown): Result<FieldValue, 'rule-error', string> {
	if (typeof value === 'bigint') {
		const number = Number(value);
		return Number.isSafeInteger(number) ? ok(number) : fail('rule-error', 'integer too large');
	}
	if (typeof value === 'boolean') return ok(value);
	if (typeof value === 'string')
		return value.length <= MAX_TEXT ? ok(value) : fail('rule-error', 'text too long');
	return fail('rule-error', 'result is neither integer, text nor boolean');
}
