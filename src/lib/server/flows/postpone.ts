import { formatInstant } from '../../domain/workflow/instant.ts';
import type { Visit } from '../../domain/identity/proofs.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { changeCase } from '../db/cases.ts';
import type { Parts } from '../parts.ts';
import { keepLink } from '../db/links.ts';

/**
 * "Not now": a reminder with a new link comes in so many days, and the case lives that long. The
 * present link stays good until then.
 * @returns the day and time of the reminder, in the customer's words
 */
export async function postpone(
	parts: Pick<Parts, 'db' | 'vault' | 'jobs' | 'crash'>,
	visit: Visit,
	days: 1 | 3 | 7
): Promise<Result<{ until: string }, 'ended'>> {
	return changeCase(
		parts,
		visit.caseId,
		{ actor: 'customer', flow: 'postpone' },
		async (change) => {
			const { trx, row, now } = change;
			if (!change.decide({ do: 'postpone', days }).ok) return fail('ended');
			const due = new Date(now.getTime() + days * 86_400_000);
			const later = new Date(due.getTime() + 3 * 86_400_000);
			await trx
				.updateTable('cases')
				.set({ remind_at: due, expires_at: later > row.expires_at ? later : row.expires_at })
				.where('id', '=', row.id)
				.execute();
			await keepLink(trx, row.id, later);
			await parts.jobs.send(trx, 'remind', { v: 1, case: row.id }, { startAfter: due });
			const { zone } = visit.workflow.document;
			return ok({ until: formatInstant(due, visit.language, zone, 'date-and-time') });
		}
	);
}
