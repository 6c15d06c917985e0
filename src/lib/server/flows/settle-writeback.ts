import type { Change } from '../../domain/writeback/protocol.ts';
import { raiseAlert } from '../db/alerts.ts';
import { type CaseChange, changeCase } from '../db/cases.ts';
import { keepLink, keptUntil } from '../db/links.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import { type Claimed, settleWriteback, standStill } from '../db/writebacks.ts';
import { priorityByAge } from '../jobs/queues.ts';
import type { Parts } from '../parts.ts';
import type { Calling } from './call-records.ts';
import { linkEnd } from './issue-link.ts';
import { judgeActions } from './judge-actions.ts';
import { leavePath } from './leave-path.ts';
import { readFreshFacts, type Refresh, storeFreshFacts } from './refresh-facts.ts';

export type Settling = Calling & Pick<Parts, 'vault' | 'jobs' | 'crash'>;

interface Settled {
	claimed: Claimed;
	workflow: Workflow;
	/** What was confirmed; absent when it was not read. Only a rejection asks for it. */
	confirmed?: { action: string; customer: string };
}

/**
 * The same for an attempt that came to its end before its submission was read. If even its case
 * cannot be changed, the row stands still for an hour and operations are told: nothing is lost, and
 * no other case waits for it.
 */
export async function settleUnread(
	parts: Settling,
	claimed: Claimed,
	change: Change
): Promise<void> {
	const { db, log } = parts;
	try {
		const { workflow, version } = await db
			.selectFrom('cases')
			.select(['workflow', 'version'])
			.where('id', '=', claimed.case_id)
			.executeTakeFirstOrThrow();
		await settle(parts, { claimed, workflow: await loadWorkflow(db, workflow, version) }, change);
	} catch (error) {
		if (change.alert !== 'poison-job') throw error;
		log.error({ error, writeback: claimed.id }, 'writeback: it cannot even be given up');
		await standStill(db, claimed);
		await raiseAlert(db, 'poison-job', claimed.connection);
	}
}

/**
 * Stores what an attempt came to: writeback, submission, case and the next job in one transaction,
 * fenced by the attempt's number. A late answer of an older claim changes nothing.
 */
export async function settle(parts: Settling, settled: Settled, change: Change): Promise<void> {
	const { claimed, workflow, confirmed } = settled;
	// A refusal may come from facts that have moved: what else is possible is judged on fresh ones.
	const fresh =
		change.state === 'rejected' && confirmed
			? await readFreshFacts(parts, workflow, confirmed.customer)
			: null;
	const stored = await changeCase(
		parts,
		claimed.case_id,
		{ actor: 'system', flow: 'settle-writeback' },
		async (kase) => {
			const reference = change.answer?.reference;
			const kept = await settleWriteback(
				kase.trx,
				claimed,
				change,
				reference === undefined ? null : String(reference)
			);
			if (!kept) return false;
			await endAttempt(kase, claimed, change);
			await tellCase(settled, kase, change, fresh);
			const priority = priorityByAge(claimed.created_at, claimed.now);
			const options = { startAfter: change.nextAt ?? undefined, priority };
			const data = { v: 1 as const, writeback: claimed.id };
			if (change.nextAt) await parts.jobs.send(kase.trx, 'apply-writeback', data, options);
			const subject = change.alert === 'rule-error' ? workflow.key : claimed.connection;
			if (change.alert) await raiseAlert(kase.trx, change.alert, subject);
			return true;
		}
	);
	if (!stored) {
		parts.log.warn(
			{ writeback: claimed.id, attempt: claimed.attempt },
			'writeback: a late answer of an older attempt was left aside'
		);
		return;
	}
	if (change.state !== claimed.state)
		parts.metrics.writebacks.inc({ workflow: workflow.key, state: change.state });
}

async function endAttempt({ trx, now }: CaseChange, claimed: Claimed, change: Change) {
	await trx
		.updateTable('writeback_attempts')
		.set({ ended_at: now, outcome: change.state, reason: change.reason })
		.where('writeback_id', '=', claimed.id)
		.where('number', '=', claimed.attempt)
		.execute();
}

async function tellCase(
	settled: Settled,
	kase: CaseChange,
	change: Change,
	fresh: Refresh | null
): Promise<void> {
	const { claimed, workflow, confirmed } = settled;
	const submission = claimed.submission_id;
	if (change.state === 'applied') {
		await endSubmission(kase, submission, 'booked');
		await keepLink(kase.trx, kase.row.id, keptUntil(kase.now));
		const recordReference = String(change.answer?.reference ?? claimed.reference);
		const asked = claimed.state === 'unknown' && claimed.repeat === 'lookup';
		const found = asked ? 'looked-up' : 'answered';
		kase.must({ do: 'book', submission, recordReference, found });
		return;
	}
	if (change.state === 'rejected') {
		await endSubmission(kase, submission, 'rejected');
		kase.must({ do: 'reject', submission, reason: change.reason ?? 'rejected' });
		await giveTime(workflow, kase);
		if (confirmed)
			offerOthers(workflow, confirmed.action, kase, change.reason ?? 'rejected', fresh);
		return;
	}
	if (change.state === 'unknown' && claimed.state !== 'unknown') {
		const reason = change.reason ?? 'unknown';
		kase.must({ do: 'lose-sight', submission, attempt: claimed.attempt, reason });
	}
	const { person: reason } = change;
	const ruleError = reason === 'rule-error';
	if (reason) leavePath(workflow, kase, { breakpoint: 'writeback', reason, ruleError });
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
