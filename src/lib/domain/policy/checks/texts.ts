import type { WorkflowDocument } from '../../workflow/document.ts';
import { oneOf, type Report } from '../../workflow/problem.ts';
import { hasStrayBrace, placeholders } from '../../workflow/template.ts';
import { placedTexts } from '../../workflow/texts.ts';

/** Every text exists in every declared language and names only placeholders that can be filled. */
export function checkTexts(document: WorkflowDocument, report: Report): void {
	for (const { path, texts, placeholders: allowed } of placedTexts(document)) {
		for (const language of document.languages)
			if (!Object.hasOwn(texts, language) || String(texts[language]).trim() === '')
				report(
					[...path, language],
					`Text is missing in "${language}"`,
					`Write it, or remove ${language} from languages.`
				);
		for (const [language, text] of Object.entries(texts)) {
			if (typeof text !== 'string') continue;
			if (!document.languages.includes(language))
				report(
					[...path, language],
					`"${language}" is not one of the document's languages`,
					`Add ${language} to languages, or remove this text.`
				);
			for (const name of placeholders(text))
				if (!allowed.has(name))
					report(
						[...path, language],
						`Nothing fills {${name}} here`,
						allowed.size === 0 ? 'Remove it.' : `Use ${oneOf(allowed)}.`
					);
			if (hasStrayBrace(text))
				report(
					[...path, language],
					'A brace stands alone',
					'Write placeholders as {name}, without spaces, and no other braces.'
				);
		}
	}
}
