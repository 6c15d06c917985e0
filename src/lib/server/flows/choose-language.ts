import { changeCase } from '../db/cases.ts';
import type { PublishedWorkflow } from '../../domain/workflow/document.ts';
import type { Parts } from '../parts.ts';

/** The customer reads on in another of the workflow's languages; anything else changes nothing. */
export async function chooseLanguage(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	{ caseId, workflow }: { caseId: string; workflow: PublishedWorkflow },
	language: string
): Promise<void> {
	if (!workflow.document.languages.includes(language)) return;
	await changeCase(parts, caseId, { actor: 'customer', flow: 'choose-language' }, (change) => {
		if (change.row.language !== language) {
			change.must({ do: 'choose-language', language });
			change.reseal(change.content, { language });
		}
		return Promise.resolve();
	});
}
