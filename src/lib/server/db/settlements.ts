import { sql } from 'kysely';
import type { Settlement } from '../../domain/case/events.ts';
import type { Trx } from './cases.ts';
import type { WritebackRow } from './writebacks.ts';

/** A proposal as it is decided on. */
export interface Proposal {
	id: string;
	writeback_id: string;
	settles: Settlement;
	record_reference: string | null;
}

/**
 * Decides a proposal, once, and never by who made it (case F7): one conditional statement.
 * - `own-proposal`: it is the decider's own; - `already-decided`: somebody was faster, or there is none.
 */
export async function decideProposal(
	trx: Trx,
	id: string,
	exception: string,
	{ staff, approved }: { staff: string; approved: boolean }
): Promise<Proposal | 'own-proposal' | 'already-decided'> {
	const { rows } = await sql<Proposal>`
		update settlements set decided_by = ${staff}, decided_at = now(), approved = ${approved}
		where id = ${id} and exception_id = ${exception} and decided_at is null
			and proposed_by <> ${staff}
		returning id, writeback_id, settles, record_reference`.execute(trx);
	if (rows[0]) return rows[0];
	const { rows: own } = await sql`select 1 from settlements
		where id = ${id} and decided_at is null and proposed_by = ${staff}`.execute(trx);
	return own.length > 0 ? 'own-proposal' : 'already-decided';
}

/**
 * A writeback of this case that nobody tries any more, and so may be settled by people: of what the
 * customer confirmed, or of a correction. `id`: which one; without it the oldest.
 */
export async function lockStanding(
	trx: Trx,
	caseId: string,
	{ correction, id }: { correction: boolean; id?: string | undefined }
) {
	let query = trx
		.selectFrom('writebacks')
		.selectAll()
		.where('case_id', '=', caseId)
		.where('correction_id', correction ? 'is not' : 'is', null)
		.where('state', 'in', ['unknown', 'dead'])
		.where('next_at', 'is', null)
		.where((eb) =>
			eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', sql<Date>`now()`)])
		);
	if (id !== undefined) query = query.where('id', '=', id);
	return query.orderBy('created_at').limit(1).forUpdate().executeTakeFirst();
}

/** The writeback that a proposal is about; of no such proposal an id that no writeback has. */
export async function writebackOf(trx: Trx, proposal: string): Promise<string> {
	const row = await trx
		.selectFrom('settlements')
		.select('writeback_id')
		.where('id', '=', proposal)
		.executeTakeFirst();
	return row?.writeback_id ?? proposal;
}

/** What a writeback applies. */
export function subjectOf({
	submission_id: submission,
	correction_id: correction
}: Pick<WritebackRow, 'submission_id' | 'correction_id'>):
	{ submission: string } | { correction: string } | undefined {
	if (submission !== null) return { submission };
	return correction === null ? undefined : { correction };
}

/** Stores what two people found, for a row that still stands. `false`: it moved meanwhile. */
export async function settleByPeople(
	trx: Trx,
	{ writeback_id, settles, record_reference }: Proposal
): Promise<boolean> {
	const standing = sql`id = ${writeback_id} and state in ('unknown', 'dead') and next_at is null
		and (lease_until is null or lease_until < now())`;
	const { numAffectedRows } =
		settles === 'send-again'
			? // What was never sent begins anew; a lookup asks first, a native key is sent under the same key.
				await sql`update writebacks set failures = 0, reason = 'sent-again-by-people', next_at = now(),
					lease_until = null, updated_at = now(),
					state = case when first_sent_at is null or repeat = 'none' then 'pending' else 'unknown' end,
					first_sent_at = case when repeat = 'none' then null else first_sent_at end,
					last_sent_at = case when repeat = 'none' then null else last_sent_at end
				where ${standing}`.execute(trx)
			: await sql`update writebacks set state = ${settles}, reason = 'settled-by-people',
					record_reference = ${record_reference}, lease_until = null, updated_at = now()
				where ${standing}`.execute(trx);
	return numAffectedRows === 1n;
}
