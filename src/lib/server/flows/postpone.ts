import { formatInstant } from '../../domain/workflow/instant.ts';
import type { Visit } from '../../domain/identity/proofs.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { changeCase } from '../db/cases.ts';
import { keepLink, keptUntil } from '../db/links.ts';
import type { Parts } from '../parts.ts';
import { messagesStopped } from './messages-stopped.ts';
import { allowedAt, reminderHeld } from './outreach-situation.ts';

/**
 * - `stopped`: the customer wants no messages, so none is promised.
 * - `too-late`: a link goes on for 30 days at most, however often it is put off.
 */
export type PostponeRefusal = 'ended' | 'stopped' | 'too-late';

/** The link is good for so long after the reminder, should its message never arrive: three days. */
const AFTER_REMINDER_MS = 3 * 86_400_000;

/**
 * "Not now": a reminder comes in so many days, and the case lives that long. The present link stays
 * good until then.
 * @returns the day and time of the reminder, in the customer's words; `null` while what it needs is
 *   switched off: the wish is kept, and no day is promised
 */
export async function postpone(
	parts: Pick<Parts, 'db' | 'vault' | 'jobs' | 'crash' | 'config'>,
	visit: Visit,
	days: 1 | 3 | 7
): Promise<Result<{ until: string | null }, PostponeRefusal>> {
	return changeCase(
		parts,
		visit.caseId,
		{ actor: 'customer', flow: 'postpone' },
		async (change): Promise<Result<{ until: string | null }, PostponeRefusal>> => {
			const { trx, row, now } = change;
			const wish = new Date(now.getTime() + days * 86_400_000);
			// Pressed at night, it comes in the morning, and that is what is promised.
			const due = allowedAt(parts, visit.workflow, change.content, wish);
			if (await messagesStopped({ db: trx }, visit)) return fail('stopped');
			const link = await trx
				.selectFrom('links')
				.select('created_at')
				.where('case_id', '=', row.id)
				.where('ended_at', 'is', null)
				.executeTakeFirst();
			if (!link) return fail('ended');
			const last = keptUntil(link.created_at);
			if (due > last) return fail('too-late');
			if (!change.decide({ do: 'postpone', days }).ok) return fail('ended');
			const later = new Date(Math.min(due.getTime() + AFTER_REMINDER_MS, last.getTime()));
			await trx
				.updateTable('cases')
				.set({ remind_at: due, expires_at: later > row.expires_at ? later : row.expires_at })
				.where('id', '=', row.id)
				.execute();
			await keepLink(trx, row.id, later);
			// The job of an earlier wish looks again on that day: one is enough.
			const waiting = row.remind_at && row.remind_at > now && row.remind_at <= due;
			if (!waiting)
				await parts.jobs.send(trx, 'outreach', { v: 1, case: row.id }, { startAfter: due });
			if (await reminderHeld(parts, visit.workflow, trx, change)) return ok({ until: null });
			const { zone } = visit.workflow.document;
			return ok({ until: formatInstant(due, visit.language, zone, 'date-and-time') });
		}
	);
}
