import { decide } from '../../domain/case/decide.ts';
import { exceptionType, stillTrue } from '../../domain/exceptions/outcomes.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Outcome } from '../../domain/workflow/document.ts';
import { keepLink, keptUntil } from '../db/links.ts';
import type { Parts } from '../parts.ts';
import { endMessages } from './end-outreach.ts';
import { endPause } from './end-pause.ts';
import { hasBeenReached } from './has-been-reached.ts';
import { linkEnd } from './issue-link.ts';
import { startOutreach } from './take-step.ts';
import { queueMessage } from './queue-message.ts';
import { openChannel } from './reach-customer.ts';
import type { Held } from './work-exception.ts';

export type Closing = Pick<Parts, 'vault' | 'jobs' | 'links' | 'config'>;

/**
 * - `submission-under-way`: what the customer confirmed is being booked; it must be settled first.
 * - `correction-under-way`: the same for what was corrected in the record.
 */
export type CloseRefusal = 'submission-under-way' | 'correction-under-way' | 'already-finished';

/** Could it be closed so? Asked before an act decides anything that would stand without it. */
export function mayClose({ state, exception }: Held, outcome: Outcome): Result<null, CloseRefusal> {
	const decision = decide(state, closing(exception.id, outcome));
	return decision.ok ? ok(null) : refused(decision.reason);
}

const closing = (exception: string, { id: outcome, does }: Outcome) =>
	({ do: 'close-exception', exception, outcome, does }) as const;

const refused = (reason: string): Result<null, CloseRefusal> =>
	fail(
		reason === 'submission-under-way' || reason === 'correction-under-way'
			? reason
			: 'already-finished'
	);

/**
 * Closes an exception with an outcome of its type, puts the case where that outcome says, and tells
 * the customer: on the link always, by a notice where the type names one. What is not true any more
 * on a case that has ended is told on neither.
 * @param until the case is kept open at least so long
 */
export async function closeException(
	parts: Closing,
	held: Held,
	outcome: Outcome,
	until?: Date
): Promise<Result<null, CloseRefusal>> {
	const { exception, row } = held;
	const closed = held.decide(closing(exception.id, outcome));
	if (!closed.ok) return refused(closed.reason);
	await keepLink(held.trx, row.id, keptUntil(held.now));
	if (exception.breakpoint === 'reply') await endPause(parts, held, outcome);
	if (outcome.does === 'end') await endMessages(held, 'case-cancelled');
	if (!held.state.ended) await goOn(parts, held, until);
	if (stillTrue(outcome, held.state)) await sendNotice(parts, held);
	return ok(null);
}

/** Back on its path: with time to act, and with a link where there is none that anybody got. */
async function goOn(parts: Closing, held: Held, until?: Date): Promise<void> {
	const { trx, row, now, workflow, state } = held;
	const end = new Date(Math.max(linkEnd(workflow, now).getTime(), until?.getTime() ?? 0));
	await trx
		.updateTable('cases')
		.set({ expires_at: end })
		.where('id', '=', row.id)
		.where('expires_at', '<', end)
		.execute();
	const living = await trx
		.selectFrom('links')
		.select('hash')
		.where('case_id', '=', row.id)
		.where('ended_at', 'is', null)
		.executeTakeFirst();
	// What was owed, or a way to the customer, may be in the record by now: it is read, and the case
	// starts or is held again. A link that nobody got waits for nobody.
	if (state.missing.length > 0 || (living && !(await hasBeenReached(held)))) {
		await trx.updateTable('cases').set({ complete_at: now }).where('id', '=', row.id).execute();
		await parts.jobs.send(trx, 'complete-case', { v: 1, case: row.id });
	} else if (!living) await startOutreach(parts, workflow, held);
}

/**
 * Says that there is news, where the type of the exception names a notice: on the first channel that
 * is open; where none is, the link says it all the same.
 */
export async function sendNotice(
	parts: Pick<Closing, 'vault' | 'jobs'>,
	held: Held
): Promise<void> {
	const { workflow } = held;
	const { notice: template } = exceptionType(workflow.document, held.exception.type);
	if (!template) return;
	const chosen = await openChannel(parts, workflow, held);
	if (!chosen.ok) return;
	const { channel, contact } = chosen.value;
	await queueMessage(parts, workflow, held, {
		class: 'notice',
		template,
		channel,
		to: contact,
		language: held.row.language,
		facts: held.content.facts,
		extra: {}
	});
}
