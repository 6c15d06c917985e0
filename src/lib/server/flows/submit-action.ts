import { v7 as uuid } from 'uuid';
import type { ShownLine } from '../../contracts/pages.ts';
import type { EligibleAction, VerifiedVisit } from '../../domain/identity/proofs.ts';
import { operationFields } from '../../domain/policy/compute.ts';
import { shownValues } from '../../domain/policy/shown.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { textIn } from '../../domain/workflow/format.ts';
import { fillTemplate } from '../../domain/workflow/template.ts';
import type { FieldValues } from '../../domain/workflow/document.ts';
import { fingerprint, newReference } from '../crypto/references.ts';
import { type CaseChange, changeCase, loadCase } from '../db/cases.ts';
import { keepLink, keptUntil } from '../db/links.ts';
import { heedSwitches } from '../db/switches.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import type { Calling } from './call-records.ts';
import { proposeDraft, type Proposed, readDraft, shownLines } from './drafts.ts';
import { isOff } from './judge-actions.ts';
import { leaveForRule } from './leave-for-rule.ts';
import { leavePath } from './leave-path.ts';
import { leaveSwitchedOff } from './leave-switched-off.ts';
import { visitLives } from './load-visit.ts';
import { queueWriteback } from './queue-writeback.ts';
import { FRESH_SECONDS, readFreshFacts, recordIsFresh, storeFreshFacts } from './refresh-facts.ts';
import { takeAction } from './take-action.ts';

type Used = Calling & Pick<Parts, 'vault' | 'jobs' | 'crash'>;

/**
 * - `changed`: the figures have moved since they were shown; they must be looked at again.
 * - `already-submitted`: another submission of this case is under way or done; its receipt tells.
 * - `switched-off`: operations stopped this action for everybody; others may be offered.
 * - `ended`: the case is over without one.
 * - `gone`: the visit or its link ended while this was on its way ("this is not me", a new link).
 */
export type SubmitRefusal =
	| 'no-draft'
	| 'not-eligible'
	| 'needs-assurance'
	| 'changed'
	| 'already-submitted'
	| 'switched-off'
	| 'ended'
	| 'gone';

/** A submission as it was confirmed, frozen: what the customer saw, and what is sent because of it. */
export interface SubmissionContent {
	label: string;
	lines: ShownLine[];
	/** The receipt's sentence once it is booked. */
	booked: string;
	language: string;
	input: FieldValues;
	values: FieldValues;
	/** Exactly these fields go to the system of record, however often it is tried. */
	fields: FieldValues;
	customer: string;
}

/**
 * The customer confirms what they saw. Facts are read afresh, eligibility and input are judged
 * again, and submission, writeback, event and job commit together; pressing twice, going back or a
 * second tab finds the same submission.
 * @param draftId the submission's idempotency key
 * @param shown fingerprint of the review as it was seen
 */
export async function submitAction(
	parts: Used,
	visit: VerifiedVisit,
	draftId: string,
	shown: string
): Promise<Result<{ submissionId: string }, SubmitRefusal, { action: string }>> {
	const loaded = await loadCase(parts, visit.caseId);
	if (!loaded) return fail('no-draft');
	const draft = await readDraft(parts.db, parts, visit.caseId, loaded.key, draftId);
	if (!draft) return fail('no-draft');
	const { action } = draft;
	const workflow = await loadWorkflow(parts.db, visit.workflow.key, visit.workflow.version);
	const fresh = recordIsFresh(loaded, FRESH_SECONDS.decision)
		? null
		: await readFreshFacts(parts, workflow, loaded.content.customer);
	parts.crash('submit-action:before');
	return changeCase(
		parts,
		visit.caseId,
		{ actor: 'customer', flow: 'submit-action' },
		async (change) => {
			const before = await submitted(change, draftId);
			if (before) return ok({ submissionId: before });
			const { ended, submission } = change.state;
			if (submission?.state === 'booked' || submission?.state === 'received')
				return fail('already-submitted');
			if (ended) return fail('ended');
			if (!(await visitLives(change.trx, visit))) return fail('gone');
			// If it cannot be read now, the writeback reads it before it sends anything.
			if (fresh?.ok) storeFreshFacts(workflow, change, fresh.value);
			const taken = takeAction(workflow, visit, change, action);
			if (!taken.ok && taken.reason === 'rule-error') return broken(workflow, change, action);
			if (!taken.ok && taken.reason === 'switched-off') return stopped(workflow, change, action);
			if (!taken.ok && taken.reason === 'needs-assurance')
				return fail('needs-assurance', { action });
			if (!taken.ok) {
				// The facts have moved: perhaps nothing is left to do, or nothing fits any more.
				await parts.jobs.send(change.trx, 'make-offer', { v: 1, case: change.row.id });
				return fail('not-eligible');
			}
			const { eligible, moment, grant } = taken.value;
			const proposed = proposeDraft(workflow, action, moment, draft.content, visit.language);
			if (!proposed.ok && proposed.reason === 'rule-error') return broken(workflow, change, action);
			if (!proposed.ok || proposed.value.shown !== shown) return fail('changed');
			// Asked last and under its lock: who switches it off waits for this, or this sees that it is off.
			change.off = await heedSwitches(change.trx, workflow.key);
			if (isOff(change, action)) return stopped(workflow, change, action);
			return submit(parts, workflow, change, eligible, draftId, { ...proposed.value, grant });
		}
	);
}

