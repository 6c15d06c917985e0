import type { WhatsappTemplate, WorkflowDocument } from '../../workflow/document.ts';
import { oneOf, type Path, type Report } from '../../workflow/problem.ts';
import { countSegments } from '../../workflow/segments.ts';
import { messageText } from '../../workflow/template.ts';

/** What fills a place beside the facts. */
const OWN = ['link', 'code', 'minutes', 'brand'];
const HELP_SEGMENTS = 3;

/** Approved templates carry what their text carries, in every language; answers to HELP are short. */
export function checkWhatsapp(document: WorkflowDocument, report: Report): void {
	const { outreach, identity, templates, brand } = document;
	const steps = outreach?.steps ?? [];
	for (const [name, { whatsapp }] of Object.entries(templates)) {
		if (!whatsapp) continue;
		const path: Path = ['templates', name, 'whatsapp'];
		checkLanguages(document, path, whatsapp, report);
		checkPlaces(document, path, whatsapp, report);
		if (steps.some(({ template }) => template === name))
			checkCarries(path, whatsapp, 'link', 'code', report);
		if (name === identity?.code?.template) checkCarries(path, whatsapp, 'code', 'link', report);
	}
	for (const [language, text] of Object.entries(brand.help ?? {})) {
		const { segments } = countSegments(messageText(text, { brand: brand.name }));
		if (segments > HELP_SEGMENTS)
			report(
				['brand', 'help', language],
				`Takes ${segments} SMS segments; the budget is ${HELP_SEGMENTS}`,
				'Shorten the text.'
			);
	}
}

function checkLanguages(
	{ languages }: WorkflowDocument,
	path: Path,
	{ content }: WhatsappTemplate,
	report: Report
): void {
	for (const language of languages)
		if (!Object.hasOwn(content, language))
			report(
				[...path, 'content'],
				`There is no approved template in "${language}"`,
				`Name its ContentSid, or remove ${language} from languages.`
			);
	for (const language of Object.keys(content))
		if (!languages.includes(language))
			report(
				[...path, 'content', language],
				`"${language}" is not one of the document's languages`,
				`Add ${language} to languages, or remove this template.`
			);
}

function checkPlaces(
	{ facts }: WorkflowDocument,
	path: Path,
	{ variables }: WhatsappTemplate,
	report: Report
): void {
	const known = [...OWN, ...Object.keys(facts)];
	for (const [index, name] of variables.entries()) {
		const at: Path = [...path, 'variables', index];
		if (!known.includes(name)) report(at, `Nothing fills "${name}"`, `Use ${oneOf(known)}.`);
		if (variables.indexOf(name) !== index)
			report(at, `"${name}" stands there twice`, 'Use the same place in the template twice.');
	}
}

/** The button's address ends in the link's opaque end; a link and a code never travel together. */
function checkCarries(
	path: Path,
	{ variables }: WhatsappTemplate,
	must: string,
	never: string,
	report: Report
): void {
	if (!variables.includes(must))
		report([...path, 'variables'], `Lacks "${must}"`, `Put ${must} where the template has it.`);
	const at = variables.indexOf(never);
	if (at >= 0)
		report(
			[...path, 'variables', at],
			`"${never}" must not stand in this message`,
			'A link and a code never travel together: remove it.'
		);
}
