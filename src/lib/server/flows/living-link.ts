import type { CaseChange } from '../db/cases.ts';
import { keepLink, keptUntil } from '../db/links.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { linkEnd } from './issue-link.ts';
import type { MessageContent } from './queue-message.ts';

/**
 * The link that lives and can be sent again, because a message holds it; it goes on for as long as a
 * new one would, and never past 30 days after it was made. `null` where there is none.
 */
export async function keepLivingLink(
	{ links, vault }: Pick<Parts, 'links' | 'vault'>,
	workflow: Workflow,
	{ trx, row, key, now }: CaseChange
): Promise<{ url: string; expiresAt: Date } | null> {
	const living = await trx
		.selectFrom('links')
		.select(['hash', 'created_at', 'expires_at'])
		.where('case_id', '=', row.id)
		.where('ended_at', 'is', null)
		.where('expires_at', '>', now)
		.executeTakeFirst();
	if (!living) return null;
	const message = await trx
		.selectFrom('messages')
		.select('sealed')
		.where('case_id', '=', row.id)
		.where('class', '=', 'outreach')
		.where('created_at', '>=', living.created_at)
		.orderBy('created_at', 'desc')
		.limit(1)
		.executeTakeFirst();
	if (!message) return null;
	const { extra } = await vault.open<MessageContent>(key, message.sealed, 'messages.sealed');
	const url = extra['link'] ?? '';
	const signed = await links.verify(url.slice(url.lastIndexOf('/') + 1));
	if (!signed.ok || signed.value.hash !== living.hash) return null;
	const [last, wanted] = [keptUntil(living.created_at), linkEnd(workflow, now)];
	const until = wanted < last ? wanted : last;
	await keepLink(trx, row.id, until);
	if (until > row.expires_at) row.expires_at = until;
	return { url, expiresAt: until > living.expires_at ? until : living.expires_at };
}
