import { type OpenCase, openCaseSchema, wrongCaseSchema } from '../../contracts/cases.ts';
import { type FieldProblem, inWords, problemsOf } from '../../contracts/problem.ts';
import type { FieldValues } from '../../domain/workflow/document.ts';
import { checkFacts } from '../../domain/workflow/field.ts';
import type { CaseContent, Contacts } from '../db/cases.ts';
import { latestWorkflow, type Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { factWords } from './fact-words.ts';
import type { Opened } from './join-case.ts';

/** One line of a trigger that may become a case. */
export interface Prepared {
	workflow: Workflow;
	input: OpenCase;
	facts: FieldValues;
	contacts: Contacts;
	/** What else the trigger told of the person. */
	person: Pick<CaseContent, 'zone' | 'consent'>;
	missing: string[];
	language: string;
	duplicateHash: string;
	customerHash: string;
}

export type Refused = Extract<Opened, { status: 'refused' }>;

/** The workflows that a stream of lines has looked up already. */
export type Workflows = Map<string, Workflow | null>;

async function workflowOf({ db }: Pick<Parts, 'db'>, known: Workflows, key: string) {
	if (!known.has(key)) known.set(key, await latestWorkflow(db, key));
	return known.get(key) ?? null;
}

/** The offered language that fits best: the same tag, else the same language, else the first one. */
function languageFor(workflow: Workflow, wanted: string | undefined): string {
	const { languages } = workflow.document;
	const base = wanted?.toLowerCase().split('-')[0];
	return (
		languages.find((one) => one.toLowerCase() === wanted?.toLowerCase()) ??
		languages.find((one) => one.toLowerCase().split('-')[0] === base) ??
		(languages[0] as string)
	);
}

/** Checks one line against its schema and its workflow; every problem is named, nothing is stored. */
export async function prepareCase(
	parts: Pick<Parts, 'db' | 'vault'>,
	known: Workflows,
	line: unknown
): Promise<Prepared | Refused> {
	const parsed = openCaseSchema.safeParse(line, { error: inWords });
	const readable = parsed.success ? parsed : wrongCaseSchema.safeParse(line);
	const shape = parsed.success ? [] : problemsOf(parsed.error);
	if (!readable.success) return refused('bad-input', shape);
	const workflow = await workflowOf(parts, known, readable.data.workflow);
	if (!workflow) {
		const unknown = { field: 'workflow', problem: 'names no published workflow' };
		return refused(parsed.success ? 'unknown-workflow' : 'bad-input', [...shape, unknown]);
	}
	const facts = checkFacts(workflow.document, readable.data.facts);
	const wrong = Object.entries(facts.faults).map(([name, fault]) => ({
		field: `facts.${name}`,
		problem: factWords(workflow, name, fault)
	}));
	// Of one fact the workflow knows more than the schema does.
	const rest = shape.filter((one) => wrong.every(({ field }) => field !== one.field));
	const { trigger } = workflow.document;
	// Posted again with it, such a line would be taken for another thing and open a second case.
	const told = (name: string) =>
		(facts.values[name] ?? '') !== '' || Object.hasOwn(facts.faults, name);
	const unread = shape.some(({ field }) => field === 'facts');
	const untold = unread ? [] : trigger.duplicate.filter((name) => !told(name)).map(untoldFact);
	if (!parsed.success || wrong.length || untold.length)
		return refused('bad-input', [...rest, ...wrong, ...untold]);
	const input = parsed.data;
	const same = [
		input.workflow,
		input.customer,
		...trigger.duplicate.map((name) => String(facts.values[name]))
	];
	return {
		workflow,
		input,
		facts: facts.values,
		contacts: input.contacts,
		person: {
			...(input.zone && { zone: input.zone }),
			...(input.consent && { consent: input.consent })
		},
		missing: trigger.required.filter((name) => facts.values[name] === undefined),
		language: languageFor(workflow, input.language),
		customerHash: parts.vault.hash('customer', input.customer),
		duplicateHash: parts.vault.hash('duplicate', JSON.stringify(same))
	};
}

const untoldFact = (name: string): FieldProblem => ({
	field: `facts.${name}`,
	problem: 'is missing; two triggers of a customer are told apart by it, so it must come with each'
});

const refused = (reason: Refused['reason'], problems: FieldProblem[]): Refused => ({
	status: 'refused',
	reason,
	problems
});
