import type { FieldValue, Input, WorkflowDocument } from '../workflow/document.ts';
import type { Result } from '../result.ts';
import { checkInput, type InputFault, type OfferedInput } from './inputs.ts';

/** What stands for yes and no where a fact of that kind is typed. */
const YES_NO = ['true', 'false'];

/** A field that takes a value of this fact, with the fact's own limits. Throws on an unknown fact. */
export function factInput(document: WorkflowDocument, name: string): OfferedInput {
	const fact = document.facts[name];
	if (!fact) throw new Error('unknown fact');
	const { label, type } = fact;
	const named = { name, label };
	const limits = { min: '', max: '' };
	if (type === 'text')
		return { input: { ...named, type, maxLength: Math.min(fact.maxLength, 1_000) } };
	if (type === 'boolean' || type === 'choice') {
		const values = type === 'choice' ? fact.options : YES_NO;
		const options = values.map((value) => ({ value, label: { en: value } }));
		return { input: { ...named, type: 'choice', options }, options };
	}
	const offer: OfferedInput = { input: { ...named, type, ...limits } };
	if (type !== 'integer') return offer;
	return {
		...offer,
		...(fact.min !== undefined && { min: fact.min }),
		...(fact.max !== undefined && { max: fact.max })
	};
}

/** What somebody typed for a fact, as its value: money in minor units, yes and no as such. */
export function readTyped(
	document: WorkflowDocument,
	name: string,
	typed: string,
	language: string
): Result<FieldValue, 'refused', InputFault> {
	const read = checkInput(factInput(document, name), typed, document.currency, language);
	const isBoolean = document.facts[name]?.type === 'boolean';
	return read.ok && isBoolean ? { ok: true, value: read.value === 'true' } : read;
}

/** What somebody typed as a bound of an action's input: as the input's own values are. */
export const readBound = (
	{ currency }: Pick<WorkflowDocument, 'currency'>,
	input: Input,
	typed: string,
	language: string
): Result<FieldValue, 'refused', InputFault> => checkInput({ input }, typed, currency, language);
