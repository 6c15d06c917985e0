import type { Difference, Step } from './diff.ts';
import type { WorkflowDocument } from './document.ts';

/** One difference as people read it: `subject`: `what` was `was`, now `now`. */
export interface WordedDifference {
	kind: Difference['kind'];
	/** The part of the document, as a heading: `Actions`. */
	area: string;
	/** The thing that changed: `Clause “Something is owed” of “Pay now”`. Empty for the document. */
	subject: string;
	/** The property of it: `condition`, `reason in German`. Empty for the thing itself. */
	what: string;
	was: string;
	now: string;
	/** Where it stands, as people write it: `actions.pay-now.clauses.something-owed.expression`. */
	field: string;
}

const AREAS: Record<string, string> = {
	facts: 'Facts',
	trigger: 'Trigger',
	link: 'Link',
	outreach: 'Outreach',
	identity: 'Identity',
	templates: 'Messages',
	landing: 'Landing page',
	actions: 'Actions',
	records: 'System of record',
	breakpoints: 'Breakpoints',
	settled: 'Nothing left to do',
	exceptions: 'Exceptions',
	brand: 'Brand'
};

/** What a member of a record or list is called: the list's name → the thing's. */
const THINGS: Record<string, string> = {
	actions: '',
	clauses: 'Clause',
	inputs: 'Input',
	options: 'Option',
	values: 'Value',
	lines: 'Line',
	facts: 'Fact',
	knownFacts: 'Known fact',
	templates: 'Template',
	operations: 'Operation',
	fields: 'Field',
	answer: 'Answer',
	breakpoints: 'Breakpoint',
	exceptions: 'Exception',
	steps: 'Step'
};

const PROPERTIES: Record<string, string> = {
	expression: 'condition',
	reason: 'reason for the customer',
	cure: 'way out for the customer',
	summary: 'summary',
	min: 'lower limit',
	max: 'upper limit',
	value: 'first value',
	when: 'offered when',
	consequence: 'consequence before the button',
	button: 'button',
	booked: 'sentence on the receipt',
	patternHint: 'what would be right',
	hours: 'hours',
	owner: 'owner',
	backup: 'backup',
	texts: 'text',
	message: 'message to the customer',
	maxLength: 'most characters'
};

const language = (tag: string): string => {
	const known = /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(tag);
	return known ? (new Intl.DisplayNames('en', { type: 'language' }).of(tag) ?? tag) : tag;
};

const stepName = (step: Step): string =>
	typeof step === 'string' ? step : 'is' in step ? step.is : String(step.at + 1);

/** What stands at a path. */
const at = (document: unknown, path: Step[]): unknown =>
	path.reduce<unknown>((value, step) => {
		if (Array.isArray(value))
			return typeof step === 'string'
				? undefined
				: 'at' in step
					? (value[step.at] as unknown)
					: value.find((one: Record<string, unknown>) => one[step.by] === step.is);
		return typeof step === 'string' && typeof value === 'object' && value !== null
			? (value as Record<string, unknown>)[step]
			: undefined;
	}, document);

/** The name that people gave a thing: its label or name, else how the document names it. */
function called(thing: unknown, step: Step, tag: string): string {
	const { label, name } = (thing ?? {}) as { label?: unknown; name?: unknown };
	const text =
		typeof label === 'object' && label !== null
			? (label as Record<string, string>)[tag]
			: (label ?? name);
	return typeof text === 'string' ? `“${text}”` : `“${stepName(step)}”`;
}

/**
 * Differences in words. What is not worded specially is named by where it stands, so that nothing
 * that changed goes unseen.
 */
export function wordDifferences(
	differences: Difference[],
	was: WorkflowDocument,
	now: WorkflowDocument
): WordedDifference[] {
	const languages = new Set([...was.languages, ...now.languages]);
	const tag = now.languages[0] ?? 'en';
	return differences.map(({ path, kind, was: before, now: after }) => {
		const written = (document: WorkflowDocument, value: unknown): string => {
			if (value === undefined) return '';
			if (kind !== 'moved') return writeValue(value);
			const order = value as Step[];
			return order.map((step) => called(at(document, [...path, step]), step, tag)).join(', ');
		};
		const things: string[] = [];
		let rest = 0;
		path.forEach((step, index) => {
			const list = path[index - 1];
			const word = typeof list === 'string' ? THINGS[list] : undefined;
			if (word === undefined) return;
			const here = path.slice(0, index + 1);
			const name = called(at(now, here) ?? at(was, here), step, tag);
			things.unshift(word === '' ? name : `${word} ${name}`);
			rest = index + 1;
		});
		const said = path.slice(rest).map((step, index, steps) => {
			const name = stepName(step);
			if (index === steps.length - 1 && languages.has(name) && steps.length + rest > 1)
				return `in ${language(name)}`;
			return rest > 0 || index > 0 ? (PROPERTIES[name] ?? name) : name;
		});
		return {
			kind,
			area: AREAS[stepName(path[0] ?? '')] ?? 'Workflow',
			subject: things.join(' of '),
			what: kind === 'moved' ? `order of ${said.join(' ')}` : said.join(' '),
			was: written(was, before),
			now: written(now, after),
			field: path.map(stepName).join('.')
		};
	});
}

/** Anything of a document as text: a list on one line, a record with a line for each member. */
export function writeValue(value: unknown): string {
	if (Array.isArray(value))
		return value.every((one) => typeof one !== 'object')
			? value.join(', ') || '(none)'
			: value.map((one) => `- ${indent(writeValue(one))}`).join('\n');
	if (typeof value !== 'object' || value === null) return String(value);
	return Object.entries(value)
		.filter(([, member]) => member !== undefined)
		.map(([key, member]: [string, unknown]) => {
			const text = writeValue(member);
			return text.includes('\n') || typeof member === 'object'
				? `${key}:\n  ${indent(text)}`
				: `${key}: ${text}`;
		})
		.join('\n');
}

const indent = (text: string): string => text.replaceAll('\n', '\n  ');
