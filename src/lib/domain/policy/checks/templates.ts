import type { FieldType, WorkflowDocument } from '../../workflow/document.ts';
import { formatValue } from '../../workflow/format.ts';
import { CODE_DIGITS, CODE_MINUTES, LINK_CHARACTERS } from '../../workflow/limits.ts';
import { oneOf, type Path, type Report } from '../../workflow/problem.ts';
import { countSegments } from '../../workflow/segments.ts';
import { messageText, placeholders } from '../../workflow/template.ts';
import { MESSAGE_VALUE_LENGTH } from '../../workflow/text.ts';

/** The templates that the path uses exist, carry what they must, and stay in their SMS budget. */
export function checkTemplates(document: WorkflowDocument, report: Report): void {
	const { identity, templates } = document;
	const steps = document.outreach?.steps ?? [];
	for (const [index, { template }] of steps.entries())
		checkUse(document, ['outreach', 'steps', index, 'template'], template, 'link', 'code', report);
	checkUse(
		document,
		['identity', 'code', 'template'],
		identity?.code?.template,
		'code',
		'link',
		report
	);
	const notices = new Set(Object.values(document.exceptions ?? {}).map(({ notice }) => notice));
	for (const name of notices)
		if (name !== undefined && Object.hasOwn(templates, name)) checkNotice(templates, name, report);
	const used = new Set([identity?.code?.template, ...steps.map(({ template }) => template)]);
	for (const [name, template] of Object.entries(templates)) {
		if (!used.has(name) && !notices.has(name))
			report(
				['templates', name],
				'Nothing uses this template',
				'Name it in a step of outreach.steps, under identity.code.template or as a notice, or remove it.'
			);
		for (const [language, text] of Object.entries(template.texts)) {
			const longest = messageText(text, longestValues(document, language));
			const { segments, encoding, length, culprit } = countSegments(longest);
			if (segments <= template.segments) continue;
			const why = encoding === 'ucs-2' ? ` ("${culprit}" is not in the GSM alphabet)` : '';
			report(
				['templates', name, 'texts', language],
				`Can take ${segments} SMS segments, ${length} units of ${encoding}${why}; the budget is ${template.segments}`,
				`Shorten the text, or raise segments to ${segments}.`
			);
		}
	}
}

function checkUse(
	document: WorkflowDocument,
	path: Path,
	name: string,
	must: string,
	never: string,
	report: Report
): void {
	const template = Object.hasOwn(document.templates, name) ? document.templates[name] : undefined;
	if (!template)
		return report(
			path,
			`There is no template "${name}"`,
			`Write it under templates, or use ${oneOf(Object.keys(document.templates))}.`
		);
	for (const [language, text] of Object.entries(template.texts)) {
		const at: Path = ['templates', name, 'texts', language];
		const names = placeholders(text);
		if (!names.includes(must)) report(at, `Lacks {${must}}`, `Put {${must}} into the text.`);
		if (names.includes(never))
			report(
				at,
				`{${never}} must not stand in this message`,
				'A link and a code never travel together: remove it.'
			);
	}
}

/** A notice goes beside the link that the customer has: it brings neither a link nor a code. */
function checkNotice(templates: WorkflowDocument['templates'], name: string, report: Report): void {
	for (const [language, text] of Object.entries(templates[name]?.texts ?? {}))
		for (const never of ['link', 'code', 'minutes'])
			if (placeholders(text).includes(never))
				report(
					['templates', name, 'texts', language],
					`{${never}} must not stand in a notice`,
					'Say that the answer is on the link of the message before.'
				);
}

/**
 * The longest plausible value of every placeholder. Text facts are taken with a letter outside the
 * GSM alphabet, because some customer's name has one.
 */
function longestValues(document: WorkflowDocument, language: string): Record<string, string> {
	const facts = Object.entries(document.facts).map(([name, fact]) => [
		name,
		longest(fact, language, document.currency)
	]);
	return {
		...(Object.fromEntries(facts) as Record<string, string>),
		link: 'x'.repeat(LINK_CHARACTERS),
		code: '8'.repeat(CODE_DIGITS),
		minutes: String(CODE_MINUTES.most),
		brand: document.brand.name
	};
}

function longest(type: FieldType, language: string, currency: string): string {
	const context = { language, currency };
	const widest = (texts: string[]) => texts.reduce((a, b) => (b.length > a.length ? b : a), '');
	switch (type.type) {
		case 'text':
			return 'ł'.repeat(Math.min(type.maxLength, MESSAGE_VALUE_LENGTH));
		case 'money':
			return formatValue(-888_888_888, 'money', context);
		case 'integer':
			return formatValue(type.max ?? 888_888_888, 'integer', context);
		case 'date': {
			const months = Array.from({ length: 12 }, (_, month) => String(month + 1).padStart(2, '0'));
			return widest(months.map((month) => formatValue(`2028-${month}-28`, 'date', context)));
		}
		case 'choice':
			return widest(type.options);
		case 'boolean':
			return 'false';
	}
}
