import { kindOf, oneOfWords } from '../../contracts/problem.ts';
import type { FieldType } from '../../domain/workflow/document.ts';
import type { FieldFault } from '../../domain/workflow/field.ts';
import type { Workflow } from '../db/workflows.ts';

/** What is wrong with a fact of a trigger; follows the fact's name, as in `contracts/problem`. */
export function factWords(
	{ document }: Pick<Workflow, 'document'>,
	name: string,
	fault: FieldFault | 'unknown'
): string {
	const type = Object.hasOwn(document.facts, name) ? document.facts[name] : undefined;
	if (!type) return `is no fact of the workflow "${document.workflow}"`;
	if (fault === 'too-long' && type.type === 'text')
		return `must have at most ${type.maxLength} characters`;
	if (fault === 'too-low' && type.type === 'integer') return `must be at least ${type.min}`;
	if (fault === 'too-high' && type.type === 'integer') return `must be at most ${type.max}`;
	if (fault === 'characters') return 'must not hold control characters or broken ones';
	return `must be ${wanted(type, document.currency)}`;
}

function wanted(type: FieldType, currency: string): string {
	switch (type.type) {
		case 'money':
			return `a whole number of minor units of ${currency}`;
		case 'integer':
			return kindOf('int');
		case 'date':
			return 'a date such as 2030-01-31';
		case 'choice':
			return oneOfWords(type.options);
		case 'boolean':
			return kindOf('boolean');
		case 'text':
			return kindOf('string');
	}
}
