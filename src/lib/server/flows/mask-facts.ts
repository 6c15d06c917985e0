import type { FieldValues, WorkflowDocument } from '../../domain/workflow/document.ts';
import { isPersonal, MASKED } from '../../domain/workflow/personal.ts';

/**
 * The facts for a page that is shown to somebody who may not see what is personal: texts are masked,
 * and what proves who somebody is is left out where no mask fits its type.
 */
export const maskFacts = (
	document: Pick<WorkflowDocument, 'identity' | 'facts'>,
	facts: FieldValues
): FieldValues =>
	Object.fromEntries(
		Object.entries(facts).flatMap(([name, value]) => {
			if (!isPersonal(document, name)) return [[name, value]];
			return document.facts[name]?.type === 'text' ? [[name, MASKED]] : [];
		})
	);
