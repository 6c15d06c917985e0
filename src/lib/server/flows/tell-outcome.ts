import type { CaseChange } from '../db/cases.ts';
import { keepLink, keptUntil } from '../db/links.ts';
import type { Workflow } from '../db/workflows.ts';
import { linkEnd } from './issue-link.ts';
import { judgeActions } from './judge-actions.ts';
import { leavePath } from './leave-path.ts';
import { type Refresh, storeFreshFacts } from './refresh-facts.ts';

// What a submission or a correction came to, said to its case: by the system of record's answer, or by two people.

/** It is applied: the case is over, and the link goes on as the receipt. */
export async function tellBooked(
	kase: CaseChange,
	booked: {
		submission: string;
		recordReference: string;
		found: 'answered' | 'looked-up' | 'by-person';
	}
): Promise<void> {
	await endSubmission(kase, booked.submission, 'booked');
	await keepLink(kase.trx, kase.row.id, keptUntil(kase.now));
	kase.must({ do: 'book', ...booked });
}

/** It is not applied and will not be: the customer chooses anew, or a person gets the case. */
export async function tellRejected(
	workflow: Workflow,
	kase: CaseChange,
	{
		submission,
		reason,
		action
	}: { submission: string; reason: string; action?: string | undefined },
	fresh: Refresh | null
): Promise<void> {
	await endSubmission(kase, submission, 'rejected');
	kase.must({ do: 'reject', submission, reason });
	await giveTime(workflow, kase);
	if (action) offerOthers(workflow, action, kase, reason, fresh);
}

/** A correction is in the record now; the next read of it ends what stood in for it. */
export async function tellWritten(
	kase: CaseChange,
	written: {
		correction: string;
		recordReference: string;
		found: 'answered' | 'looked-up' | 'by-person';
	}
): Promise<void> {
	await endCorrection(kase, written.correction, 'applied');
	kase.must({ do: 'apply-correction', ...written });
}

/** A correction is not in the record, and is not tried any more. It goes on counting for its case. */
export async function tellNotWritten(
	kase: CaseChange,
	{ correction, reason }: { correction: string; reason: string }
): Promise<void> {
	await endCorrection(kase, correction, 'rejected');
	kase.must({ do: 'reject-correction', correction, reason });
}

async function endCorrection({ trx, now }: CaseChange, id: string, state: 'applied' | 'rejected') {
	await trx
		.updateTable('corrections')
		.set({ state, ended_at: now })
		.where('id', '=', id)
		.where('state', '=', 'received')
		.execute();
}

/** Who hears a no has as long to choose anew as who gets a message, however late it came. */
async function giveTime(workflow: Workflow, { trx, row, now }: CaseChange) {
	const expiresAt = linkEnd(workflow, now);
	await trx
		.updateTable('cases')
		.set({ expires_at: expiresAt })
		.where('id', '=', row.id)
		.where('expires_at', '<', expiresAt)
		.execute();
}

async function endSubmission(kase: CaseChange, id: string, state: 'booked' | 'rejected') {
	await kase.trx
		.updateTable('submissions')
		.set({ state, ended_at: kase.now })
		.where('id', '=', id)
		.where('state', '=', 'received')
		.execute();
}

/**
 * The system of record said no: fresh context first (did the facts move?), then the refused action
 * is taken off this case if others are left, then a person.
 */
function offerOthers(
	workflow: Workflow,
	action: string,
	kase: CaseChange,
	reason: string,
	fresh: Refresh | null
): void {
	if (fresh?.ok) storeFreshFacts(workflow, kase, fresh.value);
	const eligible = judgeActions(workflow, kase)
		.filter((verdict) => verdict.eligible)
		.map((verdict) => verdict.action);
	const others = eligible.some((one) => one !== action);
	const freshContext = Boolean(fresh?.ok) && others && !eligible.includes(action);
	const possible = { freshContext, fewerActions: { others, withhold: action } };
	const departure = { breakpoint: 'transaction' as const, reason, action, possible };
	let outcome = leavePath(workflow, kase, departure);
	while (outcome === 'rung-failed') outcome = leavePath(workflow, kase, departure);
}
