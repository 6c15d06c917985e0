import { sql } from 'kysely';
import type { Frame, LandingView } from '../../contracts/pages.ts';
import { openLink as prove, type OpenedLink } from '../../domain/identity/proofs.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { direction, textIn } from '../../domain/workflow/format.ts';
import type { PublishedWorkflow } from '../../domain/workflow/document.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';

/** What the landing page may know: the workflow and its language, nothing of the customer. */
export interface OpenedPage {
	link: OpenedLink;
	caseId: string;
	linkHash: string;
	workflow: PublishedWorkflow;
	language: string;
	frame: Frame;
	landing: LandingView;
}

/** How pages of this workflow look in this language. */
export function frameOf({ document }: PublishedWorkflow, language: string): Frame {
	const { name, mark, colour, ink } = document.brand;
	return { language, direction: direction(language), brand: { name, mark, colour, ink } };
}

/**
 * Looks a link up; changes nothing. A bad signature is refused before any query (case A1); unknown,
 * expired, superseded and revoked links are one reason, so that no page can tell them apart.
 */
export async function openLink(
	{ db, links }: Pick<Parts, 'db' | 'links'>,
	token: string
): Promise<Result<OpenedPage, 'not-available'>> {
	const signed = await links.verify(token);
	if (!signed.ok) return fail('not-available');
	const row = await db
		.selectFrom('links')
		.innerJoin('cases', 'cases.id', 'links.case_id')
		.select(['links.hash', 'links.case_id', 'links.expires_at', 'links.ended_at'])
		.select(['cases.workflow', 'cases.version', 'cases.language'])
		.select(sql<Date>`now()`.as('now'))
		.where('links.hash', '=', signed.value.hash)
		.executeTakeFirst();
	if (!row) return fail('not-available');
	const stored = {
		hash: row.hash,
		caseId: row.case_id,
		expiresAt: row.expires_at,
		endedAt: row.ended_at
	};
	const opened = prove(stored, row.now);
	if (!opened.ok) return fail('not-available');
	const workflow = await loadWorkflow(db, row.workflow, row.version);
	const { language } = row;
	const { heading, body } = workflow.document.landing;
	return ok({
		link: opened.value,
		caseId: row.case_id,
		linkHash: row.hash,
		workflow,
		language,
		frame: frameOf(workflow, language),
		landing: { heading: textIn(heading, language), body: textIn(body, language) }
	});
}
