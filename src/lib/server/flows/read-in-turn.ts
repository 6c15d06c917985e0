import { fail } from '../../domain/result.ts';
import { endTurn, takeTurn } from '../db/turns.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Calling } from './call-records.ts';
import { readFreshFacts, type Refresh } from './refresh-facts.ts';

/**
 * Reads the customer's record for a job: it is `barred` when the system of record is just back from
 * an outage and all turns are taken (case N13).
 */
export async function readInTurn(
	parts: Calling,
	workflow: Workflow,
	customer: string
): Promise<Refresh> {
	const { connection } = workflow.document.records;
	const turn = await takeTurn(parts, connection);
	if ('until' in turn) return fail('barred', {});
	try {
		return await readFreshFacts({ ...parts, turn }, workflow, customer);
	} finally {
		await endTurn(parts, connection, turn);
	}
}
