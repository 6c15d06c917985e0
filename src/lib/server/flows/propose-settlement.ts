import { v7 as uuid } from 'uuid';
import { isUuid } from '../../contracts/uuid.ts';
import type { Settlement } from '../../domain/case/events.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { cleanText } from '../../domain/workflow/text.ts';
import { dropClaim, renewWait } from '../db/desk.ts';
import { lockStanding, subjectOf } from '../db/settlements.ts';
import { keepNote, readNote } from './keep-note.ts';
import {
	type ActDetail,
	type ActRefusal,
	type Held,
	type Working,
	workException
} from './work-exception.ts';

const REFERENCE_LENGTH = 60;

export interface SettlementOrder {
	settles: Settlement;
	/** Of the system of record, for what was applied there. */
	reference?: string | undefined;
	why: string;
	/** Which one, where a case has several; without it the oldest that stands. */
	writeback?: string | undefined;
}

/**
 * - `nothing-to-settle`: no writeback stands, or it is still tried by itself.
 * - `already-proposed`: a second person has a proposal before them.
 * - `reference-needed`: what was applied has a reference in the system of record.
 */
export type ProposeRefusal =
	ActRefusal | 'nothing-to-settle' | 'already-proposed' | 'reference-needed' | 'bad-text';

/**
 * Proposes what became of a writeback whose outcome nobody knows: found applied, found not applied,
 * or to be sent again. Nothing happens until somebody else approves it.
 */
export async function proposeSettlement(
	parts: Working,
	principal: Principal,
	id: string,
	{ settles, reference = '', why, writeback }: SettlementOrder
): Promise<Result<{ caseId: string; proposal: string }, ProposeRefusal, ActDetail | undefined>> {
	const reason = readNote(why);
	if (!reason.ok) return fail('bad-text');
	const found = cleanText(reference, REFERENCE_LENGTH);
	if (!found.ok) return fail('bad-text');
	if (settles === 'applied' && found.value === '') return fail('reference-needed');
	const asked = { permission: 'writeback.propose' } as const;
	if (writeback !== undefined && !isUuid(writeback)) return fail('nothing-to-settle');
	const of = writeback === undefined ? {} : { writeback };
	const order = { settles, reference: found.value, why: reason.value, ...of };
	return workException(parts, principal, id, (held) => proposeHeld(parts, held, order), asked);
}

/** Is this exception about corrections that could not be written, and so nothing of the customer's? */
export const isAboutCorrection = ({
	state,
	exception
}: Pick<Held, 'state' | 'exception'>): boolean =>
	state.exceptions.some(({ id, correction }) => id === exception.id && correction);

/** The same with an exception that is held, and words that were read. Refuses before it decides anything. */
export async function proposeHeld(
	parts: Pick<Working, 'vault'>,
	held: Held,
	{
		settles,
		reference,
		why,
		writeback
	}: { settles: Settlement; reference: string; why: string; writeback?: string }
): Promise<
	Result<{ caseId: string; proposal: string }, 'nothing-to-settle' | 'already-proposed', undefined>
> {
	const { trx, row, exception, principal } = held;
	const standing = await lockStanding(trx, row.id, {
		correction: isAboutCorrection(held),
		id: writeback
	});
	const about = standing && subjectOf(standing);
	if (!standing || !about) return fail('nothing-to-settle');
	const open = await trx
		.selectFrom('settlements')
		.select('id')
		.where('writeback_id', '=', standing.id)
		.where('decided_at', 'is', null)
		.executeTakeFirst();
	if (open) return fail('already-proposed');
	const proposal = uuid();
	const note = await keepNote(parts, held, 'propose-settlement', why);
	held.must({ do: 'propose-settlement', exception: exception.id, proposal, about, settles, note });
	await trx
		.insertInto('settlements')
		.values({
			id: proposal,
			case_id: row.id,
			exception_id: exception.id,
			writeback_id: standing.id,
			settles,
			record_reference: settles === 'applied' ? reference : null,
			proposed_by: principal.id
		})
		.execute();
	await renewWait(trx, exception.id);
	await dropClaim(trx, exception.id);
	return ok({ caseId: row.id, proposal });
}
