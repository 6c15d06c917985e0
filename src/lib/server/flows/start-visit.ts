import { type CaseChange, changeCase, loadCase } from '../db/cases.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import type { Calling } from './call-records.ts';
import { newTicket, type VisitTicket } from './load-visit.ts';
import type { OpenedPage } from './open-link.ts';
import { raiseIfStuck } from './raise-if-stuck.ts';
import {
	FRESH_SECONDS,
	readFreshFacts,
	recordIsFresh,
	storeFreshFacts,
	storeUnknownCustomer
} from './refresh-facts.ts';

/**
 * The first deliberate press: begins a visit that has proved nothing yet. The customer's record is
 * read now, so that the next page can say where a code would go; if it cannot be read, asking for
 * the code tries again.
 */
export async function startVisit(
	parts: Calling & Pick<Parts, 'vault' | 'crash'>,
	opened: OpenedPage
): Promise<VisitTicket> {
	const { ticket, row } = newTicket();
	const loaded = await loadCase(parts, opened.link.caseId);
	if (!loaded) throw new Error('The link belongs to no case.');
	const workflow = await loadWorkflow(parts.db, opened.workflow.key, opened.workflow.version);
	const known = recordIsFresh(loaded, FRESH_SECONDS.shown);
	const fresh = known ? null : await readFreshFacts(parts, workflow, loaded.content.customer);
	await changeCase(
		parts,
		opened.link.caseId,
		{ actor: 'customer', flow: 'start-visit' },
		async (change) => {
			await change.trx
				.insertInto('visits')
				.values({ ...row, case_id: change.row.id, link_hash: opened.link.hash, assurance: 'link' })
				.execute();
			change.must({ do: 'start-visit' });
			if (change.state.ended) return;
			if (fresh?.ok) storeFreshFacts(workflow, change, fresh.value);
			else if (fresh?.reason === 'not-found') storeUnknownCustomer(change);
			else if (fresh) return;
			await raiseAtOnce(workflow, change);
		}
	);
	return ticket;
}

/**
 * Nobody asks for a code that can go nowhere, nor for one that was ended for good on another case: a
 * person hears of it now, and the page that says so is true.
 */
async function raiseAtOnce(workflow: Workflow, change: CaseChange): Promise<void> {
	const { row, state, content } = change;
	if (state.exceptions.some(({ breakpoint }) => breakpoint === 'identity')) return;
	const { channels } = workflow.document.identity.code;
	const reachable = channels.some((channel) => content.record?.contacts?.[channel]);
	const stranger = { customerHash: row.customer_hash, assurance: 'link' } as const;
	await raiseIfStuck(stranger, workflow, change, reachable);
}
