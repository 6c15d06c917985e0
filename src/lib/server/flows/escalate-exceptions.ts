import { sql } from 'kysely';
import { raiseAlert } from '../db/alerts.ts';
import { changeCase } from '../db/cases.ts';
import { takeEscalation } from '../db/desk.ts';
import type { Parts } from '../parts.ts';

type Used = Pick<Parts, 'db' | 'vault' | 'crash' | 'log'>;

/** One turn's share: after a long outage of this program all are late at once. */
const BATCH = 200;

/**
 * Whose time is over gets the backup team beside its owner, once; operations hear of it.
 * @returns how many
 */
export async function escalateExceptions(parts: Used): Promise<number> {
	const late = await parts.db
		.selectFrom('exceptions')
		.select(['id', 'case_id', 'workflow', 'type', 'backup'])
		.where('state', '=', 'open')
		.where('escalated_at', 'is', null)
		.where('due_at', '<', sql<Date>`now()`)
		.orderBy('due_at')
		.limit(BATCH)
		.execute();
	let escalated = 0;
	for (const { id, case_id, workflow, type, backup } of late)
		escalated += await changeCase(
			parts,
			case_id,
			{ actor: 'system', flow: 'escalate-exception' },
			async (change) => {
				if (!(await takeEscalation(change.trx, id))) return 0;
				change.must({ do: 'escalate', exception: id, backup });
				await raiseAlert(change.trx, 'exception-late', `${workflow}/${type}`);
				return 1;
			}
		).catch((error: unknown) => {
			// One unreadable case must not keep all that come after it.
			parts.log.error({ error, exception: id }, 'sweep: an exception could not be escalated');
			return 0;
		});
	return escalated;
}
