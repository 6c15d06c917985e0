import { type Selectable, sql } from 'kysely';
import { type Plan, planStep } from '../../domain/outreach/plan.ts';
import { type CaseChange, changeCase, type LoadedCase } from '../db/cases.ts';
import { keepLink, keptUntil } from '../db/links.ts';
import { lockPerson, sentLately } from '../db/outreach.ts';
import type { Schema } from '../db/schema.ts';
import { heedSwitches } from '../db/switches.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { leaveUnreachable } from './reach-customer.ts';
import { situationAtOnce } from './outreach-situation.ts';
import { sendMessageJob } from './queue-message.ts';
import { stepOf } from './up-next.ts';

type Row = Selectable<Schema['messages']>;
type Used = Pick<Parts, 'db' | 'vault' | 'jobs' | 'config' | 'crash'>;

/** An earlier try may have gone out, whatever became of it: then the message goes on being counted. */
const STILL_OUT = sql<Date>`case when exists (select 1 from message_attempts a
	where a.message_id = messages.id and coalesce(a.outcome, 'unknown') in ('accepted','unknown'))
	then released_at end`;

/** What keeps a message back at the last moment. Whatever else may be wrong is found before it. */
type KeptBack = Extract<Plan, { do: 'hold' | 'skip' | 'stop' }>;

/**
 * The last look before a message of ours is handed over, at every try of it: hours, caps and how far
 * the customer got may have changed since it was queued. Codes and notices always pass.
 * @param row claimed by the caller
 * @returns whether it may go now; if not, it is put off or ended here
 */
export async function releaseMessage(parts: Used, row: Row, loaded: LoadedCase): Promise<boolean> {
	if (row.class !== 'outreach') return true;
	const { workflow: key, version } = loaded.row;
	const workflow = await loadWorkflow(parts.db, key, version);
	const kept = await letOut(parts, workflow, row, loaded);
	if (!kept) return true;
	await changeCase(parts, row.case_id, { actor: 'system', flow: 'keep-back' }, (change) =>
		kept.do === 'hold' ? putOff(parts, change, row, kept) : leaveOut(workflow, change, row, kept)
	);
	return false;
}

/** Counts the message as sent, if it may be: whoever counts for the same person waits for that. */
async function letOut(
	{ db, config, crash }: Used,
	workflow: Workflow,
	row: Row,
	loaded: LoadedCase
): Promise<KeptBack | null> {
	const kept = await db.transaction().execute(async (trx): Promise<KeptBack | null> => {
		await lockPerson(trx, loaded.row.customer_hash);
		const { channel, template } = row;
		const step = { ...stepOf(workflow, row.step), channels: [channel], template };
		const next = { step, dueAt: row.next_at, asked: row.step === null };
		const plan = planStep({
			...situationAtOnce({ config }, workflow, loaded, next),
			off: await heedSwitches(trx, workflow.key),
			sent: await sentLately(trx, loaded.row.customer_hash, row.id)
		});
		if (plan.do === 'hold' || plan.do === 'skip') return plan;
		if (plan.do === 'stop' && (plan.why === 'no-consent' || plan.why === 'no-common-hour'))
			return plan;
		await trx
			.updateTable('messages')
			.set({ released_at: loaded.now })
			.where('id', '=', row.id)
			.where('attempts', '=', row.attempts)
			.execute();
		crash('release-message:before-commit');
		return null;
	});
	crash('release-message:after-commit');
	return kept;
}

/** It waits until then, its link as much longer; the claim costs it no try. */
async function putOff(
	{ jobs }: Used,
	change: CaseChange,
	row: Row,
	{ until, why }: Extract<Plan, { do: 'hold' }>
): Promise<void> {
	const { trx, now } = change;
	const at = new Date(until);
	const wait = until - now.getTime();
	const later = (date: Date | null) => date && new Date(date.getTime() + wait);
	const { numUpdatedRows } = await trx
		.updateTable('messages')
		.set({
			state: 'queued',
			reason: why,
			attempts: row.attempts - 1,
			unsettled: 0,
			lease_until: null,
			next_at: at,
			expires_at: later(row.expires_at),
			released_at: STILL_OUT
		})
		.where('id', '=', row.id)
		.where('attempts', '=', row.attempts)
		.where('state', '=', 'sending')
		.executeTakeFirst();
	if (numUpdatedRows === 0n) return;
	const { id, expires_at, outreach_at } = change.row;
	await trx
		.updateTable('cases')
		.set({ expires_at: later(expires_at) as Date, outreach_at: later(outreach_at) })
		.where('id', '=', id)
		.execute();
	const link = await trx
		.selectFrom('links')
		.select(['created_at', 'expires_at'])
		.where('case_id', '=', id)
		.where('ended_at', 'is', null)
		.executeTakeFirst();
	const last = link && keptUntil(link.created_at);
	const end = link && (later(link.expires_at) as Date);
	if (last && end) await keepLink(trx, id, end < last ? end : last);
	// Looked at each hour or day, it says why once, as a step does that waits.
	if (why !== row.reason)
		change.must({ do: 'hold-outreach', step: row.step, why, until: at.toISOString() });
	await sendMessageJob(jobs, trx, row, { startAfter: at });
}

/** It is needless by now, or may not go at all. */
async function leaveOut(
	workflow: Workflow,
	change: CaseChange,
	row: Row,
	kept: Exclude<KeptBack, { do: 'hold' }>
): Promise<void> {
	const { numUpdatedRows } = await change.trx
		.updateTable('messages')
		.set({ state: 'suppressed', reason: kept.why, lease_until: null, released_at: STILL_OUT })
		.where('id', '=', row.id)
		.where('attempts', '=', row.attempts)
		.where('state', '=', 'sending')
		.executeTakeFirst();
	if (numUpdatedRows === 0n) return;
	change.must({ do: 'fail-message', message: row.id, reason: kept.why });
	if (kept.do === 'stop' && !change.state.ended) leaveUnreachable(workflow, change, kept.why);
}
