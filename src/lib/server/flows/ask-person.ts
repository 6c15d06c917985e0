import type { Visit } from '../../domain/identity/proofs.ts';
import { changeCase } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { leavePath } from './leave-path.ts';
import { personMessage } from './person-message.ts';

/** Where the case stands then, and what its timeline says. */
export const ASKED = { breakpoint: 'eligibility', reason: 'asked-for-a-person' } as const;

/**
 * "Ask a person": the case goes to whom the workflow names, with a timer; the customer can still
 * finish on the same link, and a case that has ended stays ended. Asking twice is one exception.
 * @returns what the customer reads: who has it, until when
 */
export async function askPerson(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	visit: Visit
): Promise<{ message: string }> {
	const { key, version } = visit.workflow;
	const workflow = await loadWorkflow(parts.db, key, version);
	return changeCase(parts, visit.caseId, { actor: 'customer', flow: 'ask-person' }, (change) => {
		// Also after the end: who has a question about what was booked gets an answer.
		leavePath(workflow, change, { ...ASKED, asked: true });
		return Promise.resolve({ message: personMessage(visit, change.state, ASKED.breakpoint) });
	});
}
