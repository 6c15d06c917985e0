import type { Change } from '../../domain/writeback/protocol.ts';
import { raiseAlert } from '../db/alerts.ts';
import { type CaseChange, changeCase } from '../db/cases.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import { type Claimed, settleWriteback, standStill } from '../db/writebacks.ts';
import { priorityByAge } from '../jobs/queues.ts';
import type { Parts } from '../parts.ts';
import type { Calling } from './call-records.ts';
import { leavePath } from './leave-path.ts';
import { readFreshFacts, type Refresh } from './refresh-facts.ts';
import { tellBooked, tellNotWritten, tellRejected, tellWritten } from './tell-outcome.ts';

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
	if (claimed.correction_id !== null)
		return tellCorrection(settled, kase, change, claimed.correction_id);
	const submission = claimed.submission_id!;
	if (change.state === 'applied') {
		const { recordReference, found } = foundHow(claimed, change);
		return tellBooked(kase, { submission, recordReference, found });
	}
	if (change.state === 'rejected') {
		const reason = change.reason ?? 'rejected';
		return tellRejected(workflow, kase, { submission, reason, action: confirmed?.action }, fresh);
	}
	if (change.state === 'unknown' && claimed.state !== 'unknown') {
		const reason = change.reason ?? 'unknown';
		kase.must({ do: 'lose-sight', submission, attempt: claimed.attempt, reason });
	}
	const { person: reason } = change;
	const ruleError = reason === 'rule-error';
	if (reason) leavePath(workflow, kase, { breakpoint: 'writeback', reason, ruleError });
}

function foundHow(claimed: Claimed, change: Change) {
	const recordReference = String(change.answer?.reference ?? claimed.reference);
	const asked = claimed.state === 'unknown' && claimed.repeat === 'lookup';
	return { recordReference, found: asked ? ('looked-up' as const) : ('answered' as const) };
}

/** A correction is nobody's outcome: the case goes on beside it, and a person hears if it is not written. */
async function tellCorrection(
	{ claimed, workflow }: Settled,
	kase: CaseChange,
	change: Change,
	correction: string
): Promise<void> {
	if (change.state === 'applied')
		return tellWritten(kase, { correction, ...foundHow(claimed, change) });
	if (change.state === 'rejected') {
		await tellNotWritten(kase, { correction, reason: change.reason ?? 'rejected' });
		leavePath(workflow, kase, {
			breakpoint: 'writeback',
			reason: 'correction-rejected',
			correction
		});
		return;
	}
	if (change.state === 'unknown' && claimed.state !== 'unknown') {
		const reason = change.reason ?? 'unknown';
		kase.must({ do: 'lose-correction', correction, attempt: claimed.attempt, reason });
	}
	const { person } = change;
	if (person)
		leavePath(workflow, kase, {
			breakpoint: 'writeback',
			reason: `correction-${person}`,
			correction
		});
}
