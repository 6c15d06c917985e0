import type { FieldType, FieldValue, FieldValues, Format, Input } from '../workflow/document.ts';
import { formatValue } from '../workflow/format.ts';
import type { CompiledWorkflow } from './compiled.ts';

/** What stands for a fact that the record does not hold: a text is never shown with a bare `{name}`. */
const ABSENT = '–';

const formatOf = (type: FieldType['type'] | Input['type']): Format =>
	type === 'boolean' ? 'text' : type;

/**
 * Everything that `{name}` can stand for in the texts of a case, as the reader writes it: the facts
 * by name and, with an action, its inputs and computed values. For `fillTemplate` and `messageText`.
 */
export function shownValues(
	compiled: CompiledWorkflow,
	known: { facts: FieldValues; action?: string; input?: FieldValues; values?: FieldValues },
	language: string
): Record<string, string> {
	const { document } = compiled;
	const { currency } = document;
	const shown: Record<string, string> = { brand: document.brand.name };
	const show = (name: string, format: Format, value: FieldValue | undefined, input?: Input) => {
		const options = input?.type === 'choice' ? { options: input.options } : {};
		shown[name] =
			value === undefined ? ABSENT : formatValue(value, format, { language, currency, ...options });
	};
	for (const [name, fact] of Object.entries(document.facts))
		show(name, formatOf(fact.type), known.facts[name]);
	const action = known.action === undefined ? undefined : document.actions[known.action];
	for (const input of action?.inputs ?? [])
		show(input.name, formatOf(input.type), known.input?.[input.name], input);
	for (const value of action?.values ?? [])
		show(value.name, value.type, known.values?.[value.name]);
	return shown;
}
