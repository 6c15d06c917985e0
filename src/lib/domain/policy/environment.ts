import { Environment } from '@marcbachmann/cel-js';
import { addDays, addMonths, daysBetween } from '../workflow/dates.ts';
import type { FieldType } from '../workflow/document.ts';

export type CelType = 'int' | 'bool' | 'string';

/** Name → CEL type, of the fields of one variable. */
export type Schema = Record<string, CelType>;

/**
 * What an expression can see depends on where it stands.
 * `moment`: clauses, limits, first values. `action`: values and lines. `send`: an operation's
 * fields; no `today` and no `now`, so that a repeat sends the same. `answer`: checks.
 */
export type Scope = 'moment' | 'action' | 'send' | 'answer';

/** Money is integer minor units; a date is `YYYY-MM-DD`, so `<` compares it rightly. */
export const celType = (type: FieldType['type']): CelType =>
	type === 'money' || type === 'integer' ? 'int' : type === 'boolean' ? 'bool' : 'string';

/** Bounds on one expression. What a rule needs is far below; what hurts is far above. */
const LIMITS = {
	maxAstNodes: 500,
	maxDepth: 30,
	maxListElements: 100,
	maxMapEntries: 50,
	maxCallArguments: 8
};

/** Rounds up: 1000 in 3 parts is 334. The divisor must be positive and the amount not negative. */
function divideUp(amount: bigint, parts: bigint): bigint {
	if (parts <= 0n || amount < 0n)
		throw new RangeError('divideUp needs an amount ≥ 0 and parts ≥ 1');
	return (amount + parts - 1n) / parts;
}

// Registering functions costs milliseconds; copies of this share them.
const base = new Environment({
	unlistedVariablesAreDyn: false,
	homogeneousAggregateLiterals: true,
	enableOptionalTypes: false,
	limits: LIMITS
})
	.registerFunction('daysBetween(string, string): int', (from: string, to: string) =>
		BigInt(daysBetween(from, to))
	)
	.registerFunction('addDays(string, int): string', (date: string, days: bigint) =>
		addDays(date, Number(days))
	)
	.registerFunction('addMonths(string, int): string', (date: string, months: bigint) =>
		addMonths(date, Number(months))
	)
	.registerFunction('min(int, int): int', (a: bigint, b: bigint) => (a < b ? a : b))
	.registerFunction('max(int, int): int', (a: bigint, b: bigint) => (a > b ? a : b))
	.registerFunction('divideUp(int, int): int', divideUp);

/** Declares `facts`, `input` … with their fields; `today`, `now`, `customer` and `reference` by scope. */
export function buildEnvironment(scope: Scope, records: Record<string, Schema>): Environment {
	const environment = base.clone();
	for (const [name, schema] of Object.entries(records))
		environment.registerVariable({ name, schema });
	if (scope === 'moment' || scope === 'action')
		environment.registerVariable('today', 'string').registerVariable('now', 'int');
	else environment.registerVariable('customer', 'string').registerVariable('reference', 'string');
	return environment;
}
