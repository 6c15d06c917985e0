import type { FieldType, FieldValues, WorkflowDocument } from '../../domain/workflow/document.ts';

/** What stands for a value that the viewer may not see. */
export const MASK = '•••';

const proves = ({ identity }: Pick<WorkflowDocument, 'identity'>, name: string): boolean =>
	identity.knownFacts.some(({ fact }) => fact === name);

/** Names, addresses and what proves who somebody is; amounts, counts and choices explain a decision. */
export const isPersonal = (
	document: Pick<WorkflowDocument, 'identity' | 'facts'>,
	name: string
): boolean => document.facts[name]?.type === 'text' || proves(document, name);

/** The facts as somebody sees them who may not see what is personal: texts masked, the rest left out. */
export function maskFacts(
	document: Pick<WorkflowDocument, 'identity' | 'facts'>,
	facts: FieldValues
): FieldValues {
	const type = (name: string): FieldType['type'] | undefined => document.facts[name]?.type;
	return Object.fromEntries(
		Object.entries(facts).flatMap(([name, value]) => {
			if (!isPersonal(document, name)) return [[name, value]];
			return type(name) === 'text' ? [[name, MASK]] : [];
		})
	);
}
