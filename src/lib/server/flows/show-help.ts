import type { HelpView } from '../../contracts/pages.ts';
import { verifyVisit } from '../../domain/identity/proofs.ts';
import { formatInstant } from '../../domain/workflow/instant.ts';
import { loadCase } from '../db/cases.ts';
import type { Parts } from '../parts.ts';
import type { PageVisit } from './load-visit.ts';
import { messagesStopped } from './messages-stopped.ts';
import { closedWays, isOver } from './ways-out.ts';

/**
 * What was asked for and stands. Who has only the link is offered every way: whether something is
 * booked is not for them.
 */
export async function showHelp(
	parts: Pick<Parts, 'db' | 'vault'>,
	visit: PageVisit
): Promise<HelpView> {
	const loaded = await loadCase(parts, visit.caseId);
	if (!loaded) throw new Error(`Visit ${visit.id} belongs to no case.`);
	const { state, row, now } = loaded;
	const { zone } = visit.workflow.document;
	const reminded = row.remind_at !== null && row.remind_at > now && !isOver(state);
	return {
		closed: verifyVisit(visit, visit.need).ok ? closedWays(state) : [],
		withPerson: state.exceptions.length > 0,
		...(reminded && { reminder: formatInstant(row.remind_at!, visit.language, zone, 'date') }),
		stopped: await messagesStopped(parts, visit),
		over: state.ended !== null
	};
}
