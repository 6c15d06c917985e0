import { contrast, MIN_CONTRAST } from '../../workflow/contrast.ts';
import type { WorkflowDocument } from '../../workflow/document.ts';
import { LINK_HOURS } from '../../workflow/limits.ts';
import { oneOf, type Path, type Report } from '../../workflow/problem.ts';

/** CEL's reserved words, and names that every JavaScript object has. */
const RESERVED = new Set([
	...['false', 'in', 'null', 'true', 'as', 'break', 'const', 'continue', 'else', 'for'],
	...['function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var'],
	...['void', 'while', 'link', 'code', 'minutes', 'brand', 'until']
]);

/** The document's own ground: languages, zone, currency, brand, names, trigger, link. */
export function checkBasics(document: WorkflowDocument, report: Report): void {
	checkPlace(document, report);
	checkNames(document, report);
	const { brand, facts, link, trigger } = document;
	if (isColour(brand?.colour) && isColour(brand?.ink)) {
		const ratio = contrast(brand.colour, brand.ink);
		if (ratio < MIN_CONTRAST)
			report(
				['brand', 'ink'],
				`Contrast of ink on colour is ${ratio.toFixed(1)} : 1`,
				`Choose a pair of at least ${MIN_CONTRAST} : 1, for instance ${contrast(brand.colour, '#ffffff') >= MIN_CONTRAST ? '#ffffff' : '#000000'} as ink.`
			);
	}
	const { least, most } = LINK_HOURS;
	if (link && (link.hours < least || link.hours > most))
		report(
			['link', 'hours'],
			`A link of ${link.hours} hours is outside the bounds`,
			`Use ${Math.round(least * 60)} minutes (${least.toFixed(2)}) to ${most / 24} days (${most}).`
		);
	const lists: [Path, string[]][] = [
		[['overview'], document.overview],
		[['trigger', 'required'], trigger?.required],
		[['trigger', 'duplicate'], trigger?.duplicate]
	];
	for (const [path, list] of lists)
		for (const [index, name] of (list ?? []).entries())
			if (!Object.hasOwn(facts, name))
				report(
					[...path, index],
					`There is no fact "${name}"`,
					`Declare it under facts, or use ${oneOf(Object.keys(facts))}.`
				);
}

const isColour = (text: unknown): text is string =>
	typeof text === 'string' && /^#[0-9a-fA-F]{6}$/.test(text);

function checkPlace(document: WorkflowDocument, report: Report): void {
	const { languages, zone, currency } = document;
	if (Array.isArray(languages))
		for (const [index, language] of languages.entries()) {
			if (!attempt(() => Intl.getCanonicalLocales(language)[0] === language))
				report(
					['languages', index],
					`"${language}" is not a language tag`,
					'Use a BCP-47 tag such as en, de or pt-BR.'
				);
			if (languages.indexOf(language) !== index)
				report(['languages', index], `"${language}" stands twice`, 'Remove one.');
		}
	if (!attempt(() => Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }))))
		report(['zone'], `"${zone}" is not a time zone`, 'Use an IANA name such as Europe/Berlin.');
	if (!Intl.supportedValuesOf('currency').includes(currency))
		report(['currency'], `"${currency}" is not a currency`, 'Use an ISO 4217 code such as EUR.');
}

function attempt(test: () => boolean): boolean {
	try {
		return test();
	} catch {
		return false;
	}
}

/** Names that expressions and texts use: neither reserved nor twice in one place. */
function checkNames(document: WorkflowDocument, report: Report): void {
	const checkName = (path: Path, name: string) => {
		if (RESERVED.has(name) || name in Object.prototype)
			report(path, `"${name}" is a reserved word`, 'Choose another name.');
	};
	for (const name of Object.keys(document.facts)) checkName(['facts', name], name);
	for (const [key, action] of Object.entries(document.actions)) {
		const seen = new Set<string>();
		for (const list of ['inputs', 'values'] as const)
			for (const [index, { name }] of action[list].entries()) {
				const path = ['actions', key, list, index, 'name'];
				checkName(path, name);
				if (seen.has(name) || Object.hasOwn(document.facts, name))
					report(
						path,
						`"${name}" is already a fact, an input or a value`,
						'Choose another name: texts show all three by name alone.'
					);
				seen.add(name);
			}
	}
}
