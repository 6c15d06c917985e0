import { sql } from 'kysely';
import type { DeskCase } from '../../contracts/desk-case.ts';
import { isUuid } from '../../contracts/uuid.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { FACTS } from '../../domain/identity/limits.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { textIn } from '../../domain/workflow/format.ts';
import { placeholders } from '../../domain/workflow/template.ts';
import { actionLabel, factLabel } from '../../domain/workflow/names.ts';
import { isPersonal, MASKED } from '../../domain/workflow/personal.ts';
import { erasedAt, type LoadedCase, loadCase } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import { inScope, type Scope, scopeOf } from '../db/desk.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { askable } from './ask-input.ts';
import { deskActions } from './desk-actions.ts';
import { deskExceptions } from './desk-exceptions.ts';
import { deskContacts, deskFacts, maskedFacts } from './desk-facts.ts';
import { deskNotes, deskQuestions, deskTimeline } from './desk-history.ts';
import { deskOutreach, deskReplies } from './desk-outreach.ts';
import { deskMessages, deskSubmission, deskWritebacks } from './desk-writebacks.ts';
import { chooseView } from './show-actions.ts';
import { endedFactors } from './rebind-factor.ts';
import { receiptView } from './show-receipt.ts';

type Read = Pick<Parts, 'db' | 'vault' | 'config'>;

/**
 * Everything about a case for who works on it: why it is here, clause by clause what was read, what
 * was tried, sent and written back, and what the customer sees now. Personal values stay masked.
 * - `not-found`: there is none, or none that this account sees; nobody can tell which (case F1).
 * - `erased`: the customer was, `at` then; nothing of it can be shown.
 */
export async function showDeskCase(
	parts: Read,
	principal: Principal,
	id: string
): Promise<Result<DeskCase, 'not-found' | 'erased', { at: string }>> {
	const { db } = parts;
	const scope = await scopeOf(db, principal);
	if (!scope || !(await seesCase(db, scope, id))) return fail('not-found');
	const erased = await erasedAt(db, id);
	if (erased) return fail('erased', { at: erased.toISOString() });
	const loaded = await loadCase(parts, id);
	if (!loaded) return fail('not-found');
	const { row, state, key, now } = loaded;
	const workflow = await loadWorkflow(db, row.workflow, row.version);
	const { document } = workflow;
	return ok({
		id,
		workflow: workflow.key,
		title: document.title,
		version: row.version,
		stage: row.stage,
		language: row.language,
		zone: document.zone,
		openedAt: row.opened_at.toISOString(),
		expiresAt: row.expires_at.toISOString(),
		wanted: await wantedOf(db, id, workflow),
		exceptions: await deskExceptions(db, scope, principal, id, {
			document,
			state,
			language: row.language
		}),
		actions: deskActions(workflow, loaded),
		rungs: state.rungs,
		facts: deskFacts(document, loaded),
		ended: await endedOf(db, loaded),
		askable: askable(document).map((fact) => ({
			fact,
			label: factLabel(document, fact),
			asked: textIn(document.facts[fact]?.label ?? {}, row.language)
		})),
		correctable: Object.entries(document.facts).map(([name, { type }]) => ({
			name,
			label: factLabel(document, name),
			kind: type,
			written: document.records.corrections?.facts[name] !== undefined
		})),
		contacts: deskContacts(loaded),
		messages: await deskMessages(db, id),
		replies: await deskReplies(parts, id, key),
		outreach: await deskOutreach(parts, id),
		submission: await deskSubmission(parts, workflow, loaded),
		writebacks: await deskWritebacks(db, id, principal.id, document),
		questions: await deskQuestions(parts, id, key, document, loaded.content.corrections),
		grants: state.grants.map(({ action, clauses, expiresAt, usedBy }) => ({
			label: actionLabel(document, action),
			clauses,
			expiresAt,
			used: usedBy !== null,
			over: usedBy === null && Date.parse(expiresAt) <= now.getTime()
		})),
		notes: await deskNotes(parts, id, key),
		timeline: await deskTimeline(db, id, document),
		sees: await seenNow(parts, workflow, loaded)
	});
}

/** What the customer cannot prove themselves with any more, everywhere or on this case. */
async function endedOf(db: Db, { row, state }: LoadedCase): Promise<DeskCase['ended']> {
	const ended = await endedFactors(db, row.customer_hash).execute();
	const here = state.failures['known-facts'] >= FACTS.perCase;
	const everywhere = ended.map(({ factor }) => ({ factor, everywhere: true }));
	return here && !ended.some(({ factor }) => factor === 'known-facts')
		? [...everywhere, { factor: 'known-facts', everywhere: false }]
		: everywhere;
}

/** A case is seen by who sees one of its exceptions, open or closed; by who sees all, always. */
export async function seesCase(db: Db, scope: Scope, id: string): Promise<boolean> {
	if (!isUuid(id)) return false;
	const { rows } = await sql`
		select 1 from cases c where c.id = ${id} and (${scope.all} or exists (
			select 1 from exceptions e where e.case_id = c.id and ${inScope(scope)}))`.execute(db);
	return rows.length > 0;
}

const MOST_DEPARTURES = 5;

/** Where the case left its path, the newest first, and for what action. */
async function wantedOf(db: Db, id: string, { document }: Workflow): Promise<DeskCase['wanted']> {
	const rows = await db
		.selectFrom('case_events')
		.select('data')
		.where('case_id', '=', id)
		.where('type', '=', 'path-left')
		.orderBy('seq', 'desc')
		.limit(MOST_DEPARTURES)
		.execute();
	return rows.map(({ data }) => {
		const { reason, breakpoint, action } = data as Record<string, string>;
		return {
			reason: reason ?? '',
			breakpoint: breakpoint ?? '',
			...(action && { action: actionLabel(document, action) })
		};
	});
}

/** The page behind the link, as the customer would read it now. */
async function seenNow(
	parts: Read,
	workflow: Workflow,
	loaded: LoadedCase
): Promise<DeskCase['sees']> {
	const { row, content } = loaded;
	const { language } = row;
	const receipt = await receiptView(parts, { caseId: row.id, workflow, language });
	if (receipt && !receipt.others) {
		const lines = receipt.lines.map(({ label }) => ({ label, text: MASKED }));
		const told = receipt.state === 'booked' && tellsPersonal(workflow, loaded);
		const sentence = told ? MASKED : receipt.sentence;
		return { page: 'receipt', view: { ...receipt, lines, sentence } };
	}
	const facts = maskedFacts(workflow.document, content.facts);
	return { page: 'choose', view: await chooseView(parts.db, workflow, loaded, language, facts) };
}

/** May the sentence of what was booked repeat a personal fact, or what the customer typed? */
function tellsPersonal({ document }: Workflow, { state }: LoadedCase): boolean {
	const action = document.actions[state.submission?.action ?? ''];
	const typed = [...(action?.inputs ?? []), ...(action?.values ?? [])];
	return Object.values(action?.booked ?? {})
		.flatMap(placeholders)
		.some(
			(name) =>
				isPersonal(document, name) || typed.some((one) => one.name === name && one.type === 'text')
		);
}
