import { isUuid } from '../../contracts/uuid.ts';
import { exceptionType, outcomeOf } from '../../domain/exceptions/outcomes.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { renewWait } from '../db/desk.ts';
import {
	decideProposal,
	lockStanding,
	type Proposal,
	settleByPeople,
	subjectOf,
	writebackOf
} from '../db/settlements.ts';
import type { WritebackRow } from '../db/writebacks.ts';
import type { Parts } from '../parts.ts';
import { isAboutCorrection } from './propose-settlement.ts';
import { keepNote, readNote, readOptionalNote } from './keep-note.ts';
import { tellBooked, tellNotWritten, tellRejected, tellWritten } from './tell-outcome.ts';
import {
	type ActDetail,
	type ActRefusal,
	type Held,
	type Working,
	workException
} from './work-exception.ts';

/**
 * - `own-proposal`: nobody says yes to their own (case F7).
 * - `already-decided`: there is no such proposal any more.
 * - `nothing-to-settle`: the writeback moved meanwhile.
 */
export type SettleRefusal =
	ActRefusal | 'own-proposal' | 'already-decided' | 'nothing-to-settle' | 'bad-text';

/**
 * A second person says yes or no to what somebody proposed about a writeback. A yes takes effect at
 * once, in the same transaction: booked, rejected, or sent again; a no needs its reason.
 */
export async function decideSettlement(
	parts: Working & Pick<Parts, 'jobs'>,
	principal: Principal,
	id: string,
	{ proposal, approved, why }: { proposal: string; approved: boolean; why?: string | undefined }
): Promise<Result<{ caseId: string }, SettleRefusal, ActDetail | undefined>> {
	const reason = approved ? readOptionalNote(why) : readNote(why ?? '');
	if (!reason.ok) return fail('bad-text');
	if (!isUuid(proposal)) return fail('already-decided');
	const asked = { permission: 'writeback.approve', claims: false } as const;
	const order = { proposal, approved, why: reason.value };
	return workException(parts, principal, id, (held) => settleHeld(parts, held, order), asked);
}

/** The same with an exception whose case is locked. Refuses before it decides anything. */
export async function settleHeld(
	parts: Pick<Parts, 'vault' | 'jobs'>,
	held: Held,
	{ proposal, approved, why }: { proposal: string; approved: boolean; why: string | null }
): Promise<
	Result<{ caseId: string }, 'own-proposal' | 'already-decided' | 'nothing-to-settle', undefined>
> {
	const { trx, row, exception, principal } = held;
	const correction = isAboutCorrection(held);
	const standing = await lockStanding(trx, row.id, {
		correction,
		id: await writebackOf(trx, proposal)
	});
	if (!standing) return fail('nothing-to-settle');
	const by = { staff: principal.id, approved };
	const decided = await decideProposal(trx, proposal, exception.id, by);
	if (decided === 'own-proposal' || decided === 'already-decided') return fail(decided);
	await renewWait(trx, exception.id);
	if (!approved) {
		const note = await keepNote(parts, held, 'decide-settlement', why ?? '');
		held.must({ do: 'refuse-settlement', exception: exception.id, proposal, note });
		return ok({ caseId: row.id });
	}
	held.must({ do: 'approve-settlement', exception: exception.id, proposal });
	if (!(await settleByPeople(trx, decided)))
		throw new Error(`Writeback ${decided.writeback_id} moved under its lock.`);
	await take(parts, held, standing, decided);
	return ok({ caseId: row.id });
}

async function take(
	parts: Pick<Parts, 'jobs'>,
	held: Held,
	standing: Pick<WritebackRow, 'submission_id' | 'correction_id'>,
	{ settles, record_reference, writeback_id }: Proposal
): Promise<void> {
	const { exception, workflow, trx, row } = held;
	const outcome = outcomeOf(exceptionType(workflow.document, exception.type), 'settle');
	// Corrections of several facts may stand behind one exception: it ends with the last.
	if (!(await lockStanding(trx, row.id, { correction: isAboutCorrection(held) })))
		held.must({
			do: 'close-exception',
			exception: exception.id,
			outcome: outcome?.id ?? settles,
			does: 'settle'
		});
	if (settles === 'send-again')
		return parts.jobs.send(trx, 'apply-writeback', { v: 1, writeback: writeback_id });
	const about = subjectOf(standing);
	const booked = { recordReference: record_reference ?? '', found: 'by-person' } as const;
	const refused = { reason: 'settled-by-people' };
	if (about && 'correction' in about)
		return settles === 'applied'
			? tellWritten(held, { ...about, ...booked })
			: tellNotWritten(held, { ...about, ...refused });
	const { submission } = held.state;
	if (!submission) throw new Error(`Writeback ${writeback_id} applies nothing.`);
	const { id, action } = submission;
	if (settles === 'applied') return tellBooked(held, { submission: id, ...booked });
	return tellRejected(workflow, held, { submission: id, ...refused, action }, null);
}
