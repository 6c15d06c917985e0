import { workflowSchema } from '../../contracts/workflow.ts';
import type { WorkflowDocument } from '../../domain/workflow/document.ts';
import { parseSource } from './parse-source.ts';

/**
 * The document of a draft whose shape is right, whatever its parts mean: a condition with a mistake
 * can be put right in the table. `null` where the text must be put right first.
 */
export function readShape(source: string): WorkflowDocument | null {
	try {
		const yaml = parseSource(source);
		if (yaml.errors.length > 0) return null;
		const parsed = workflowSchema.safeParse(yaml.toJS({ maxAliasCount: 0 }));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
}
