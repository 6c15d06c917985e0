import { within } from '../../domain/identity/limits.ts';
import type { Workflow } from '../db/workflows.ts';
import type { CaseChange } from '../db/cases.ts';
import type { Parts } from '../parts.ts';

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
		.returning('expires_at')
		.executeTakeFirst();
	const { token, hash } = await links.sign();
	const caseEnd = linkEnd(workflow, now);
	const expiresAt =
		isKept(change) && ended && ended.expires_at > caseEnd ? ended.expires_at : caseEnd;
	await trx.insertInto('links').values({ hash, case_id: row.id, expires_at: expiresAt }).execute();
	await trx
		.updateTable('cases')
		.set({ expires_at: caseEnd, complete_at: null })
		.where('id', '=', row.id)
		.execute();
	// What is sent from here on ends with the renewed case, not with what the row was loaded with.
	row.expires_at = caseEnd;
	change.must({ do: 'issue-link', superseded: ended !== undefined });
	return { url: `${config.origin}/l/${token}`, expiresAt };
}

/** Somebody is waited for: the link was kept for that, and no newer one may go dark before it. */
const isKept = ({ state }: CaseChange): boolean =>
	state.exceptions.length > 0 || state.submission?.state === 'received';

/** Was the customer given a link that nobody took back? */
export async function hasLink({ trx, row }: CaseChange): Promise<boolean> {
	const living = await trx
		.selectFrom('links')
		.select('hash')
		.where('case_id', '=', row.id)
		.where('ended_at', 'is', null)
		.executeTakeFirst();
	return living !== undefined;
}