/** Nothing was confirmed: what it would come to cannot be worked out. */
async function broken(workflow: Workflow, change: CaseChange, action: string) {
	await leaveForRule(workflow, change, { action });
	return fail('not-eligible');
}

/** Operations switched it off meanwhile: nothing was confirmed. */
function stopped(workflow: Workflow, change: CaseChange, action: string) {
	leaveSwitchedOff(workflow, change, action);
	return fail('switched-off');
}

/** The submission that this draft has become already. */
async function submitted({ trx, row }: CaseChange, draftId: string): Promise<string | undefined> {
	const found = await trx
		.selectFrom('submissions')
		.select('id')
		.where('case_id', '=', row.id)
		.where('key', '=', draftId)
		.executeTakeFirst();
	return found?.id;
}

async function submit(
	parts: Used,
	workflow: Workflow,
	change: CaseChange,
	{ visit, action }: EligibleAction,
	key: string,
	{ input, values, lines, shown, grant }: Proposed & { grant: string | undefined }
): Promise<Result<{ submissionId: string }, SubmitRefusal, { action: string }>> {
	const { trx, row, content, now } = change;
	const { document, compiled } = workflow;
	const declared = document.actions[action];
	const reference = newReference();
	const sending = { facts: content.facts, input, values, customer: content.customer, reference };
	const fields = operationFields(compiled, action, sending);
	if (!fields.ok) return broken(workflow, change, action);
	if (!declared) return fail('not-eligible');
	const known = shownValues(
		compiled,
		{ facts: content.facts, action, input, values },
		visit.language
	);
	const write = (texts: Record<string, string>) =>
		fillTemplate(textIn(texts, visit.language), known);
	const sealed: SubmissionContent = {
		label: write(declared.label),
		lines: shownLines(lines),
		booked: write(declared.booked),
		language: visit.language,
		input,
		values,
		fields: fields.value,
		customer: content.customer
	};
	const id = uuid();
	const decision = change.decide({
		do: 'submit',
		submission: id,
		action,
		assurance: visit.assurance,
		reference,
		grant
	});
	if (!decision.ok && decision.reason === 'held') {
		// The record has lost a fact without which the path does not go on.
		const reason = `missing-facts:${change.state.missing.join(',')}`;
		leavePath(workflow, change, { breakpoint: 'trigger', reason });
		return fail('not-eligible');
	}
	if (!decision.ok) return fail('already-submitted');
	await trx
		.insertInto('submissions')
		.values({
			id,
			case_id: row.id,
			action,
			key,
			body_hash: fingerprint(shown),
			assurance: visit.assurance,
			state: 'received',
			sealed: await parts.vault.seal(change.key, sealed, 'submissions.sealed')
		})
		.execute();
	await keepLink(trx, row.id, keptUntil(now));
	await queueWriteback(parts, workflow, change, {
		submission: id,
		reference,
		operation: declared.operation
	});
	if (declared.effect === 'money')
		await trx
			.updateTable('visits')
			.set({ authorised_at: now, seen_at: now })
			.where('id', '=', visit.id)
			.execute();
	return ok({ submissionId: id });
}
