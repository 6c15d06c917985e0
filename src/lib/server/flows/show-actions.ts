import { sql } from 'kysely';
import type { ChooseView } from '../../contracts/pages.ts';
import { outcomeNamed, stillTrue } from '../../domain/exceptions/outcomes.ts';
import type { VerifiedVisit } from '../../domain/identity/proofs.ts';
import { isSettled } from '../../domain/policy/eligibility.ts';
import { shownValues } from '../../domain/policy/shown.ts';
import { textIn } from '../../domain/workflow/format.ts';
import { fillTemplate } from '../../domain/workflow/template.ts';
import type { FieldValues } from '../../domain/workflow/document.ts';
import { loadCase, type LoadedCase } from '../db/cases.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { DRAFT_DAYS } from './drafts.ts';
import { judgeActions, momentOf } from './judge-actions.ts';
import { offersOf } from './offers-of.ts';
import { personMessage } from './person-message.ts';

/** The actions this customer may take, and for the others why not and what would make them possible. */
export async function showActions(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	visit: VerifiedVisit
): Promise<ChooseView> {
	const loaded = await loadCase({ db, vault }, visit.caseId);
	if (!loaded) throw new Error(`Visit ${visit.id} belongs to no case.`);
	const workflow = await loadWorkflow(db, visit.workflow.key, visit.workflow.version);
	return chooseView(db, workflow, loaded, visit.language);
}

/**
 * The same for whoever looks over the customer's shoulder.
 * @param facts the values that are shown; judged is on those of the case
 */
export async function chooseView(
	db: Parts['db'],
	workflow: Workflow,
	loaded: LoadedCase,
	language: string,
	facts: FieldValues = loaded.content.facts
): Promise<ChooseView> {
	const { state } = loaded;
	const { document, compiled } = workflow;
	const shown = shownValues(compiled, { facts }, language);
	const write = (texts: Record<string, string>) => fillTemplate(textIn(texts, language), shown);
	const moment = momentOf(workflow, loaded);
	const settled = state.ended === 'cancelled' && document.settled && isSettled(compiled, moment);
	const verdicts = state.ended ? [] : judgeActions(workflow, loaded);
	const view: ChooseView = offersOf(workflow, facts, language, verdicts);
	if (state.ended && !settled) view.ended = true;
	if (settled) view.settled = write(document.settled?.message ?? {});
	const draft = await db
		.selectFrom('drafts')
		.select(['id', 'action'])
		.where('case_id', '=', loaded.row.id)
		.where('created_at', '>', sql<Date>`now() - make_interval(days => ${DRAFT_DAYS}::int)`)
		.orderBy('created_at', 'desc')
		.limit(1)
		.executeTakeFirst();
	const drafted = draft && view.offered.find(({ action }) => action === draft.action);
	if (draft && drafted) view.draft = { id: draft.id, label: drafted.label };
	const answer = outcomeNamed(document, state.answered);
	if (answer && stillTrue(answer, state) && state.exceptions.length === 0)
		view.answer = fillTemplate(textIn(answer.message, language), { brand: document.brand.name });
	const [question] = state.questions;
	if (question) view.question = textIn(document.facts[question.fact]?.label ?? {}, language);
	if (state.exceptions.length)
		view.withPerson = { message: personMessage({ workflow, language }, state, 'eligibility') };
	return view;
}
