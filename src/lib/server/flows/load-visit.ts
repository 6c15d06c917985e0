import { sql } from 'kysely';
import type { Frame } from '../../contracts/pages.ts';
import { VISIT } from '../../domain/identity/limits.ts';
import { needOf } from '../../domain/identity/need.ts';
import type { Visit } from '../../domain/identity/proofs.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type Assurance, atLeast } from '../../domain/workflow/document.ts';
import { hashSecret, newSecret, sameSecret } from '../crypto/secrets.ts';
import type { Trx } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { frameOf } from './open-link.ts';

/** What the browser holds: the id stands in addresses, the secret only in the cookie. */
export interface VisitTicket {
	visitId: string;
	secret: string;
}

/** A visit as pages use it. */
export interface PageVisit extends Visit {
	/** What every page of this case demands: the workflow's base, or its stricter level by now. */
	need: Assurance;
	frame: Frame;
}

/** A ticket and the row that knows it by hash, for who begins or renews a visit. */
export function newTicket() {
	const secret = newSecret();
	const visitId = newSecret().slice(0, 22);
	return { ticket: { visitId, secret }, row: { id: visitId, secret_hash: hashSecret(secret) } };
}

/**
 * The visit behind a cookie. It is gone when it ended, was idle for 15 minutes (5 once money is
 * authorised), is an hour old, or its link was superseded or revoked. The database's clock decides.
 */
export async function loadVisit(
	{ db }: Pick<Parts, 'db'>,
	visitId: string,
	secret: string
): Promise<Result<PageVisit, 'gone'>> {
	const row = await db
		.selectFrom('visits')
		.innerJoin('cases', 'cases.id', 'visits.case_id')
		.innerJoin('links', 'links.hash', 'visits.link_hash')
		.select(['visits.id', 'visits.secret_hash', 'visits.case_id', 'visits.link_hash'])
		.select(['visits.assurance', 'cases.customer_hash', 'cases.language'])
		.select(['cases.workflow', 'cases.version', 'cases.state'])
		.where('visits.id', '=', visitId)
		.where('visits.ended_at', 'is', null)
		.where('links.ended_at', 'is', null)
		.where(
			'visits.created_at',
			'>',
			sql<Date>`now() - make_interval(mins => ${VISIT.absoluteMinutes})`
		)
		.where(
			'visits.seen_at',
			'>',
			sql<Date>`now() - make_interval(mins => case when visits.authorised_at is null
				then ${VISIT.idleMinutes}::int else ${VISIT.moneyIdleMinutes}::int end)`
		)
		.executeTakeFirst();
	if (!row || !sameSecret(row.secret_hash, hashSecret(secret))) return fail('gone');
	const workflow = await loadWorkflow(db, row.workflow, row.version);
	return ok({
		id: row.id,
		caseId: row.case_id,
		linkHash: row.link_hash,
		customerHash: row.customer_hash,
		assurance: row.assurance,
		workflow,
		language: row.language,
		need: needOf(workflow.document.identity, row.state.failures),
		frame: frameOf(workflow, row.language)
	});
}

/**
 * Has neither the visit nor its link ended since its guard let it in? Asked in the transaction that
 * acts on it: between the two a system of record may have been read for ten seconds.
 */
export async function visitLives(trx: Trx, visit: Visit): Promise<boolean> {
	const row = await trx
		.selectFrom('visits')
		.innerJoin('links', 'links.hash', 'visits.link_hash')
		.select('visits.id')
		.where('visits.id', '=', visit.id)
		.where('visits.ended_at', 'is', null)
		.where('links.ended_at', 'is', null)
		.executeTakeFirst();
	return row !== undefined;
}

/** A press keeps the visit alive; looking and polling do not (case E4). */
export async function keepVisit(
	{ db, crash }: Pick<Parts, 'db' | 'crash'>,
	visit: Visit
): Promise<void> {
	crash('keep-visit:before');
	await db
		.updateTable('visits')
		.set({ seen_at: sql<Date>`now()` })
		.where('id', '=', visit.id)
		.where('ended_at', 'is', null)
		.execute();
	crash('keep-visit:after');
}

/**
 * A rise of assurance gives the visit a new id and secret; the old ones die in the same statement's
 * transaction, so a planted cookie is worth nothing (case E1). `null` if it was gone already.
 */
export async function renewVisit(
	trx: Trx,
	visit: Visit,
	assurance: Assurance
): Promise<VisitTicket | null> {
	const old = await trx
		.updateTable('visits')
		.set({ ended_at: sql<Date>`now()` })
		.where('id', '=', visit.id)
		.where('ended_at', 'is', null)
		.returning(['created_at', 'case_id', 'link_hash', 'assurance', 'authorised_at'])
		.executeTakeFirst();
	if (!old) return null;
	const { ticket, row } = newTicket();
	const best = atLeast(old.assurance, assurance) ? old.assurance : assurance;
	// The hour counts from the first press, not from the last challenge.
	await trx
		.insertInto('visits')
		.values({ ...row, ...old, assurance: best })
		.execute();
	return ticket;
}
