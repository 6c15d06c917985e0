import type { ReceiptView } from '../../contracts/pages.ts';
import type { VerifiedVisit, Visit } from '../../domain/identity/proofs.ts';
import { formatInstant } from '../../domain/workflow/instant.ts';
import { loadCase } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { judgeActions } from './judge-actions.ts';
import { personMessage } from './person-message.ts';
import type { SubmissionContent } from './submit-action.ts';
import { closedWays } from './ways-out.ts';

/**
 * The truth about the case's latest submission at this moment, with the lines as they were
 * confirmed. `null` if nothing was submitted yet.
 */
export async function showReceipt(
	parts: Pick<Parts, 'db' | 'vault'>,
	visit: VerifiedVisit
): Promise<ReceiptView | null> {
	return receiptView(parts, visit);
}

/** The same for whoever looks over the customer's shoulder. */
export async function receiptView(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	visit: Pick<Visit, 'caseId' | 'workflow' | 'language'>
): Promise<ReceiptView | null> {
	const row = await db
		.selectFrom('submissions')
		.innerJoin('writebacks', 'writebacks.submission_id', 'submissions.id')
		.select(['submissions.state', 'submissions.sealed', 'submissions.action'])
		.select(['writebacks.reference', 'writebacks.record_reference', 'writebacks.updated_at'])
		.where('submissions.case_id', '=', visit.caseId)
		.orderBy('submissions.created_at', 'desc')
		.limit(1)
		.executeTakeFirst();
	if (!row) return null;
	const loaded = await loadCase({ db, vault }, visit.caseId);
	if (!loaded) throw new Error(`There is no case ${visit.caseId}.`);
	const { state } = loaded;
	const sealed = await vault.open<SubmissionContent>(loaded.key, row.sealed, 'submissions.sealed');
	const workflow = await loadWorkflow(db, visit.workflow.key, visit.workflow.version);
	const { document } = workflow;
	// While it is being booked, only a trouble with the booking concerns it; "ask a person" does not.
	const withPerson =
		row.state === 'received'
			? state.exceptions.some(({ breakpoint }) => breakpoint === 'writeback')
			: row.state === 'rejected' && state.exceptions.length > 0;
	const shown: ReceiptView['state'] = withPerson ? 'with-person' : row.state;
	const verdicts = state.ended ? [] : judgeActions(workflow, loaded);
	const others = row.state === 'rejected' && verdicts.some(({ eligible }) => eligible);
	return {
		state: shown,
		label: sealed.label,
		lines: sealed.lines,
		ours: row.reference,
		...(row.record_reference && { reference: row.record_reference }),
		sentence: withPerson
			? personMessage(visit, state, row.state === 'received' ? 'writeback' : 'transaction')
			: row.state === 'booked'
				? sealed.booked
				: '',
		at: formatInstant(row.updated_at, visit.language, document.zone, 'date-and-time'),
		others,
		closed: closedWays(state)
	};
}
