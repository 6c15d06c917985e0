import type { Actor } from '../../domain/case/events.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { changeCase, erasedAt } from '../db/cases.ts';
import type { Parts } from '../parts.ts';
import { endLink, endMessages } from './end-outreach.ts';
import type { Keep } from './run-idempotent.ts';

/**
 * - `ended`: resolved, cancelled or expired already.
 * - `submission-under-way`: what the customer confirmed is being booked; it is not taken back here.
 */
export type CancelRefusal = 'not-found' | 'ended' | 'submission-under-way';

export type Cancelled = Result<{ id: string; stage: 'cancelled' }, CancelRefusal>;

/**
 * Ends a case from outside: its link is revoked and with it every visit, queued messages are not
 * sent, and exceptions that this makes pointless are closed (a reply is read all the same, a doubtful
 * correction stays), all in the transaction of the event.
 * @param reason a code; it stands in the timeline
 */
export async function cancelCase(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	actor: Actor,
	id: string,
	reason: string,
	keep?: Keep
): Promise<Cancelled> {
	const erased = await erasedAt(parts.db, id);
	if (erased !== null) return fail(erased ? 'ended' : 'not-found');
	return changeCase(
		parts,
		id,
		{ actor, flow: 'cancel-case' },
		async (change): Promise<Cancelled> => {
			const decision = change.decide({ do: 'cancel', reason });
			if (!decision.ok) return fail(decision.reason === 'ended' ? 'ended' : 'submission-under-way');
			await endLink(change);
			await endMessages(change, 'case-cancelled');
			const cancelled: Cancelled = ok({ id, stage: 'cancelled' });
			await keep?.(change.trx, cancelled);
			return cancelled;
		}
	);
}
