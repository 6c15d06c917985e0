import { type Selectable, sql } from 'kysely';
import type { Actor } from '../../domain/case/events.ts';
import type { Trx } from './cases.ts';
import type { Db } from './connect.ts';
import type { Schema } from './schema.ts';

export type DraftRow = Selectable<Schema['workflow_drafts']>;
export type ProposalRow = Selectable<Schema['workflow_proposals']>;

/** One change of a workflow at a time: whoever saves, proposes, decides or publishes waits here. */
export async function lockWorkflow(trx: Trx, key: string): Promise<void> {
	await sql`select pg_advisory_xact_lock(hashtext(${`publish:${key}`}))`.execute(trx);
}

/** The number and hash of the version that new cases start with; none before the first. */
export const latestVersion = (db: Db, key: string) =>
	db
		.selectFrom('workflows')
		.select(['version', 'hash'])
		.where('key', '=', key)
		.orderBy('version', 'desc')
		.limit(1)
		.executeTakeFirst();

/** The draft as it is stored; none if nobody has saved one. */
export const draftOf = (db: Db, key: string): Promise<DraftRow | undefined> =>
	db.selectFrom('workflow_drafts').selectAll().where('key', '=', key).executeTakeFirst();

export const proposalOf = (db: Db, id: string): Promise<ProposalRow | undefined> =>
	db.selectFrom('workflow_proposals').selectAll().where('id', '=', id).executeTakeFirst();

/** The proposal of a workflow that waits for a decision: there is at most one. */
export const openProposal = (db: Db, key: string): Promise<ProposalRow | undefined> =>
	db
		.selectFrom('workflow_proposals')
		.selectAll()
		.where('key', '=', key)
		.where('state', '=', 'open')
		.executeTakeFirst();

/** What became of a proposal. A decided one never changes again: the table refuses it. */
export async function decideProposal(
	trx: Trx,
	id: string,
	decided: { state: ProposalRow['state']; by: Actor; decision?: string; version?: number }
): Promise<void> {
	await trx
		.updateTable('workflow_proposals')
		.set({
			state: decided.state,
			decided_by: decided.by,
			decided_at: sql<Date>`now()`,
			decision: decided.decision ?? null,
			version: decided.version ?? null
		})
		.where('id', '=', id)
		.execute();
}
