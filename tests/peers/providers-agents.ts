import { decisions, exceptionType } from '../../src/lib/domain/exceptions/outcomes.ts';
import { loadWorkflow } from '../../src/lib/server/db/workflows.ts';
import { claimException } from '../../src/lib/server/flows/claim-exception.ts';
import { decideException } from '../../src/lib/server/flows/decide-exception.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import type { Random } from '../support/random.ts';
import { addStaffMember } from '../support/staff.ts';

const TEAMS = ['service-desk', 'payment-desk', 'data-care', 'operations', 'team-lead'];

/** One person of all teams, who answers what waits: messages to a case with a person wait for that. */
export async function callAgents(parts: Parts, random: Random) {
	const { principal } = await addStaffMember(parts, { teams: TEAMS });

	async function answer(id: string, type: string, workflow: { key: string; version: number }) {
		const { document } = await loadWorkflow(parts.db, workflow.key, workflow.version);
		const allowed = decisions(exceptionType(document, type));
		const claimed = await claimException(parts, principal, id);
		// Another exception of the case has ended it.
		if (!claimed.ok && claimed.reason === 'already-finished') return;
		if (!claimed.ok) throw new Error(`${type} cannot be claimed: ${claimed.reason}`);
		const outcome = random.one(allowed).id;
		const decided = await decideException(parts, principal, id, { outcome });
		if (!decided.ok) throw new Error(`${type} cannot be ${outcome}: ${decided.reason}`);
	}

	return {
		/** Answers everything that is open; gives how many. */
		async work(): Promise<number> {
			const open = await parts.db
				.selectFrom('exceptions')
				.innerJoin('cases', 'cases.id', 'exceptions.case_id')
				.select(['exceptions.id', 'exceptions.type', 'cases.workflow', 'cases.version'])
				.where('exceptions.state', '=', 'open')
				.execute();
			for (const { id, type, workflow, version } of open)
				await answer(id, type, { key: workflow, version });
			return open.length;
		}
	};
}
