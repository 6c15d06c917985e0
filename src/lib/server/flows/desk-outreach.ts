import type { DeskCase } from '../../contracts/desk-case.ts';
import type { CaseKey } from '../crypto/vault.ts';
import type { Parts } from '../parts.ts';
import { explainOutreach } from './explain-outreach.ts';
import type { InboundContent } from './take-inbound.ts';

/** The newest of somebody who writes and writes. */
const MOST_REPLIES = 50;

/** What the customer wrote to our number, the newest first. */
export async function deskReplies(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	caseId: string,
	key: CaseKey
): Promise<DeskCase['replies']> {
	const rows = await db
		.selectFrom('inbound_messages')
		.select(['id', 'channel', 'word', 'sealed', 'received_at'])
		.where('case_id', '=', caseId)
		.orderBy('received_at', 'desc')
		.limit(MOST_REPLIES)
		.execute();
	return Promise.all(
		rows.map(async ({ id, channel, word, sealed, received_at }) => ({
			id,
			channel,
			word,
			text: (await vault.open<InboundContent>(key, sealed, 'inbound_messages.sealed')).text,
			at: received_at.toISOString()
		}))
	);
}

/** What is sent next and when, else why nothing is. */
export async function deskOutreach(
	parts: Pick<Parts, 'db' | 'vault' | 'config'>,
	caseId: string
): Promise<DeskCase['outreach']> {
	const explained = await explainOutreach(parts, caseId);
	if (!explained?.next) return { next: null, ended: explained?.ended ?? null };
	const { step, at, why, asked, rules } = explained.next;
	const failing = rules.filter(({ holds }) => !holds).map(({ label }) => label);
	return { next: { step, at, why, asked, failing }, ended: null };
}
