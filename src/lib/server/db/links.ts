import { LINK_AFTERWARDS_DAYS } from '../../domain/identity/limits.ts';
import type { Trx } from './cases.ts';

/**
 * The living link of a case goes on until then: it is the truth about what was sent, postponed or
 * given to a person, and must not go dark before that is settled.
 */
export async function keepLink(trx: Trx, caseId: string, until: Date): Promise<void> {
	await trx
		.updateTable('links')
		.set({ expires_at: until })
		.where('case_id', '=', caseId)
		.where('ended_at', 'is', null)
		.where('expires_at', '<', until)
		.execute();
}

/** The longest that a link may go on from then. */
export const keptUntil = (then: Date): Date =>
	new Date(then.getTime() + LINK_AFTERWARDS_DAYS * 86_400_000);
