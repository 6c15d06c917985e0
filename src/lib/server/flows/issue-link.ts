import { within } from '../../domain/identity/limits.ts';
import type { Workflow } from '../db/workflows.ts';
import type { CaseChange } from '../db/cases.ts';
import type { Parts } from '../parts.ts';
import { reachCustomer } from './reach-customer.ts';

/** When a link of this workflow ends, counted from `now`. */
export const linkEnd = (workflow: Workflow, now: Date): Date =>
	new Date(now.getTime() + within('linkHours', workflow.document.link.hours) * 3_600_000);

/**
 * A new link for a case; the one before it ends in the same transaction, so that one link lives.
 * The token is in the result and in the sealed message, nowhere else: we keep its hash.
 */
export async function issueLink(
	{ links, config }: Pick<Parts, 'links' | 'config'>,
	workflow: Workflow,
	change: CaseChange
): Promise<{ url: string; expiresAt: Date }> {
	const { trx, row, now } = change;
	const ended = await trx
		.updateTable('links')
		.set({ ended_at: now, end_reason: 'superseded' })
		.where('case_id', '=', row.id)
		.where('ended_at', 'is', null)
		.executeTakeFirst();
	const { token, hash } = await links.sign();
	const expiresAt = linkEnd(workflow, now);
	await trx.insertInto('links').values({ hash, case_id: row.id, expires_at: expiresAt }).execute();
	await trx
		.updateTable('cases')
		.set({ expires_at: expiresAt, complete_at: null })
		.where('id', '=', row.id)
		.execute();
	// What is sent from here on ends with the new link, not with what the row was loaded with.
	row.expires_at = expiresAt;
	change.must({ do: 'issue-link', superseded: ended.numUpdatedRows > 0n });
	return { url: `${config.origin}/l/${token}`, expiresAt };
}

/** Issues a link and sends it on the first channel that reaches the customer. */
export async function sendLink(
	parts: Pick<Parts, 'links' | 'config' | 'vault' | 'jobs'>,
	workflow: Workflow,
	change: CaseChange
): Promise<{ url: string; expiresAt: Date }> {
	const link = await issueLink(parts, workflow, change);
	await reachCustomer(parts, workflow, change, { link: link.url });
	return link;
}
