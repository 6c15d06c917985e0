import { type Factor, raise } from '../../domain/identity/assurance.ts';
import type { CaseChange } from '../db/cases.ts';
import { clearTries, type Identifying } from './factors.ts';
import { type PageVisit, renewVisit, type VisitTicket } from './load-visit.ts';
import { offerJob } from './make-offer.ts';

/**
 * A factor was proved: the person's failures in a row are over, the visit goes on under a new secret
 * with its higher assurance, and what can be offered is judged; all in the challenge's transaction.
 * @returns what the browser holds from now on; `null` if the visit was gone already
 */
export async function passChallenge(
	parts: Identifying,
	visit: PageVisit,
	change: CaseChange,
	factor: Factor
): Promise<VisitTicket | null> {
	await clearTries(change.trx, visit.customerHash, factor);
	const assurance = raise(visit.assurance, factor);
	const ticket = await renewVisit(change.trx, visit, assurance);
	if (!ticket) return null;
	change.must({ do: 'pass-challenge', factor, assurance });
	await offerJob(parts, change);
	return ticket;
}
