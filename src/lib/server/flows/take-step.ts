import type { Updateable } from 'kysely';
import { type Plan, planStep } from '../../domain/outreach/plan.ts';
import type { CaseChange } from '../db/cases.ts';
import type { Schema } from '../db/schema.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { hasBeenReached } from './has-been-reached.ts';
import { hasLink, issueLink } from './issue-link.ts';
import { keepLivingLink } from './living-link.ts';
import { type Next, situationOf } from './outreach-situation.ts';
import { leaveUnreachable, queueInvitation } from './reach-customer.ts';
import { columnsOf, livesFor, stepOf, upAfter } from './up-next.ts';

type Used = Pick<Parts, 'links' | 'config' | 'vault' | 'jobs'>;

/** Sends the first link as soon as it may go: facts and a way to the customer are there now. */
export const startOutreach = (parts: Used, workflow: Workflow, change: CaseChange): Promise<void> =>
	takeStep(parts, workflow, change, {
		step: stepOf(workflow, change.row.outreach_step),
		dueAt: change.now,
		asked: false
	});

/**
 * Decides about one step and does it: sent, put off until a time that stands in the row, left out for
 * the one behind it, or stopped with a reason. Nothing is dropped silently.
 */
export async function takeStep(
	parts: Used,
	workflow: Workflow,
	change: CaseChange,
	next: Next
): Promise<void> {
	const plan = planStep(await situationOf(parts, workflow, change.trx, change, next));
	switch (plan.do) {
		case 'send':
			return sendStep(parts, workflow, change, next, plan);
		case 'hold':
			return holdStep(change, next, plan);
		case 'skip':
			return skipStep(parts, workflow, change, next, plan);
		case 'stop':
			return stopStep(parts, workflow, change, next, plan);
	}
}

type Planned<Do extends Plan['do']> = Extract<Plan, { do: Do }>;

/** The living link goes out again; only a case without one gets a new one. */
async function sendStep(
	parts: Used,
	workflow: Workflow,
	change: CaseChange,
	{ step, asked }: Next,
	{ chosen }: Planned<'send'>
): Promise<void> {
	const link =
		(await keepLivingLink(parts, workflow, change)) ?? (await issueLink(parts, workflow, change));
	await queueInvitation(parts, workflow, change, chosen, {
		template: step.template,
		step: asked ? undefined : step.id,
		link: link.url,
		expiresAt: link.expiresAt
	});
	await store(change, columnsOf(upAfter(workflow, step, change.now), change.row.expires_at));
}

async function holdStep(
	change: CaseChange,
	{ step, asked }: Next,
	{ until, why }: Planned<'hold'>
): Promise<void> {
	const at = new Date(until);
	// What was said is not said again each day, and a wait that the workflow asks for is no news.
	if (why !== 'not-due' && why !== change.row.outreach_why)
		change.must({ do: 'hold-outreach', step: step.id, why, until: at.toISOString() });
	const { outreach_at, expires_at } = change.row;
	if (!asked) return store(change, columnsOf({ step, at, why }, expires_at));
	// What was planned stays behind the customer's own wish.
	await store(change, {
		outreach_at,
		outreach_why: why,
		remind_at: at,
		expires_at: livesFor(at, expires_at)
	});
}

async function skipStep(
	parts: Used,
	workflow: Workflow,
	change: CaseChange,
	{ step, dueAt }: Next,
	{ why }: Planned<'skip'>
): Promise<void> {
	change.must({ do: 'skip-outreach', step: step.id, why });
	const after = upAfter(workflow, step, dueAt);
	if (!after) return store(change, columnsOf(null, change.row.expires_at));
	return takeStep(parts, workflow, change, { step: after.step, dueAt: after.at, asked: false });
}

/** Where nobody can be written to a person gets the case; who has the link and said stop has it still. */
async function stopStep(
	{ jobs }: Used,
	workflow: Workflow,
	change: CaseChange,
	{ step }: Next,
	{ why }: Planned<'stop'>
): Promise<void> {
	const { trx, row, now } = change;
	if (why === 'ended') return;
	const missing = why === 'facts-missing';
	await store(change, {
		outreach_step: step.id,
		outreach_at: null,
		outreach_why: why,
		// The record has lost what the case needs: no link without it.
		...(missing && { complete_at: now })
	});
	if (missing) return jobs.send(trx, 'complete-case', { v: 1, case: row.id });
	change.must({ do: 'stop-outreach', step: step.id, why });
	if (why === 'opted-out' && (await hasLink(change)) && (await hasBeenReached(change))) return;
	leaveUnreachable(workflow, change, why);
}

async function store(
	{ trx, row }: CaseChange,
	columns: Updateable<Schema['cases']>
): Promise<void> {
	const stored = { complete_at: null, ...columns };
	await trx.updateTable('cases').set(stored).where('id', '=', row.id).execute();
	Object.assign(row, stored);
}
