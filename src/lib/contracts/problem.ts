import type { z } from 'zod';

/** One thing wrong with an input: the field by its path, and what is wrong with it. */
export interface FieldProblem {
	field: string;
	/** Follows the field's name: begins small, ends without a full stop. */
	problem: string;
}

type Issue = z.core.$ZodRawIssue;
type Size = { origin: string; minimum?: number | bigint; maximum?: number | bigint };

const KINDS: Record<string, string> = {
	string: 'a text',
	number: 'a number',
	int: 'a whole number',
	boolean: 'true or false',
	object: 'an object of fields',
	record: 'an object of fields',
	array: 'a list'
};

/** What a schema expects, in words: `a text`. */
export const kindOf = (expected: string): string => KINDS[expected] ?? expected;

/** `one of: a, b`; a long list is cut. */
export function oneOfWords(values: readonly unknown[]): string {
	if (values.length === 1) return `"${String(values[0])}"`;
	const shown = values.slice(0, 12).map(String).join(', ');
	return `one of: ${shown}${values.length > 12 ? ', …' : ''}`;
}

/** Numbers are bounded themselves; of everything else it is the size. */
const bounded = ({ origin }: Size, bound: string): string => {
	if (origin === 'string') return `have ${bound} characters`;
	return origin === 'array' ? `have ${bound} entries` : `be ${bound}`;
};

/**
 * What is wrong in this project's words, for `safeParse(value, { error: inWords })`: every boundary
 * says the same for the same fault. A schema's own message goes before. The value is never repeated:
 * it may be personal.
 */
export function inWords(issue: Issue): string {
	const missing = issue.input === undefined && (issue.path ?? []).length > 0;
	if (missing && ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code))
		return 'is missing';
	switch (issue.code) {
		case 'invalid_type':
			return `must be ${kindOf(issue.expected)}`;
		case 'invalid_value':
			return `must be ${oneOfWords(issue.values)}`;
		case 'invalid_union':
			return unionWords(issue);
		case 'too_big':
			return `must ${bounded(issue, `at most ${issue.maximum}`)}`;
		case 'too_small':
			if (issue.minimum === 1 && issue.origin !== 'number' && issue.origin !== 'int')
				return 'must not be empty';
			return `must ${bounded(issue, `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`)}`;
		case 'invalid_key':
			return `has a name that ${issue.issues[0]?.message ?? 'is not allowed'}`;
		case 'unrecognized_keys':
			return 'is no field here';
		default:
			return 'is not as it must be';
	}
}

/** Every kind that would be right; or, of variants told apart by a field, every value of that. */
function unionWords(issue: Extract<Issue, { code: 'invalid_union' }>): string {
	const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
	if (options.length > 0) return `must be ${oneOfWords(options)}`;
	const inner = issue.errors.flat();
	const values = inner.flatMap((one) => (one.code === 'invalid_value' ? one.values : []));
	if (values.length > 0) return `must be ${oneOfWords(values)}`;
	const kinds = inner.flatMap((one) => (one.code === 'invalid_type' ? kindOf(one.expected) : []));
	return kinds.length > 0 ? `must be ${[...new Set(kinds)].join(' or ')}` : 'is not as it must be';
}

/** All problems of an input that was refused, each with its field. */
export const problemsOf = (error: z.ZodError): FieldProblem[] =>
	error.issues.flatMap((issue) =>
		issue.code === 'unrecognized_keys'
			? issue.keys.map((key) => ({
					field: [...issue.path, key].join('.'),
					problem: 'is no field here'
				}))
			: [{ field: issue.path.join('.') || '(body)', problem: issue.message }]
	);
