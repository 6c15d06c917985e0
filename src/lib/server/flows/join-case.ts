import type { Actor } from '../../domain/case/events.ts';
import type { FieldValues } from '../../domain/workflow/document.ts';
import {
	type CaseChange,
	type CaseContent,
	changeCase,
	type Contacts,
	loadOpenCases
} from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { FieldProblem } from '../../contracts/problem.ts';
import type { Parts } from '../parts.ts';
import { openChannel } from './reach-customer.ts';
import { startOutreach } from './take-step.ts';
import { stepOf } from './up-next.ts';

export type Opening = Pick<Parts, 'db' | 'vault' | 'links' | 'jobs' | 'config' | 'crash' | 'log'>;

/** What became of one line of a trigger. */
export type Opened =
	| { status: 'opened'; id: string }
	/** Facts are missing: kept at the `trigger` breakpoint until they come. */
	| { status: 'held'; id: string; missing: string[] }
	/** The same customer and the same thing: the open case took it in. */
	| { status: 'joined'; id: string; missing: string[] }
	| { status: 'refused'; reason: 'bad-input' | 'unknown-workflow'; problems: FieldProblem[] };

interface Duplicate {
	duplicateHash: string;
	facts: FieldValues;
	contacts: Contacts;
	/** What else the trigger told of the person. */
	person: Pick<CaseContent, 'zone' | 'consent'>;
}

/**
 * Triggers that repeat open cases join them, answers in their order: facts and contacts that a case
 * lacked are taken in, those that it has stay as they are, because the customer may be looking at
 * them. When the last missing fact or the first contact comes, the case starts on its path. A trigger
 * that brings nothing new changes nothing, so a file that is sent again costs one query for all of its
 * lines.
 * @param reopen called when the open case ended in the meantime, so that the trigger is not lost
 */
export async function joinCases<Line extends Duplicate>(
	parts: Opening,
	actor: Actor,
	lines: readonly Line[],
	reopen: (line: Line) => Promise<Opened[]>
): Promise<Opened[]> {
	const open = await openOnes(parts, lines);
	const answers: Opened[] = [];
	for (const line of lines) {
		const one = open.get(line.duplicateHash);
		const known = one && supplied(one.content, line).length === 0;
		if (known) answers.push({ status: 'joined', id: one.row.id, missing: one.state.missing });
		else
			answers.push(
				(one && (await join(parts, actor, one.row.id, line))) ?? first(await reopen(line))
			);
	}
	return answers;
}

/** The open cases that these triggers repeat, by what makes them the same. */
async function openOnes(parts: Opening, lines: readonly Duplicate[]) {
	const hashes = [...new Set(lines.map(({ duplicateHash }) => duplicateHash))];
	const open = hashes.length ? await loadOpenCases(parts, hashes) : [];
	return new Map(open.map((one) => [one.row.duplicate_hash, one]));
}

/** Names of what a trigger knows and the case does not. */
function supplied(content: CaseContent, line: Duplicate): string[] {
	const { facts, contacts } = content;
	const lacking = (known: object, names: string[]) => names.filter((name) => !(name in known));
	return [
		...lacking(facts, Object.keys(line.facts)),
		...lacking(contacts, Object.keys(line.contacts)).map((channel) => `contacts.${channel}`),
		...lacking(content, Object.keys(line.person))
	];
}

/** Takes in what is new; `null` if the case has ended. */
const join = (parts: Opening, actor: Actor, id: string, line: Duplicate): Promise<Opened | null> =>
	changeCase(parts, id, { actor, flow: 'join-case' }, async (change) => {
		const { content, state, row } = change;
		const workflow = await loadWorkflow(change.trx, row.workflow, row.version);
		const facts = { ...line.facts, ...content.facts };
		const missing = state.missing.filter((name) => facts[name] === undefined);
		const news = supplied(content, line);
		// The customer, or another trigger, was faster.
		if (state.ended) return null;
		if (news.length)
			change.reseal({
				...line.person,
				...content,
				facts,
				contacts: { ...line.contacts, ...content.contacts }
			});
		const completed = state.missing.length > 0 && missing.length === 0;
		const reachable =
			news.some((name) => name.startsWith('contacts.') || name === 'consent') &&
			(await waitsForContact(change)) &&
			(await openChannel(parts, workflow, change, stepOf(workflow, row.outreach_step).channels)).ok;
		change.must({ do: 'join', supplied: news, missing, reachable });
		if (completed || reachable) await startOutreach(parts, workflow, change);
		return { status: 'joined', id: row.id, missing };
	});

/**
 * The path has begun, but nobody was told: for want of a contact the case is about to go to a person,
 * or has gone.
 */
async function waitsForContact({ trx, row, state }: CaseChange): Promise<boolean> {
	const sought =
		row.complete_at !== null || state.exceptions.some(({ breakpoint }) => breakpoint === 'trigger');
	// Who came by a link that was handed over otherwise keeps it.
	if (!sought || state.missing.length > 0 || state.visited) return false;
	const message = await trx
		.selectFrom('messages')
		.select('id')
		.where('case_id', '=', row.id)
		.where('state', 'in', ['queued', 'sending', 'unknown', 'accepted'])
		.executeTakeFirst();
	return message === undefined;
}

const first = ([opened]: Opened[]): Opened => {
	if (!opened) throw new Error('Opening one case gave no answer.');
	return opened;
};
