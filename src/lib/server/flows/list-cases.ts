import type { Selectable } from 'kysely';
import type { CasePage, CaseView, ListCases } from '../../contracts/api.ts';
import type { Db } from '../db/connect.ts';
import type { Schema } from '../db/schema.ts';
import type { Parts } from '../parts.ts';

/** What is read of a case that is only looked at: nothing sealed. */
const VIEW_COLUMNS = [
	'id',
	'workflow',
	'version',
	'stage',
	'state',
	'language',
	'opened_at',
	'updated_at',
	'ended_at',
	'erased_at'
] as const;

/** Cases with when their living link ends. */
export const viewRows = (db: Db) =>
	db
		.selectFrom('cases')
		.select(VIEW_COLUMNS)
		.select((eb) =>
			eb
				.selectFrom('links')
				.select('links.expires_at')
				.whereRef('links.case_id', '=', 'cases.id')
				.where('links.ended_at', 'is', null)
				.as('link_expires_at')
		);

type Row = Pick<Selectable<Schema['cases']>, (typeof VIEW_COLUMNS)[number]> & {
	link_expires_at: Date | null;
};

/** A case as the API shows it: ids, names and times, nothing personal. */
export const viewOf = ({ state, ...row }: Row): CaseView => ({
	id: row.id,
	workflow: row.workflow,
	version: row.version,
	stage: row.stage,
	language: row.language,
	missing: state.missing,
	assurance: state.assurance,
	submission: state.submission && {
		action: state.submission.action,
		reference: state.submission.reference,
		state: state.submission.state
	},
	exceptions: state.exceptions.map(({ id, type, breakpoint, dueAt }) => ({
		id,
		type,
		breakpoint,
		dueAt
	})),
	openedAt: row.opened_at.toISOString(),
	updatedAt: row.updated_at.toISOString(),
	expiresAt: row.link_expires_at?.toISOString() ?? null,
	endedAt: row.ended_at?.toISOString() ?? null,
	erasedAt: row.erased_at?.toISOString() ?? null
});

/**
 * One page of cases, the newest first. Ids rise with time, so the last one of a page is the place to
 * go on from, however many are opened meanwhile.
 */
export async function listCases(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	{ workflow, stage, customer, limit, cursor }: ListCases
): Promise<CasePage> {
	let query = viewRows(db);
	if (workflow) query = query.where('workflow', '=', workflow);
	if (stage) query = query.where('stage', '=', stage);
	if (customer) query = query.where('customer_hash', '=', vault.hash('customer', customer));
	if (cursor) query = query.where('id', '<', idOf(cursor));
	const rows = await query
		.orderBy('id', 'desc')
		.limit(limit + 1)
		.execute();
	const page = rows.slice(0, limit);
	const last = rows.length > limit ? page.at(-1) : undefined;
	return { cases: page.map(viewOf), next: last ? cursorOf(last.id) : null };
}

const cursorOf = (id: string): string =>
	Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');

const idOf = (cursor: string): string =>
	Buffer.from(cursor, 'base64url')
		.toString('hex')
		.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
