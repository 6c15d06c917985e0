import type { Actor } from '../../domain/case/events.ts';
import type { ProposalEntry } from '../../contracts/console.ts';
import { isUuid } from '../../contracts/uuid.ts';
import { staffNames } from '../db/staff-names.ts';
import { proposalOf, type ProposalRow } from '../db/workflow-changes.ts';
import type { Db } from '../db/connect.ts';
import type { Parts } from '../parts.ts';

const MOST = 50;

/** Proposals, the newest first; of one workflow, or of all. `before` is the last id of the page before. */
export async function listProposals(
	{ db }: Pick<Parts, 'db'>,
	{ key, before }: { key?: string | undefined; before?: string | undefined } = {}
): Promise<{ proposals: ProposalEntry[]; next: string | null }> {
	let query = db.selectFrom('workflow_proposals').selectAll();
	if (key !== undefined) query = query.where('key', '=', key);
	// Ids rise with time, so they are the order.
	if (before !== undefined && isUuid(before)) query = query.where('id', '<', before);
	const rows = await query
		.orderBy('id', 'desc')
		.limit(MOST + 1)
		.execute();
	const page = rows.slice(0, MOST);
	const proposals = await entriesOf(db, page);
	return { proposals, next: rows.length > MOST ? (page.at(-1)?.id ?? null) : null };
}

/**
 * One proposal with what an approval of it is bound to; `null` if there is none of this id.
 * @param viewer whoever looks: `own` tells that they wrote or proposed a part of it
 */
export async function showProposal(
	{ db }: Pick<Parts, 'db'>,
	id: string,
	viewer: Actor
): Promise<(ProposalEntry & { hash: string; own: boolean; source: string | null }) | null> {
	const row = isUuid(id) ? await proposalOf(db, id) : undefined;
	if (!row) return null;
	const [entry] = await entriesOf(db, [row]);
	const own = row.proposed_by === viewer || row.editors.includes(viewer);
	// Without a version to compare it with, the whole text is what is approved.
	const source = row.against === null ? row.source : null;
	return entry ? { ...entry, hash: row.hash, own, source } : null;
}

async function entriesOf(db: Db, rows: ProposalRow[]): Promise<ProposalEntry[]> {
	const nameOf = await staffNames(
		db,
		rows.flatMap(({ proposed_by, decided_by }) => [proposed_by, decided_by])
	);
	return rows.map((row) => ({
		id: row.id,
		key: row.key,
		state: row.state,
		reason: row.reason,
		proposedBy: nameOf(row.proposed_by),
		proposedAt: row.proposed_at.toISOString(),
		against: row.against,
		restores: row.restores,
		version: row.version,
		decidedBy: row.decided_by && nameOf(row.decided_by),
		decidedAt: row.decided_at?.toISOString() ?? null,
		decision: row.decision
	}));
}
